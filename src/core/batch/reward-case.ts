import type { Batch } from '../contracts/columns';
import { completeParameters, type Parameters, type StoredValues } from '../contracts/parameters';
import type { PriceResult, RewardPlugin } from '../contracts/reward';
import { columnsFor } from './columns-for';
import { namedOutputs, ParameterError } from './estimator-case';
import { importBatch, stepLists } from './imported-batch';
import { freshBuffer } from './workspace';

/** Rewards as ragged lists, beside the construction's named outputs in their JSON form. */
export type RewardCaseResult = { readonly rewards: number[][] } & Readonly<Record<string, unknown>>;

export interface PricedInput {
  readonly batch: Batch;
  readonly columns: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  readonly result: PriceResult;
}

export interface PriceInputOptions {
  readonly buffer?: (size: number) => Float64Array;
  readonly state?: unknown;
  readonly iteration?: number;
}

/**
 * Prices logged trajectories with one construction; constants outside a slider's limits are taken as they are.
 * Throws `ParameterError`, `ImportError`, `ContentError` or `MissingColumnError`.
 */
export function runRewardCase(plugin: RewardPlugin, stored: StoredValues, input: unknown): RewardCaseResult {
  const { batch, result } = priceInput(plugin, stored, input);
  return { rewards: stepLists(result.reward, batch), ...inLabelOrder(plugin, namedOutputs(plugin.outputs, result, batch), batch) };
}

/** Imports the trajectories, completes the parameters as logs want them and prices, keeping what an explanation reads. */
export function priceInput(plugin: RewardPlugin, stored: StoredValues, input: unknown, options: PriceInputOptions = {}): PricedInput {
  return priceImported(plugin, logParameters(plugin, stored), importBatch(input), options);
}

/** The same for a batch that is at hand and parameters that are complete. */
export function priceImported(
  plugin: RewardPlugin,
  params: Readonly<Record<string, unknown>>,
  batch: Batch,
  { buffer = freshBuffer, state = undefined, iteration = 0 }: PriceInputOptions = {},
): PricedInput {
  const columns = columnsFor(plugin, params, batch);
  const result = plugin.price(columns as never, params as never, { buffer, state, iteration, detail: true });
  return { batch, columns, params, result };
}

/** Completed parameters for logged trajectories; state tables have to be numbers there. */
export function logParameters(plugin: RewardPlugin, stored: StoredValues): Record<string, unknown> {
  const { values, problems } = completeParameters(plugin.params, { ...plugin.logDefaults, ...stored }, { clamp: false });
  if (problems.length > 0) throw new ParameterError(problems.map(({ message }) => message).join(' '));
  return withNumbers(plugin.params, values);
}

function withNumbers(parameters: Parameters, values: Record<string, unknown>): Record<string, unknown> {
  for (const [key, parameter] of Object.entries(parameters)) {
    if (parameter.kind !== 'state-table') continue;
    const value = values[key];
    if (typeof value === 'string') {
      throw new ParameterError(`${key}: "${value}" names a scenario's state table, and logged trajectories have no scenario. Give a number per state.`);
    }
    values[key] = Float64Array.from(value as readonly number[]);
  }
  return values;
}

/** Lists of one value per group follow ascending group labels in published vectors; plug-ins write them by first appearance. */
function inLabelOrder(plugin: RewardPlugin, named: Record<string, unknown>, { group }: Batch): Record<string, unknown> {
  const order = group.label.map((label, g) => ({ label, g })).sort((a, b) => (a.label < b.label ? -1 : 1));
  for (const [name, shape] of Object.entries(plugin.outputs)) {
    const value = named[name];
    if (shape === 'groups' && Array.isArray(value)) named[name] = order.map(({ g }) => value[g] as unknown);
  }
  return named;
}
