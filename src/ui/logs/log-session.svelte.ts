/**
 * One log under up to four estimators: what was read, what its columns mean, and every price of it. Longer than most files,
 * because roles, constructions, lanes and the selected step are one state: each is derived from the ones before it.
 */
import { createContext } from 'svelte';
import { advantageRange } from '../../charts/geometry/advantage-range';
import type { StepRef } from '../../charts/geometry/heatmap-layout';
import { SLOTS, type Slot } from '../../charts/palette';
import { columnsFor } from '../../core/batch/columns-for';
import { isCaseFile } from '../../core/batch/case-file';
import { importLog, type ImportedLog } from '../../core/batch/log-import';
import { guessRoles, readNames, rolesOf, SINGLE_ROLES, type ColumnRole, type RoleGuess, type Roles } from '../../core/batch/log-roles';
import { LOG_LIMITS, LogError, type LogTable, type RowProblem } from '../../core/batch/log-table';
import { readLog } from '../../core/batch/log-text';
import { freshBuffer } from '../../core/batch/workspace';
import type { EstimateResult, EstimatorPlugin } from '../../core/contracts/estimator';
import type { Explanation } from '../../core/contracts/explanation';
import type { MergedSteps } from '../../core/contracts/merged-steps';
import { completeParameters, type StoredValues } from '../../core/contracts/parameters';
import { batchFigures, type BatchFigures } from '../../core/diagnostics/batch-figures';
import { loadPlugins } from '../../core/on-demand';
import { PluginSet } from '../../core/plugin-set';
import { stepColumns, type LogReward } from './log-reward';
import { LogTerms, MOST_TERMS } from './log-terms.svelte';
import type { EstimatorEntry, RewardEntry } from './plugin-entries';

export const MOST_LANES = 4;

/** An estimator that the log is priced under. */
export interface Lane {
  readonly id: string;
  readonly params: StoredValues;
}

/** One lane's prices; `problem` says why there are none. */
export interface PricedLane {
  readonly slot: Slot;
  readonly lane: Lane;
  readonly plugin: EstimatorPlugin | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly columns: unknown;
  readonly result: EstimateResult | null;
  readonly advantage: Float64Array | null;
  readonly range: number;
  readonly problem: string | null;
}

interface Source {
  readonly name: string;
  readonly table: LogTable;
  readonly guesses: readonly RoleGuess[];
}

/** A file of constructions to be asked, in the form of the headless command. */
export interface CaseFile {
  readonly name: string;
  readonly text: string;
}

export class LogSession {
  readonly #estimators: readonly EstimatorEntry[];
  readonly #rewards: readonly RewardEntry[];
  readonly #preferred: readonly string[];
  readonly #plugins = new PluginSet();
  #readNames: ReadonlySet<string> | undefined;
  #source = $state.raw<Source | null>(null);
  #cases = $state.raw<CaseFile | null>(null);
  #roles = $state.raw<Roles>({});
  #weights = $state.raw<Readonly<Record<string, number>>>({});
  #badRows = $state<'skip' | 'refuse'>('skip');
  #lanes = $state.raw<readonly Lane[]>([]);
  #loaded = $state(0);
  #failure = $state<string | null>(null);
  #pinned = $state.raw<StepRef | null>(null);
  #hovered = $state.raw<StepRef | null>(null);
  #chosen = $state(0);
  /** Constructions priced beside the logged rewards. */
  readonly terms = new LogTerms(this.#plugins, () => this.log, (error) => missingField(error) ?? (error instanceof Error ? error.message : String(error)));

  /** The import under the roles of the moment, or why it fails. */
  readonly #imported = $derived.by((): ImportedLog | LogError | null => {
    if (!this.#source) return null;
    try {
      return importLog(this.#source.table, { roles: this.#roles, badRows: this.#badRows, weights: this.#weights });
    } catch (error) {
      if (error instanceof LogError) return error;
      throw error;
    }
  });
  /** Lanes of the last pricing: one that nothing changed for stays the same object. */
  #last: readonly PricedLane[] = [];
  #lastReward: LogReward | null = null;
  readonly #priced = $derived.by((): readonly PricedLane[] => {
    void this.#loaded;
    const { log } = this;
    const { reward } = this.terms;
    const kept = reward === this.#lastReward ? this.#last : [];
    this.#lastReward = reward;
    return (this.#last = log ? this.#lanes.map((lane, k) => kept.find((old) => old.lane === lane && old.slot === SLOTS[k] && old.plugin) ?? this.#price(log, lane, SLOTS[k]!)) : []);
  });

