import type { ClosedForm, Play } from '../contracts/closed-form';
import { groupLayout, KNOWN_SHAPES, type Batch, type Column, type GroupLayout, type Shape } from '../contracts/columns';
import { noTable, type ContinuousScenario } from '../contracts/scenario';

/** Columns of a table batch that a world of points cannot have, and what to call them. */
const TABLE_ONLY: Readonly<Record<string, string>> = {
  state: 'number of a state',
  action: 'number of an action',
  value: 'value per state of a table, exact or learned; choose V = 0 or an estimator that reads none',
  playOn: 'state to go back to and play on from',
  learnedProgress: 'process model over the rows of a table',
  learnedOutcomeProgress: 'outcome model over the rows of a table',
  learnedRatio: 'implicit process model over the rows of a table',
  learnedReward: 'reward model over the rows of a table',
  goldLogProbs: 'log-probability of a right answer',
};

/**
 * Trajectories of a scenario in closed form, read as columns: the scenario's facts under their names, and of the fixed columns `outcome`,
 * `terminated`, `done`, `group`, `belief` (the exact V) and the log-probabilities, here log-densities of the Gaussian policy.
 * What only a table has is refused with the reason.
 */
export class ClosedFormBatch implements Batch {
  readonly nTraj: number;
  readonly maxLen: number;
  readonly length: Int32Array;
  readonly group: GroupLayout;
  readonly #made = new Map<string, Column>();

  constructor(
    private readonly scenario: ContinuousScenario,
    private readonly closedForm: ClosedForm,
    readonly play: Play,
    groupSize: number,
  ) {
    this.nTraj = play.nTraj;
    this.maxLen = play.steps;
    this.length = new Int32Array(play.nTraj).fill(play.steps);
    this.group = groupLayout(Int32Array.from({ length: play.nTraj }, (_, i) => Math.floor(i / groupSize)));
  }

  column(name: string, shape: Shape): Column | string {
    const fact = Object.hasOwn(this.play.facts, name) ? this.play.facts[name] : undefined;
    if (fact) return fact.shape === shape ? fact.data : wrongShape(name, fact.shape, shape);
    const known = Object.hasOwn(KNOWN_SHAPES, name) ? KNOWN_SHAPES[name as keyof typeof KNOWN_SHAPES] : undefined;
    const column = this.#made.get(name) ?? this.#make(name);
    if (typeof column === 'string') return column;
    this.#made.set(name, column);
    return known === shape ? column : wrongShape(name, known!, shape);
  }

  #make(name: string): Column | string {
    const { play, closedForm } = this;
    switch (name) {
      case 'group':
        return this.group;
      case 'outcome':
        return play.outcome;
      case 'terminated':
        return new Float64Array(play.nTraj).fill(1);
      case 'done':
        return Float64Array.from({ length: play.nTraj * play.steps }, (_, k) => (k % play.steps === play.steps - 1 ? 1 : 0));
      case 'belief':
        return play.value;
      case 'logProbs':
      case 'oldLogProbs':
        return play.logProbability;
      case 'refLogProbs':
        return closedForm.logProbability(closedForm.start, play);
      case 'logRhos':
        return new Float64Array(play.nTraj * play.steps);
    }
    if (name === 'reward' || name === 'rewardDims') return 'The reward is made by a scheme; a batch holds facts alone.';
    if (Object.hasOwn(TABLE_ONLY, name)) return noTable(this.scenario, TABLE_ONLY[name]);
    return `This scenario has no signal "${name}". Its signals are: ${Object.keys(this.scenario.signals).join(', ')}.`;
  }
}

function wrongShape(name: string, known: Shape, asked: Shape): string {
  return `"${name}" has the shape "${known}"; it was asked for as "${asked}".`;
}
