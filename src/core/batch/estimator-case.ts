import type { Batch, Column, NamedColumn, VectorColumn } from '../contracts/columns';
import type { EstimateResult, EstimatorPlugin } from '../contracts/estimator';
import { completeParameters, type StoredValues } from '../contracts/parameters';
import type { Outputs } from '../contracts/plugin';
import type { PluginSet } from '../plugin-set';
import { columnsFor } from './columns-for';
import { importBatch, stateLists, stepLists } from './imported-batch';
import { freshBuffer } from './workspace';

/** One estimator on one set of logged trajectories: a case of the headless command, a worked example, a golden vector. */
export interface EstimatorCase {
  readonly estimator: string;
  readonly params?: StoredValues;
  readonly input: unknown;
}

/** A parameter that is unknown or of the wrong kind. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

/** Advantages as ragged lists, beside the estimator's named outputs in their JSON form. */
export type CaseResult = { readonly advantages: number[][] } & Readonly<Record<string, unknown>>;

/**
 * Runs one case. Constants outside a slider's limits are taken as they are.
 * Throws `UnknownPluginError`, `ParameterError`, `ImportError` or `MissingColumnError`.
 */
export function runEstimatorCase({ estimator, params = {}, input }: EstimatorCase, plugins: PluginSet): CaseResult {
  return runEstimator(plugins.get('estimator', estimator), params, input);
}

/** The same for a plug-in that is at hand. */
export function runEstimator(plugin: EstimatorPlugin, stored: StoredValues, input: unknown): CaseResult {
  const { batch, result } = estimateInput(plugin, stored, input);
  return { advantages: stepLists(result.advantage, batch), ...namedOutputs(plugin.outputs, result, batch) };
}

export interface EstimatedInput {
  readonly batch: Batch;
  readonly columns: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  readonly result: EstimateResult;
}

/** Imports the trajectories, completes the parameters and estimates, keeping what an explanation reads. */
export function estimateInput(plugin: EstimatorPlugin, stored: StoredValues, input: unknown, buffer = freshBuffer): EstimatedInput {
  const { values, problems } = completeParameters(plugin.params, stored, { clamp: false });
  if (problems.length > 0) throw new ParameterError(problems.map(({ message }) => message).join(' '));
  const batch = importBatch(input);
  const columns = columnsFor(plugin, values, batch);
  const result = plugin.estimate(columns as never, values as never, { buffer, state: undefined, iteration: 0, detail: true });
  return { batch, columns, params: values, result };
}

/** Named results in the form of the published vectors: ragged lists, flat lists, one value per group. */
export function namedOutputs(
  outputs: Outputs,
  result: Readonly<Record<string, unknown>>,
  batch: Pick<Batch, 'nTraj' | 'maxLen' | 'length'>,
): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(outputs)) {
    const value = result[name];
    if (value !== undefined) json[name] = outputJson(value, shape, batch);
  }
  return json;
}

function outputJson(value: unknown, shape: Outputs[string], batch: Pick<Batch, 'nTraj' | 'maxLen' | 'length'>): unknown {
  switch (shape) {
    case 'step':
    case 'step-id':
      return stepLists(value as Float64Array, batch);
    case 'state':
    case 'state-id':
      return stateLists(value as Float64Array, batch);
    case 'trajectory':
    case 'trajectory-id':
      return Array.from(value as Float64Array);
    case 'named': {
      const { names, data } = value as NamedColumn;
      return Array.from({ length: batch.nTraj }, (_, i) => Object.fromEntries(names.map((name, k) => [name, data[i * names.length + k]])));
    }
    case 'step-vector': {
      const { width, size, data } = value as VectorColumn;
      return Array.from({ length: batch.nTraj }, (_, i) =>
        Array.from({ length: batch.length[i] }, (_, t) => Array.from(data.subarray((i * batch.maxLen + t) * width, (i * batch.maxLen + t) * width + size[i]))),
      );
    }
    case 'group':
      return Array.from((value as Extract<Column, { id: Int32Array }>).id);
    case 'json':
    case 'groups':
    case 'list':
    case 'scalar':
      return value;
  }
}
