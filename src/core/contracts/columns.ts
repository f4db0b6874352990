/**
 * Columns: how a batch of trajectories is laid out for every plug-in.
 *
 * A plug-in declares `needs: { name: shape }` and receives exactly those columns, typed by
 * shape. All layouts are row-major and padded to `maxLen`; cells at t ≥ length[i] are padding,
 * hold 0 in what is given and must hold 0 in what is returned.
 */

import type { Table } from './scenario';

/** Members of each group, in batch order. Groups are numbered by first appearance. */
export interface GroupLayout {
  /** [nTraj] group number of each trajectory. */
  readonly id: Int32Array;
  readonly count: number;
  /** [count + 1]; members of group g are `member[start[g] … start[g + 1] − 1]`. */
  readonly start: Int32Array;
  /** [nTraj] trajectory numbers, ordered by group. */
  readonly member: Int32Array;
  /** [count] the label each group carried where it came from (prompt number, logged id). */
  readonly label: readonly (number | string)[];
}

/** One number per trajectory for each of several names, row-major [nTraj × names.length]. */
export interface NamedColumn {
  readonly names: readonly string[];
  readonly data: Float64Array;
}

/** A vector per step, [nTraj × maxLen × width]; the first `size[i]` entries of a vector count in trajectory i. */
export interface VectorColumn {
  readonly width: number;
  readonly size: Int32Array;
  readonly data: Float64Array;
}

/** What it takes to go back to the visited states of a batch that was played on a table, and on from there under the same policy. */
export interface PlayOn {
  readonly table: Table;
  /** [S·A] integer thresholds of the policy; valid while the batch is. */
  readonly threshold: Uint32Array;
  /** Where the batch's own streams start; those of what is played on from it are others. */
  readonly stream: { readonly seed: number; readonly learner: number; readonly iteration: number };
  /** [nTraj × maxLen] outcome rows taken, and [nTraj] how many. */
  readonly row: Uint32Array;
  readonly length: Int32Array;
  /** Most environment steps that may be played on: a page answers while a slider moves. Missing: no limit. */
  readonly mostSteps?: number;
}

export interface ShapeTypes {
  /** [nTraj] */
  trajectory: Float64Array;
  /** [nTraj × maxLen], index i·maxLen + t */
  step: Float64Array;
  /** [nTraj × (maxLen + 1)], index i·(maxLen + 1) + t for t = 0 … length[i]: one entry per visited state */
  state: Float64Array;
  /** [nTraj] whole numbers */
  'trajectory-id': Int32Array;
  /** [nTraj × maxLen] whole numbers */
  'step-id': Int32Array;
  /** [nTraj × (maxLen + 1)] whole numbers */
  'state-id': Int32Array;
  group: GroupLayout;
  named: NamedColumn;
  'step-vector': VectorColumn;
  'play-on': PlayOn;
  /** Anything else, one JSON value per trajectory, as it was given. */
  json: readonly unknown[];
}

export type Shape = keyof ShapeTypes;
export type Column = ShapeTypes[Shape];
/** What a plug-in reads: a shape by column name. `'state-id?'` is read where it is there and `undefined` where not. */
export type Need = Shape | `${Shape}?`;
export type Needs = Readonly<Record<string, Need>>;

/** The shape a need asks for, and whether the plug-in manages without. */
export function readNeed(need: Need): { shape: Shape; optional: boolean } {
  const optional = need.endsWith('?');
  return { shape: (optional ? need.slice(0, -1) : need) as Shape, optional };
}

