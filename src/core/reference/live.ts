/** What a reference page shows of a plug-in at work: numbers that its own function gives on one small batch. */
import { estimateInput } from '../batch/estimator-case';
import { priceInput } from '../batch/reward-case';
import type { Batch } from '../contracts/columns';
import type { EstimatorPlugin } from '../contracts/estimator';
import type { Explanation } from '../contracts/explanation';
import type { Parameters, StoredValues } from '../contracts/parameters';
import type { RewardPlugin } from '../contracts/reward';
import { SAMPLE, SITUATIONS } from './sample';
import { mergedPicture, type MergedPicture } from './merged-picture';

export { provenanceWords } from '../contracts/provenance';

/** The plug-in under one set of parameters. */
export interface LiveRow {
  readonly title: string;
  readonly help: string;
  readonly isFlavour: boolean;
  /** [nTraj] the number of each trajectory's step `shownStep`. */
  readonly numbers: readonly number[];
}

export interface LiveFigures {
  /** True on the batch that all pages share, false on the plug-in's own worked example. */
  readonly shared: boolean;
  /** Consecutive trajectories under one heading. */
  readonly spans: readonly { readonly title: string; readonly count: number }[];
  readonly length: Int32Array;
  readonly maxLen: number;
  /** [nTraj × maxLen] the reward that goes in; null for a reward, which makes it. */
  readonly given: Float64Array | null;
  /** [nTraj × maxLen] what comes out. */
  readonly cells: Float64Array;
  /** Which step of each trajectory the table shows: the first for advantages, the last for rewards, unless only the other tells the rows apart. */
  readonly shownStep: 'first' | 'last';
  readonly rows: readonly LiveRow[];
  readonly explained: { readonly trajectory: number; readonly step: number; readonly explanation: Explanation } | null;
  /** What the estimator merges around the explained step; null where it merges nothing. */
  readonly tree: MergedPicture | null;
}

interface Run {
  readonly batch: Batch;
  readonly given: Float64Array | null;
  readonly cells: Float64Array;
  explain(i: number, t: number): Explanation;
  merged?(i: number, t: number): MergedPicture;
}

/** The figures of a plug-in, beside other published readings that `estimatorOf` finds; null when neither the shared batch nor its own example can be priced. */
export function liveFigures(plugin: EstimatorPlugin | RewardPlugin, estimatorOf: (id: string) => EstimatorPlugin): LiveFigures | null {
  const [example] = plugin.examples;
  const common = { input: SAMPLE as unknown, params: {} as StoredValues, shared: true };
  const own = example ? [{ input: example.input as unknown, params: example.params, shared: false }] : [];
  // Rewards read columns of their own, and their examples are made so that every term of them counts.
  for (const { input, params, shared } of plugin.kind === 'estimator' ? [common, ...own] : [...own, common]) {
    const run = attempt(plugin, params, input);
    if (run && run.batch.nTraj > 0) return figures(plugin, run, params, input, shared, estimatorOf);
  }
  return null;
}

function figures(plugin: EstimatorPlugin | RewardPlugin, run: Run, params: StoredValues, input: unknown, shared: boolean, estimatorOf: (id: string) => EstimatorPlugin): LiveFigures {
  const { batch, given, cells } = run;
  const runs: { title: string; help: string; isFlavour: boolean; variant: Run }[] = [];
  for (const { title, help, isFlavour, values } of variants(plugin, params)) {
    const variant = attempt(plugin, values, input);
    if (variant && variant.batch.nTraj === batch.nTraj) runs.push({ title, help, isFlavour, variant });
  }
  for (const { id, why } of plugin.kind === 'estimator' ? (plugin.alsoPublished ?? []) : []) {
    const other = estimatorOf(id);
    const variant = attempt(other, {}, input);
    if (variant) runs.push({ title: other.title, help: why, isFlavour: true, variant });
  }
  const shownStep = tellingEnd(plugin, batch, runs.map(({ variant }) => variant.cells));
  const rows = runs.map(({ variant, ...row }): LiveRow => ({ ...row, numbers: stepNumbers(batch, variant.cells, shownStep) }));
  const shown = tellingStep(run);
  return {
    shared,
    spans: spansOf(batch, shared),
    length: batch.length,
    maxLen: batch.maxLen,
    given,
    cells,
    shownStep,
    rows,
    explained: shown && { ...shown, explanation: run.explain(shown.trajectory, shown.step) },
    tree: (shown && run.merged?.(shown.trajectory, shown.step)) ?? null,
  };
}

const stepNumbers = ({ length, maxLen }: Batch, cells: Float64Array, step: 'first' | 'last') =>
  Array.from(length, (T, i) => (T === 0 ? 0 : cells[i * maxLen + (step === 'first' ? 0 : T - 1)]));

