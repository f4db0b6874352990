import { KNOWN_SHAPES, type Batch, type Column, type GroupLayout, type PlayOn, type Shape } from '../contracts/columns';
import type { Table } from '../contracts/scenario';
import type { Rollout } from '../mdp/rollout';
import { answerActions, gatherActions, gatherAnswers, gatherRows, gatherStates, gatherStateActions, gatherStateValues } from './gather';

/** What is known of the policies and values beside a batch; each makes its columns available. */
export interface BatchContext {
  /** log π(a|s) of the policy that made the batch, [S·A]. */
  readonly behaviour?: Float64Array;
  /** log π(a|s) of the current policy, [S·A]; the behaviour policy unless given. */
  readonly current?: Float64Array;
  /** log π(a|s) of the reference policy, [S·A]. */
  readonly reference?: Float64Array;
  /** V_t(s) of the true objective under the behaviour policy, [(T + 1) · S]. */
  readonly belief?: Float64Array;
  /** The policy and the batch's streams, to go on from where it has been. */
  readonly playOn?: Pick<PlayOn, 'threshold' | 'stream' | 'mostSteps'>;
  /** V_t(s) of the scheme's own reward, [(T + 1) · S]. */
  readonly value?: Float64Array;
  /** Where columns of numbers come from; fresh arrays unless given. Every cell is written. */
  readonly buffer?: (size: number) => Float64Array;
}

const ABSENT: Readonly<Record<string, string>> = {
  value: 'This batch holds no values: choose an exact or a learned V.',
  belief: "This batch does not hold the policy's exact value of the visited states.",
  logProbs: 'This batch does not hold the log-probabilities of the current policy.',
  oldLogProbs: 'This batch does not hold the log-probabilities of the policy that made it.',
  refLogProbs: 'This batch does not hold the log-probabilities of a reference policy.',
  logRhos: 'Probability ratios need the log-probabilities of the current policy and of the one that made the batch.',
  reward: 'The reward is made by a scheme; a batch holds facts alone.',
  rewardDims: 'Totals per reward term are made by a scheme; a batch holds facts alone.',
  answerLogProbs: 'This scenario has no right answer that could be asked for along the way.',
  answerAction: 'This scenario has no right answer that could be asked for along the way.',
  playOn: 'This batch cannot be gone on from: it does not hold the policy that made it.',
  goldLogProbs: 'A compiled scenario has no log-probabilities of a right answer.',
};

/**
 * A rollout read as columns. Everything is a look-up by table row, made when first asked for and
 * kept: signals and metrics of the table under their names, `state`, `action`, `done`, `outcome`,
 * `terminated`, `group`, and what `context` allows. Padding holds 0.
 */
export class TableBatch implements Batch {
  readonly nTraj: number;
  readonly maxLen: number;
  readonly length: Int32Array;
  readonly row: Uint32Array;
  readonly rowState: Uint32Array;
  readonly group: GroupLayout;
  readonly table: Table;
  readonly rollout: Rollout;
  readonly #context: BatchContext;
  readonly #made = new Map<string, Column>();

  constructor(table: Table, rollout: Rollout, context: BatchContext = {}) {
    this.table = table;
    this.rollout = rollout;
    this.nTraj = rollout.nTraj;
    this.maxLen = rollout.maxLen;
    this.length = rollout.length;
    this.row = rollout.row;
    this.rowState = table.rowState;
    this.group = contiguousGroups(rollout.nTraj, rollout.groupSize);
    this.#context = context;
  }

  column(name: string, shape: Shape): Column | string {
    const known = Object.hasOwn(KNOWN_SHAPES, name) ? KNOWN_SHAPES[name as keyof typeof KNOWN_SHAPES] : 'step';
    const held = this.#made.get(name);
    const column = held ?? this.#make(name);
    if (typeof column === 'string') return column;
    if (held === undefined) this.#made.set(name, column);
    return known === shape ? column : `"${name}" has the shape "${known}"; it was asked for as "${shape}".`;
  }