/**
 * Columns with a fixed meaning. Any other name is a signal of the scenario (shape `step`) or an
 * extra column of an imported batch, under the name it has there.
 *
 * | name | shape | meaning |
 * |---|---|---|
 * | reward | step | the scheme's reward after its gate and shaping |
 * | outcome | trajectory | the true objective collected by the trajectory |
 * | terminated | trajectory | 1 if the task ended, 0 if time ran out or the log stopped |
 * | group | group | trajectories that share a start or prompt |
 * | state, action | state-id, step-id | visited states (T + 1) and actions |
 * | done | step | 1 on the step that ended the task |
 * | value | state | V(s_0) … V(s_T) of the scheme's reward; the last one counts only where `terminated` is 0 |
 * | rewardDims | named | total of each reward term per trajectory, after weight and gate |
 * | logProbs, oldLogProbs, refLogProbs | step | log π of the taken action under the current, behaviour and reference policy |
 * | logRhos | step | log(π / μ) of the taken action |
 * | learnedReward | step | a learned reward model's score of each step; of an ensemble, the mean |
 * | learnedSpread | step | standard deviation between the members of an ensemble of reward models |
 * | learnedSingle | step | score of the one reward model that saw every comparison |
 * | learnedProgress | step | how much a step raises the chance of success, by a network fitted to completions |
 * | learnedOutcomeProgress | step | the same by a network fitted to outcomes alone |
 * | learnedRatio | step | β times the log-ratio of a policy whose ratios say how trajectories ended to the starting policy |
 * | playOn | play-on | a way to go on from every visited state under the policy that made the batch |
 * | continuations | json | per trajectory one list per step: what trajectories that go on from the state before it came to |
 * | belief | state | probability that the behaviour policy reaches the outcome from the visited state |
 * | answerLogProbs | state | log-probability of the right answer, were it asked for after what is there at the visited state |
 * | answerAction | step-id | the right answer, where the step gives one; −1 elsewhere |
 * | goldLogProbs | json | per trajectory T lists of log-probabilities of the right answer, before turn 1 and after each turn |
 */
export const KNOWN_SHAPES = {
  reward: 'step',
  outcome: 'trajectory',
  terminated: 'trajectory',
  group: 'group',
  state: 'state-id',
  action: 'step-id',
  done: 'step',
  value: 'state',
  rewardDims: 'named',
  logProbs: 'step',
  oldLogProbs: 'step',
  refLogProbs: 'step',
  logRhos: 'step',
  learnedReward: 'step',
  learnedSpread: 'step',
  learnedSingle: 'step',
  learnedProgress: 'step',
  learnedOutcomeProgress: 'step',
  learnedRatio: 'step',
  belief: 'state',
  answerLogProbs: 'state',
  answerAction: 'step-id',
  goldLogProbs: 'json',
  playOn: 'play-on',
  continuations: 'json',
} as const satisfies Readonly<Record<string, Shape>>;

/** What every plug-in sees of a batch without asking. */
export interface Frame {
  readonly nTraj: number;
  readonly maxLen: number;
  /** [nTraj] number of steps of each trajectory; the rest of its row is padding. */
  readonly length: Int32Array;
}

type NeedType<X> = X extends Shape ? ShapeTypes[X] : X extends `${infer S extends Shape}?` ? ShapeTypes[S] | undefined : never;

export type Columns<N extends Needs> = Frame & { readonly [K in keyof N]: NeedType<N[K]> } & {
  /** Signals named by parameters of kind `signal` or `weights`, shape `step`. */
  readonly signals: Readonly<Record<string, Float64Array>>;
};

/** Where columns come from: a compiled table's look-ups, an imported log, or both layered. */
export interface ColumnSource {
  /** The column, or a sentence that says why it is not there. */
  column(name: string, shape: Shape): Column | string;
}

/** A batch of trajectories under one behaviour policy. */
export interface Batch extends Frame, ColumnSource {
  readonly group: GroupLayout;
  /** [nTraj × maxLen] index of the table's outcome row that was taken; absent for imported batches. */
  readonly row?: Uint32Array;
  /** [rows] state in which each of the table's outcome rows is taken; there when `row` is. */
  readonly rowState?: Uint32Array;
}

/** Groups trajectories by label, in order of first appearance; members keep batch order. */
export function groupLayout(labels: ArrayLike<number | string>): GroupLayout {
  const number = new Map<number | string, number>();
  const id = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    let g = number.get(labels[i]);
    if (g === undefined) number.set(labels[i], (g = number.size));
    id[i] = g;
  }
  const count = number.size;
  const start = new Int32Array(count + 1);
  for (const g of id) start[g + 1] += 1;
  for (let g = 0; g < count; g++) start[g + 1] += start[g];
  const next = start.slice(0, count);
  const member = new Int32Array(labels.length);
  for (let i = 0; i < id.length; i++) member[next[id[i]]++] = i;
  return { id, count, start, member, label: [...number.keys()] };
}
