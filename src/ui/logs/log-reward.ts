/** Reward constructions on a log: each priced on its columns, then added to what the log paid. */
import type { ImportedLog } from '../../core/batch/log-import';
import { logParameters, priceImported, type PricedInput } from '../../core/batch/reward-case';
import type { ColumnSource, NamedColumn } from '../../core/contracts/columns';
import type { StoredValues } from '../../core/contracts/parameters';
import type { RewardPlugin } from '../../core/contracts/reward';

/** A construction that is priced beside the logged rewards. */
export interface LogTerm {
  readonly id: string;
  readonly params: StoredValues;
  readonly weight: number;
}

/** One construction's prices; `problem` says why there are none. */
export interface PricedTerm {
  readonly term: LogTerm;
  readonly plugin: RewardPlugin | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly priced: PricedInput | null;
  readonly problem: string | null;
}

/** The reward that estimators get: what the log paid, and every construction by its weight. */
export interface LogReward {
  /** [nTraj × maxLen] */
  readonly reward: Float64Array;
  /** The columns that differ from the log's own; null where nothing is added. */
  readonly own: ColumnSource | null;
}

export function priceTerm(term: LogTerm, plugin: RewardPlugin | null, { batch }: Pick<ImportedLog, 'batch'>, reasonOf: (error: unknown) => string): PricedTerm {
  if (!plugin) return { term, plugin, values: {}, priced: null, problem: null };
  let values: Readonly<Record<string, unknown>> = term.params;
  try {
    values = logParameters(plugin, term.params);
    const priced = priceImported(plugin, values, batch);
    const bad = priced.result.reward.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) return { term, plugin, values, priced: null, problem: `It pays no finite number on step ${bad % batch.maxLen} of trajectory ${Math.floor(bad / batch.maxLen) + 1}. A logged number is too large, or a setting divides by zero.` };
    return { term, plugin, values, priced, problem: null };
  } catch (error) {
    return { term, plugin, values, priced: null, problem: reasonOf(error) };
  }
}

/** r = w₀ · logged + Σ w_k · r_k; `rewardDims` holds each part's total, so that estimators of several rewards see them apart. */
export function combinedReward({ batch }: Pick<ImportedLog, 'batch'>, terms: readonly PricedTerm[], loggedWeight: number): LogReward {
  const logged = batch.column('reward', 'step') as Float64Array;
  const paying = terms.filter(({ priced }) => priced !== null);
  if (paying.length === 0 && loggedWeight === 1) return { reward: logged, own: null };
  const reward = logged.map((r) => loggedWeight * r);
  for (const { term, priced } of paying) priced!.result.reward.forEach((r, k) => (reward[k] += term.weight * r));
  const dims = batch.column('rewardDims', 'named');
  const own: ColumnSource = {
    column(name, shape) {
      if (name === 'reward' && shape === 'step') return reward;
      if (name === 'rewardDims' && shape === 'named') return withTotals(typeof dims === 'string' ? null : (dims as NamedColumn), paying, loggedWeight, batch);
      return '';
    },
  };
  return { reward, own };
}

function withTotals(logged: NamedColumn | null, terms: readonly PricedTerm[], loggedWeight: number, { nTraj, maxLen, length }: ImportedLog['batch']): NamedColumn {
  const before = loggedWeight === 0 ? [] : (logged?.names ?? []);
  const names = [...before, ...terms.map(({ term }, k) => (terms.findIndex(({ term: other }) => other.id === term.id) === k ? term.id : `${term.id} ${k + 1}`))];
  const data = new Float64Array(nTraj * names.length);
  for (let i = 0; i < nTraj; i++) {
    before.forEach((_, d) => (data[i * names.length + d] = loggedWeight * logged!.data[i * before.length + d]!));
    terms.forEach(({ term, priced }, k) => {
      let total = 0;
      for (let t = 0; t < length[i]!; t++) total += priced!.result.reward[i * maxLen + t]!;
      data[i * names.length + before.length + k] = term.weight * total;
    });
  }
  return { names, data };
}

/** Columns of a log that hold a number per step, by name: what a setting that names a signal can name here. */
export function stepColumns({ trajectories, batch }: Pick<ImportedLog, 'trajectories' | 'batch'>): { name: string; title: string }[] {
  const [first] = trajectories;
  if (!first) return [];
  const bags = [first, first['signals'], first['extra']].filter((bag): bag is Readonly<Record<string, unknown>> => typeof bag === 'object' && bag !== null);
  const isPerStep = (x: unknown) => Array.isArray(x) && x.length === batch.length[0] && x.every((entry) => typeof entry === 'number');
  const names = new Set(bags.flatMap((bag) => Object.keys(bag).filter((name) => !NOT_SIGNALS.has(name) && isPerStep(bag[name]))));
  return [{ name: 'reward', title: 'the logged reward' }, ...[...names].map((name) => ({ name, title: name }))];
}

/** Fields of the headless form that are read under other names. */
const NOT_SIGNALS = new Set(['rewards', 'states', 'values', 'actions']);
