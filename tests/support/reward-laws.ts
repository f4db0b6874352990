/** Each law a reward construction may claim, as a check that names what is wrong. */
import { columnsFor } from '../../src/core/batch/columns-for';
import { importBatch } from '../../src/core/batch/imported-batch';
import { logParameters, priceImported } from '../../src/core/batch/reward-case';
import { rowBatch } from '../../src/core/batch/row-batch';
import { TableBatch } from '../../src/core/batch/table-batch';
import type { Batch } from '../../src/core/contracts/columns';
import { completeParameters } from '../../src/core/contracts/parameters';
import { isMarkov, type RewardLaw, type RewardPlugin } from '../../src/core/contracts/reward';
import { compileTable } from '../../src/core/mdp/compile-table';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { paddedBatch } from './padded-batch';
import { fractions, knownInputs, varied, type TrajectoriesInput } from './reward-cases';

type Params = Readonly<Record<string, unknown>>;

/** The first way in which the construction breaks the law on variations of its known inputs, or null. */
export function lawFault(law: RewardLaw, plugin: RewardPlugin, seeds: readonly number[]): string | null {
  if (law === 'markov') return firstFault(seeds, (seed) => markovFault(plugin, seed));
  return firstFault(knownInputs(plugin), ({ params, input }) =>
    firstFault(seeds, (seed) => CHECKS[law](plugin, logParameters(plugin, params), varied(input, seed), seed)),
  );
}

function firstFault<T>(items: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of items) {
    const fault = check(item);
    if (fault !== null) return fault;
  }
  return null;
}

const close = (x: number, y: number) => Math.abs(x - y) <= 1e-9 + 1e-9 * Math.abs(y);

/** Rewards of one batch, [nTraj][length]. */
function rewardsOf(plugin: RewardPlugin, params: Params, batch: Batch): number[][] {
  const { reward } = priceImported(plugin, params, batch).result;
  return Array.from({ length: batch.nTraj }, (_, i) => Array.from(reward.subarray(i * batch.maxLen, i * batch.maxLen + batch.length[i])));
}

function differenceOf(a: readonly number[][], b: readonly number[][]): string | null {
  for (let i = 0; i < a.length; i++) {
    for (let t = 0; t < a[i].length; t++) if (!close(a[i][t], b[i][t])) return `trajectory ${i}, step ${t}: ${a[i][t]} and ${b[i][t]}`;
  }
  return null;
}

/** Every paid number with where it was paid. */
function* cells(rewards: readonly number[][]): Generator<{ i: number; t: number; r: number; last: boolean }> {
  for (const [i, row] of rewards.entries()) for (const [t, r] of row.entries()) yield { i, t, r, last: t === row.length - 1 };
}

function anyCell(rewards: readonly number[][], broken: (cell: { i: number; t: number; r: number; last: boolean }) => boolean, what: string): string | null {
  for (const cell of cells(rewards)) if (broken(cell)) return `${what}: ${cell.r} in trajectory ${cell.i}, step ${cell.t}`;
  return null;
}

type Check = (plugin: RewardPlugin, params: Params, input: TrajectoriesInput, seed: number) => string | null;

const CHECKS: Readonly<Record<Exclude<RewardLaw, 'markov'>, Check>> = {
  'padding-invariant'(plugin, params, input) {
    const batch = importBatch(input);
    return differenceOf(rewardsOf(plugin, params, batch), rewardsOf(plugin, params, paddedBatch(batch, 3)));
  },
  'order-equivariant'(plugin, params, input) {
    const given = rewardsOf(plugin, params, importBatch(input));
    const reversed = rewardsOf(plugin, params, importBatch({ ...input, trajectories: input.trajectories.toReversed() }));
    return differenceOf(given, reversed.toReversed());
  },
  'finite-when-degenerate'(plugin, params, input) {
    const [first] = input.trajectories;
    const cases = [
      [first],
      [first, first, first],
      input.trajectories.map((trajectory) => ({ ...trajectory, outcome: 0 })),
      input.trajectories.map((trajectory, i) => ({ ...trajectory, group: i })),
      ...(emptiable(plugin) ? [[emptied(first)], [emptied(first), first]] : []),
    ];
    return firstFault(cases, (trajectories) =>
      anyCell(rewardsOf(plugin, params, importBatch({ ...input, trajectories })), ({ r }) => !Number.isFinite(r), 'not finite'),
    );
  },
  telescopes(plugin, params, input) {
    const batch = importBatch(withoutBase(input));
    const { state, length, maxLen } = columnsFor({ needs: { state: 'state-id' }, params: {} }, {}, batch);
    const potential = params['potential'] as Float64Array;
    const gamma = params['gamma'] as number;
    const open = { ...params, zeroTerminal: false, zeroTimeout: false };
    const rewards = rewardsOf(plugin, open, batch);
    return firstFault([...rewards.keys()], (i) => {
      const at = (t: number) => potential[state[i * (maxLen + 1) + t]];
      const sum = rewards[i].reduceRight((total, r) => r + gamma * total, 0);
      const ends = (params['coef'] as number) * (gamma ** length[i] * at(length[i]) - at(0));
      return close(sum, ends) ? null : `trajectory ${i}: the discounted sum is ${sum}, the end points give ${ends}`;
    });
  },
  'zero-when-gate-shut'(plugin, given, input) {
    const failed = { ...input, trajectories: input.trajectories.map((trajectory) => ({ ...trajectory, outcome: 0 })) };
    const params = logParameters(plugin, withDefaultMarks(plugin, given));
    return anyCell(rewardsOf(plugin, params, importBatch(failed)), ({ r }) => r !== 0, 'paid for an outcome of 0');
  },
  'sum-preserving'(plugin, given, input) {
    const params = logParameters(plugin, withDefaultMarks(plugin, given));
    const rewards = rewardsOf(plugin, params, importBatch(input));
    return firstFault([...rewards.keys()], (i) => {
      const sum = rewards[i].reduce((total, r) => total + r, 0);
      const outcome = input.trajectories[i]['outcome'] as number;
      return close(sum, outcome) ? null : `trajectory ${i}: the rewards add up to ${sum}, the outcome is ${outcome}`;
    });
  },
  'non-positive': (plugin, params, input) => anyCell(rewardsOf(plugin, params, importBatch(input)), ({ r }) => r > 0, 'positive'),
  'bounded-by-one': (plugin, params, input) =>
    anyCell(rewardsOf(plugin, params, importBatch(input)), ({ r }) => Math.abs(r) > 1 + 1e-9, 'beyond one'),
  'terminal-only': (plugin, params, input) =>
    anyCell(rewardsOf(plugin, params, importBatch(input)), ({ r, last }) => r !== 0 && !last, 'paid before the last step'),
};