  /** A_t(s, a) of the visited steps, [nTraj × maxLen], from an exact table [T · S · A]. */
  gatherExact(advantage: Float64Array): Float64Array {
    return gatherStateActions(this.table, this.rollout, advantage, true, this.#buffer(this.nTraj * this.maxLen));
  }

  /** A row column of the reader's own, such as a Markov reward priced once per row, as steps [nTraj × maxLen]. */
  gatherRow(column: Float64Array | Uint8Array): Float64Array {
    return gatherRows(this.rollout, column, this.#buffer(this.nTraj * this.maxLen));
  }

  #buffer(size: number): Float64Array {
    return this.#context.buffer?.(size) ?? new Float64Array(size);
  }

  #make(name: string): Column | string {
    const { table, rollout } = this;
    const { behaviour, reference, belief, value, playOn } = this.#context;
    const current = this.#context.current ?? behaviour;
    switch (name) {
      case 'group':
        return this.group;
      case 'terminated':
        return this.#perTrajectory((i) => rollout.terminated[i]);
      case 'outcome':
        return this.#outcome();
      case 'state':
        return gatherStates(table, rollout);
      case 'action':
        return gatherActions(table, rollout);
      case 'done':
        return this.gatherRow(table.rowDone);
      case 'logProbs':
        return current ? this.#stepLogProbability(current) : ABSENT[name];
      case 'oldLogProbs':
        return behaviour ? this.#stepLogProbability(behaviour) : ABSENT[name];
      case 'refLogProbs':
        return reference ? this.#stepLogProbability(reference) : ABSENT[name];
      case 'logRhos':
        return current && behaviour ? this.#stepLogProbability(current.map((x, sa) => x - behaviour[sa])) : ABSENT[name];
      case 'answerLogProbs':
        return table.answer && behaviour ? gatherAnswers(table.answer, behaviour, gatherStates(table, rollout), this.#buffer(this.nTraj * (this.maxLen + 1))) : ABSENT[name];
      case 'answerAction':
        return table.answer ? answerActions(table, table.answer, rollout) : ABSENT[name];
      case 'belief':
        return belief ? gatherStateValues(table, rollout, belief, this.#buffer(this.nTraj * (this.maxLen + 1))) : ABSENT[name];
      case 'playOn':
        return playOn ? { ...playOn, table, row: rollout.row, length: rollout.length } : ABSENT[name];
      case 'value':
        return value ? gatherStateValues(table, rollout, value, this.#buffer(this.nTraj * (this.maxLen + 1))) : ABSENT[name];
    }
    if (Object.hasOwn(table.signals, name)) return this.gatherRow(table.signals[name]);
    if (Object.hasOwn(table.metrics, name)) return this.gatherRow(table.metrics[name]);
    if (Object.hasOwn(ABSENT, name)) return ABSENT[name];
    return noSuchSignal(table, name);
  }

  #stepLogProbability(logProbability: Float64Array): Float64Array {
    return gatherStateActions(this.table, this.rollout, logProbability, false, this.#buffer(this.nTraj * this.maxLen));
  }

  #outcome(): Float64Array {
    const truth = this.table.metrics[this.table.truth];
    return this.#perTrajectory((i) => {
      let sum = 0;
      const begin = i * this.maxLen;
      for (let k = begin; k < begin + this.length[i]; k++) sum += truth[this.row[k]];
      return sum;
    });
  }

  #perTrajectory(of: (trajectory: number) => number): Float64Array {
    const out = this.#buffer(this.nTraj);
    for (let i = 0; i < out.length; i++) out[i] = of(i);
    return out;
  }
}

/** The sentence for a signal that a scenario lacks, with those it has. */
export function noSuchSignal(table: Table, name: string): string {
  const signals = Object.keys(table.signals).join(', ') || 'none';
  return `This scenario has no signal "${name}". Its signals are: ${signals}.`;
}

/** `new TableBatch(…)`, for code that wants a `Batch` and not its class. */
export function tableBatch(table: Table, rollout: Rollout, context?: BatchContext): TableBatch {
  return new TableBatch(table, rollout, context);
}

/** Layouts by nTraj and group size; a run asks for one and the same in every iteration. */
const layouts = new Map<string, GroupLayout>();

/** Groups of equal size in batch order, labelled 0, 1, 2 … */
function contiguousGroups(nTraj: number, groupSize: number): GroupLayout {
  const key = `${nTraj}/${groupSize}`;
  let layout = layouts.get(key);
  if (layout) return layout;
  if (layouts.size >= 32) layouts.clear();
  layouts.set(key, (layout = makeGroups(nTraj, groupSize)));
  return layout;
}

function makeGroups(nTraj: number, groupSize: number): GroupLayout {
  const count = nTraj / groupSize;
  const id = new Int32Array(nTraj);
  for (let i = 0; i < nTraj; i++) id[i] = Math.floor(i / groupSize);
  return {
    id,
    count,
    start: Int32Array.from({ length: count + 1 }, (_, g) => g * groupSize),
    member: Int32Array.from({ length: nTraj }, (_, i) => i),
    label: Array.from({ length: count }, (_, g) => g),
  };
}