  /** `preferred` are the estimators to begin with, best first; the first that the log can feed are taken. */
  constructor(estimators: readonly EstimatorEntry[], rewards: readonly RewardEntry[], preferred: readonly string[]) {
    this.#estimators = estimators;
    this.#rewards = rewards;
    this.#preferred = preferred;
  }

  get estimators(): readonly EstimatorEntry[] {
    return this.#estimators;
  }
  get rewards(): readonly RewardEntry[] {
    return this.#rewards;
  }
  /** Names under which some estimator or reward reads a column. */
  get readNames(): ReadonlySet<string> {
    return (this.#readNames ??= readNames([...this.#estimators, ...this.#rewards]));
  }
  /** Columns with a number per step, by name. */
  get signals(): readonly { readonly name: string; readonly title: string }[] {
    return this.log ? stepColumns(this.log) : [];
  }
  get source(): Source | null {
    return this.#source;
  }
  /** What was opened in place of a log. */
  get cases(): CaseFile | null {
    return this.#cases;
  }
  get log(): ImportedLog | null {
    return this.#imported instanceof LogError ? null : this.#imported;
  }
  /** Why there is nothing to see: the file, its roles, or a refused row. */
  get failure(): string | null {
    return this.#failure ?? (this.#imported instanceof LogError ? this.#imported.message : null);
  }
  /** Rows that cannot be read, left out or the reason of a refusal. */
  get problems(): readonly RowProblem[] {
    return this.#imported?.problems ?? [];
  }
  get roles(): Roles {
    return this.#roles;
  }
  get weights(): Readonly<Record<string, number>> {
    return this.#weights;
  }
  get badRows(): 'skip' | 'refuse' {
    return this.#badRows;
  }
  get lanes(): readonly PricedLane[] {
    return this.#priced;
  }
  /** The lane that the numbers below speak of. */
  get chosen(): number {
    return Math.min(this.#chosen, Math.max(0, this.#lanes.length - 1));
  }
  get step(): StepRef | null {
    return this.#within(this.#hovered ?? this.#pinned);
  }
  /** The step that is shown while nothing is hovered: its trajectory always has a row. */
  get resting(): StepRef | null {
    return this.#within(this.#pinned);
  }

  #within(at: StepRef | null): StepRef | null {
    const { log } = this;
    return at && log && at.trajectory < log.batch.nTraj && at.step < log.batch.length[at.trajectory]! ? at : null;
  }

  /** Reads a text, which is a log or cases of constructions; on failure what was there before stays. */
  async open(name: string, text: string): Promise<void> {
    if (text.length <= LOG_LIMITS.characters && isCaseFile(text)) {
      this.close();
      this.#cases = { name, text };
      return;
    }
    try {
      const table = readLog(text);
      const guesses = guessRoles(table, this.readNames);
      this.#failure = null;
      this.#weights = {};
      this.terms.clear();
      this.#roles = rolesOf(guesses);
      this.#cases = null;
      this.#source = { name, table, guesses };
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      this.#failure = `${name}: ${error.message}`;
      return;
    }
    await this.#fillLanes();
    this.#pinned = this.#tellingStep();
  }

  async openSample(): Promise<void> {
    const { sampleLog } = await import('../../core/batch/log-sample');
    await this.open('Sample: 48 attempts at 6 sums', sampleLog());
  }

  /** Opens a plug-in's worked example as a log, with its settings; those of a measure as cases. */
  async openExample(kind: 'reward' | 'estimator' | 'measure', id: string, text: string): Promise<void> {
    if (kind === 'measure') {
      const { allMeasures } = await import('../../core/all-measures');
      return this.open(`Worked example: ${allMeasures().get(id)?.title ?? id}`, text);
    }
    const entry = (kind === 'reward' ? this.#rewards : this.#estimators).find((each) => each.id === id);
    if (!entry) return;
    const { example } = JSON.parse(text) as { example: { params: StoredValues } };
    await this.open(`Worked example: ${entry.title}`, text);
    if (kind === 'reward') {
      await this.addTerm(id, example.params);
      this.terms.countLogged(false);
      this.#pinned = this.#tellingStep();
      return;
    }
    await this.#load([id]);
    this.#lanes = [{ id, params: example.params }];
    this.#pinned = this.#tellingStep();
  }

  close(): void {
    this.#source = null;
    this.#cases = null;
    this.#failure = null;
    this.#pinned = null;
    this.#hovered = null;
  }

  fail(message: string): void {
    this.#failure = message;
  }
  dismiss(): void {
    this.#failure = null;
  }

  /** Why the log cannot feed an estimator; null when it can. */
  whyNot({ needs, params }: Pick<EstimatorEntry | RewardEntry, 'needs' | 'params'>): string | null {
    const { log } = this;
    if (!log) return null;
    try {
      columnsFor({ needs, params }, completeParameters(params, {}).values, log.batch, this.terms.reward?.own ?? null);
      return null;
    } catch (error) {
      return missingField(error) ?? (error instanceof Error ? error.message : String(error));
    }
  }

  async addTerm(id: string, params: StoredValues = {}): Promise<void> {
    if (this.terms.list.length >= MOST_TERMS) return;
    await loadPlugins(this.#plugins, [['reward', id]]);
    this.terms.add(id, params);
  }

  setRole(column: string, role: ColumnRole): void {
    const roles = { ...this.#roles, [column]: role };
    for (const other of Object.keys(roles)) if (other !== column && roles[other] === role && isSingle(role)) roles[other] = 'ignore';
    this.#roles = roles;
    if (this.#lanes.length === 0) void this.#fillLanes();
  }
  setWeight(column: string, weight: number): void {
    this.#weights = { ...this.#weights, [column]: weight };
  }
  setBadRows(badRows: 'skip' | 'refuse'): void {
    this.#badRows = badRows;
  }

  async addLane(id: string): Promise<void> {
    if (this.#lanes.length >= MOST_LANES) return;
    await this.#load([id]);
    this.#lanes = [...this.#lanes, { id, params: {} }];
  }
  async setEstimator(k: number, id: string): Promise<void> {
    await this.#load([id]);
    this.#lanes = this.#lanes.map((lane, j) => (j === k ? { id, params: {} } : lane));
  }
  setParams(k: number, params: StoredValues): void {
    this.#lanes = this.#lanes.map((lane, j) => (j === k ? { ...lane, params } : lane));
  }
  removeLane(k: number): void {
    this.#lanes = this.#lanes.filter((_, j) => j !== k);
  }

  choose(k: number): void {
    this.#chosen = k;
  }
  hover(step: StepRef | null): void {
    this.#hovered = step;
  }
  pin(step: StepRef): void {
    this.#pinned = step;
    this.#hovered = null;
  }

  /** What the lane's estimator says about one step, or why it says nothing. */
  explain({ plugin, columns, values, result }: PricedLane, { trajectory, step }: StepRef): Explanation | string {
    if (!plugin || !result) return '';
    try {
      return plugin.explain(columns as never, values as never, result, trajectory, step);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Which steps the lane's estimator treats as one around a step; null where it merges none. */
  merged({ plugin, columns, values, result }: PricedLane, { trajectory, step }: StepRef): MergedSteps | null {
    return plugin?.merged && result ? plugin.merged(columns as never, values as never, result, trajectory, step) : null;
  }

  /** How a lane compares with another column: the first lane, or what the log says itself. */
  figures(lane: PricedLane, reference: Float64Array): BatchFigures | null {
    const { log } = this;
    return log && lane.advantage ? batchFigures(lane.advantage, reference, log.batch, log.batch.group) : null;
  }

  #price({ batch }: ImportedLog, lane: Lane, slot: Slot): PricedLane {
    const own = this.terms.reward?.own ?? null;
    const empty = { slot, lane, values: {}, columns: null, result: null, advantage: null, range: 0 };
    if (!this.#plugins.has('estimator', lane.id)) return { ...empty, plugin: null, problem: null };
    const plugin = this.#plugins.get('estimator', lane.id);
    const { values } = completeParameters(plugin.params, lane.params);
    try {
      const columns = columnsFor(plugin, values, batch, own);
      const result = plugin.estimate(columns as never, values as never, { buffer: freshBuffer, state: undefined, iteration: 0, detail: true });
      const range = advantageRange(result.advantage, batch.length, batch.maxLen);
      return { slot, lane, plugin, values, columns, result, advantage: result.advantage, range, problem: null };
    } catch (error) {
      return { ...empty, plugin, values, problem: missingField(error) ?? (error instanceof Error ? error.message : String(error)) };
    }
  }

  async #load(ids: readonly string[]): Promise<void> {
    await loadPlugins(this.#plugins, ids.map((id) => ['estimator', id] as const));
    this.#loaded += 1;
  }

  /** Lanes that the new log cannot feed give way to the first preferred ones that it can. */
  async #fillLanes(): Promise<void> {
    const entryOf = (id: string) => this.#estimators.find((entry) => entry.id === id);
    const fits = (id: string) => {
      const entry = entryOf(id);
      return entry !== undefined && this.whyNot(entry) === null;
    };
    const kept = this.#lanes.filter(({ id }) => fits(id));
    const fresh = this.#preferred.filter((id) => fits(id) && !kept.some((lane) => lane.id === id));
    const lanes = kept.length > 0 ? kept : fresh.slice(0, MOST_LANES).map((id) => ({ id, params: {} }));
    await this.#load(lanes.map(({ id }) => id));
    this.#lanes = lanes;
    this.#chosen = 0;
  }

  /** The step on which the first lane and another one differ most, each over its own range: the first sight is a finding. */
  #tellingStep(): StepRef | null {
    const { log } = this;
    const [first, ...others] = this.#priced.filter(({ advantage }) => advantage !== null);
    if (!log || !first) return null;
    const { nTraj, maxLen, length } = log.batch;
    let best: StepRef | null = null;
    let most = -1;
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]!; t++) {
        const at = (lane: PricedLane) => (lane.range > 0 ? Math.max(-1, Math.min(1, lane.advantage![i * maxLen + t]! / lane.range)) : 0);
        const apart = Math.max(Math.abs(at(first)) * 0.01, ...others.map((lane) => Math.abs(at(first) - at(lane))));
        if (apart > most) {
          most = apart;
          best = { trajectory: i, step: t };
        }
      }
    }
    return best;
  }
}

/** Roles that one column can have at most, and a name that one column is read under. */
const isSingle = (role: ColumnRole) => role.startsWith('as:') || (SINGLE_ROLES as readonly ColumnRole[]).includes(role);

/** "It reads “values”, which this log lacks." in place of the place of the first trajectory without them. */
function missingField(error: unknown): string | null {
  const found = /^trajectories\[(\d+)\] has no "([^"]+)"/.exec(error instanceof Error ? error.message : '');
  if (!found) return null;
  return `It reads a column “${found[2]}”, which ${found[1] === '0' ? 'this log lacks' : `trajectory ${Number(found[1]) + 1} of this log lacks`}.`;
}

export const [getSession, setSession] = createContext<LogSession>();