/** The end of the trajectories at which the variants can be told apart: the first step for advantages, the last for rewards, where both do. */
function tellingEnd(plugin: EstimatorPlugin | RewardPlugin, batch: Batch, variants: readonly Float64Array[]): 'first' | 'last' {
  const [usual, other] = plugin.kind === 'estimator' ? (['first', 'last'] as const) : (['last', 'first'] as const);
  const differs = (step: 'first' | 'last') => {
    const [base, ...rest] = variants.map((cells) => stepNumbers(batch, cells, step));
    return rest.some((numbers) => numbers.some((x, i) => Math.abs(x - base[i]) > 5e-3));
  };
  return !differs(usual) && differs(other) ? other : usual;
}

interface Variant {
  readonly title: string;
  readonly help: string;
  readonly isFlavour: boolean;
  readonly values: StoredValues;
}

/** The default, every named flavour, and every other choice that a parameter offers, one at a time. */
function variants(plugin: EstimatorPlugin | RewardPlugin, params: StoredValues): Variant[] {
  const flavours = Object.values(plugin.flavours).map(({ title, help, params: own }) => ({ title, help, isFlavour: true, values: { ...params, ...own } }));
  const list: Variant[] = [{ title: Object.keys(params).length > 0 ? 'As in the example' : 'Defaults', help: '', isFlavour: false, values: params }, ...flavours];
  for (const [key, options] of Object.entries(alternatives(plugin.params as Parameters, params))) {
    for (const { value, title } of options) list.push({ title, help: '', isFlavour: false, values: { ...params, [key]: value } });
  }
  return list.slice(0, 10);
}

function alternatives(parameters: Parameters, params: StoredValues): Record<string, { value: unknown; title: string }[]> {
  const found: Record<string, { value: unknown; title: string }[]> = {};
  for (const [key, parameter] of Object.entries(parameters)) {
    if (parameter.informative) continue;
    const now = params[key] ?? parameter.default;
    const name = parameter.title ?? key;
    if (parameter.kind === 'choice') found[key] = parameter.options.filter(({ value }) => value !== now).map(({ value, title }) => ({ value, title: `${name}: ${title.toLowerCase()}` }));
    if (parameter.kind === 'boolean') found[key] = [{ value: !now, title: now ? `without “${name.toLowerCase()}”` : `with “${name.toLowerCase()}”` }];
    if (parameter.kind === 'integer' && parameter.min === 0 && parameter.max === 1) found[key] = [{ value: 1 - (now as number), title: `${name} = ${1 - (now as number)}` }];
  }
  return found;
}

function attempt(plugin: EstimatorPlugin | RewardPlugin, params: StoredValues, input: unknown): Run | null {
  try {
    if (plugin.kind === 'estimator') {
      const { batch, columns, params: values, result } = estimateInput(plugin, params, input);
      const reward = batch.column('reward', 'step');
      const explain = (i: number, t: number) => plugin.explain(columns as never, values as never, result, i, t);
      const merged = (i: number, t: number) => mergedPicture(plugin.merged!(columns as never, values as never, result, i, t));
      return { batch, given: typeof reward === 'string' ? null : (reward as Float64Array), cells: result.advantage, explain, ...(plugin.merged && { merged }) };
    }
    const { batch, columns, params: values, result } = priceInput(plugin, params, input);
    const explain = (i: number, t: number) => plugin.explain(columns as never, values as never, result, i, t);
    return { batch, given: null, cells: result.reward, explain };
  } catch {
    return null;
  }
}

/** Headings over consecutive trajectories of one group. */
function spansOf({ nTraj, group }: Batch, shared: boolean): { title: string; count: number }[] {
  const spans: { title: string; count: number }[] = [];
  for (let i = 0; i < nTraj; i++) {
    if (i > 0 && group.id[i] === group.id[i - 1]) {
      spans[spans.length - 1].count += 1;
      continue;
    }
    const label = group.label[group.id[i]];
    const title = shared ? (SITUATIONS.find((situation) => situation.group === label)?.title ?? '') : `Group ${label}`;
    spans.push({ title, count: 1 });
  }
  return spans;
}

/** A step in the first group whose number is large and whose explanation holds. */
function tellingStep({ batch, cells }: Run): { trajectory: number; step: number } | null {
  let best: { trajectory: number; step: number } | null = null;
  let most = -1;
  for (let i = 0; i < batch.nTraj && batch.group.id[i] === batch.group.id[0]; i++) {
    for (let t = 0; t < batch.length[i]; t++) {
      const size = Math.abs(cells[i * batch.maxLen + t]);
      if (size > most) {
        most = size;
        best = { trajectory: i, step: t };
      }
    }
  }
  return best;
}