/** An empty trajectory can be made where all columns are numbers by step or by trajectory. */
function emptiable(plugin: RewardPlugin): boolean {
  return Object.values(plugin.needs).every((need) => !/json|vector/.test(need));
}

function emptied(trajectory: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const length = trajectory['length'] as number;
  const cut = (value: unknown): unknown => {
    if (Array.isArray(value) && (value.length === length || value.length === length + 1)) return value.slice(0, value.length - length);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([key, x]) => [key, cut(x)]));
    return value;
  };
  return { ...(cut(trajectory) as Record<string, unknown>), length: 0 };
}

function withoutBase(input: TrajectoriesInput): TrajectoriesInput {
  return {
    trajectories: input.trajectories.map((trajectory) => {
      const { base: _, ...signals } = (trajectory['signals'] ?? {}) as Record<string, unknown>;
      return { ...trajectory, signals };
    }),
  };
}

/** The same signals under the default thresholds and switches. */
function withDefaultMarks(plugin: RewardPlugin, params: Params): Record<string, unknown> {
  const names = ['signal', 'weights', 'json'];
  return Object.fromEntries(Object.entries(params).filter(([key]) => names.includes(plugin.params[key].kind)));
}

/** A small random world in which every construction that claims to be Markov can be priced both ways. */
export function randomTable(seed: number, names: readonly string[]) {
  const next = fractions(seed + 77);
  const S = 5;
  return compileTable({
    S,
    A: 2,
    horizon: 6,
    signals: names,
    metrics: ['success'],
    truth: 'success',
    stateTables: { height: Array.from({ length: S }, () => 4 * next() - 2) },
    start: { state: [0, 1], probability: [0.5, 0.5] },
    features: (s) => [s],
    transitions: () => {
      const facts = () => Object.fromEntries(names.map((name) => [name, next() < 0.3 ? 0 : 2 * next() - 1]));
      return [
        { probability: 0.75, next: Math.floor(next() * S), signals: facts() },
        { probability: 0.25, next: 0, done: true, signals: facts(), metrics: { success: next() < 0.5 ? 1 : 0.3 } },
      ];
    },
  });
}

function markovFault(plugin: RewardPlugin, seed: number): string | null {
  const names = ['red', 'blue'];
  const table = randomTable(seed, names);
  const variants = parameterVariants(plugin, onTable(plugin, names, table.stateTables['height'])).filter((params) => isMarkov(plugin, params));
  if (variants.length === 0) return 'it is Markov at no setting of its switches';
  const { threshold } = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
  const batch = new TableBatch(table, rollout(table, threshold, { nTraj: 24, groupSize: 4, seed, learner: 0, iteration: 0 }));
  return firstFault(variants, (params) => {
    const perRow = priceImported(plugin, params, rowBatch(table)).result.reward;
    const direct = rewardsOf(plugin, params, batch);
    const gathered = direct.map((row, i) => row.map((_, t) => perRow[batch.row[i * batch.maxLen + t]]));
    return differenceOf(direct, gathered);
  });
}

/** The defaults, with the table's signals and state table named. */
export function onTable(plugin: RewardPlugin, names: readonly string[], height: Float64Array): Record<string, unknown> {
  const { values } = completeParameters(plugin.params, {});
  let given = 0;
  for (const [key, parameter] of Object.entries(plugin.params)) {
    if (parameter.kind === 'signal') values[key] = names[given++ % names.length];
    if (parameter.kind === 'weights') values[key] = Object.fromEntries(names.map((name, k) => [name, 1.5 - k]));
    if (parameter.kind === 'state-table') values[key] = height;
    if (parameter.kind === 'json' && parameter.suited) values[key] = parameter.suited(names);
  }
  return values;
}

/** All settings of the switches around the defaults. */
function parameterVariants(plugin: RewardPlugin, defaults: Params): Params[] {
  return Object.entries(plugin.params).reduce<Params[]>(
    (made, [key, parameter]) => {
      if (parameter.kind === 'boolean') return made.flatMap((params) => [{ ...params, [key]: true }, { ...params, [key]: false }]);
      if (parameter.kind === 'choice') return made.flatMap((params) => parameter.options.map(({ value }) => ({ ...params, [key]: value })));
      return made;
    },
    [defaults],
  );
}
