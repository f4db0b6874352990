import { SIGN_THRESHOLD } from '../core/diagnostics/batch-figures';
import { directionCosine } from '../core/diagnostics/update-direction';
import type { TableBatch } from '../core/batch/table-batch';
import type { Table } from '../core/contracts/scenario';
import type { TrainingSpec } from '../core/experiment/spec';
import { startValue, type ExactValues } from '../core/mdp/exact';
import { occupancy, policyGradient, type Occupancy } from '../core/mdp/occupancy';
import type { TablePolicy } from '../core/mdp/policy';
import { poolShared } from '../core/mdp/shared-logits';
import { pairOfRow } from '../core/scheme/aggregate';
import type { PricedBatch } from '../core/scheme/price-batch';
import type { StepResult } from './batch-step';
import { METRICS, type Metric } from './protocol';
import { visitsFew } from './visited-states';

/** Row visits of one exact evaluation that are affordable for every learner in every iteration: about 0.2 ms. */
const AFFORDABLE = 40_000;

/** Trajectories, in whole groups, whose steps are judged for sign. */
const JUDGED_TRAJECTORIES = 256;

/** Every how many iterations the figures that need the exact advantage are computed; NaN in between. */
export function exactInterval(table: Pick<Table, 'S' | 'rows' | 'horizon'>, policy: TrainingSpec['policy']['kind']): number {
  // Where a batch visits few states, an evaluation in all of them costs as much as many batches, the more with a network.
  if (visitsFew(table)) return policy === 'tabular' ? 10 : 25;
  const { rows, horizon } = table;
  return Math.max(1, Math.ceil((rows * horizon) / AFFORDABLE));
}

/** Computes the figures of one learner's iteration; keeps its arrays from call to call. */
export class IterationMetrics {
  readonly #table: Table;
  readonly #start: TablePolicy;
  readonly #negated: Float64Array;
  readonly #gradient: Float64Array<ArrayBuffer>;
  #occupancy: Occupancy | undefined;
  #truth = new Float64Array(0);

  constructor(table: Table, start: TablePolicy) {
    this.#table = table;
    this.#start = start;
    this.#negated = new Float64Array(table.S * table.A);
    this.#gradient = new Float64Array(table.S * table.A);
  }

  /** Writes METRICS.length figures from `offset` on. Without `exact` those that need it are NaN. */
  write(out: Float64Array, offset: number, step: StepResult, dLogits: Float64Array, exact: ExactValues | null): void {
    const { batch, policy, priced, aggregates, loss, imitation } = step;
    const put = (metric: Metric, value: number) => (out[offset + METRICS.indexOf(metric)] = value);
    out.fill(NaN, offset, offset + METRICS.length);
    if (exact) {
      put('success', startValue(this.#table, exact.value));
      if (this.#table.heldOut) put('heldOut', startValue({ start: this.#table.heldOut }, exact.value));
      put('cosine', this.#cosine(policy, dLogits, exact));
      put('wrongSign', this.#wrongSigns(priced.advantage, batch, exact.advantage));
    }
    put('zeroGroups', zeroGroups(priced.advantage, batch));
    put('proxy', meanReturn(priced));
    let steps = 0;
    for (const length of batch.length) steps += length;
    put('length', steps / batch.nTraj);
    put('loss', loss);
    put('imitation', imitation);
    this.#writePolicyFigures(policy, aggregates.count, steps, put);
  }

  /** Share of the steps with |A| above 1 % of its largest whose Â has the other sign. */
  #wrongSigns(advantage: Float64Array, { nTraj, maxLen, length, row }: TableBatch, exact: Float64Array): number {
    const { S, A } = this.#table;
    const pair = pairOfRow(this.#table);
    const judged = Math.min(nTraj, JUDGED_TRAJECTORIES);
    const truth = this.#truth.length === judged * maxLen ? this.#truth : (this.#truth = new Float64Array(judged * maxLen));
    let largest = 0;
    for (let i = 0; i < judged; i++) {
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        const x = exact[t * S * A + pair[row[k]]];
        truth[k] = x;
        if (x > largest) largest = x;
        else if (-x > largest) largest = -x;
      }
    }
    const threshold = SIGN_THRESHOLD * largest;
    let steps = 0;
    let wrong = 0;
    for (let i = 0; i < judged; i++) {
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
        if (Math.abs(truth[k]) <= threshold) continue;
        steps += 1;
        if (advantage[k] * truth[k] < 0) wrong += 1;
      }
    }
    return steps > 0 ? wrong / steps : 0;
  }

  #cosine(policy: TablePolicy, dLogits: Float64Array, exact: ExactValues): number {
    for (let k = 0; k < dLogits.length; k++) this.#negated[k] = -dLogits[k];
    poolShared(this.#table, this.#negated);
    this.#occupancy = occupancy(this.#table, policy.probability, {}, this.#occupancy);
    policyGradient(this.#table, policy.probability, exact, this.#occupancy, 1, this.#gradient);
    return directionCosine(this.#negated, this.#gradient);
  }

  /** Entropy, and KL(π ‖ π_start), averaged over the visited states by their visits. */
  #writePolicyFigures({ probability, logProbability }: TablePolicy, count: Float64Array, steps: number, put: (metric: Metric, value: number) => void): void {
    const { S, A } = this.#table;
    const start = this.#start.logProbability;
    let entropy = 0;
    let divergence = 0;
    for (let s = 0; s < S; s++) {
      let visits = 0;
      for (let k = s * A; k < (s + 1) * A; k++) visits += count[k];
      if (visits === 0) continue;
      for (let k = s * A; k < (s + 1) * A; k++) {
        const weight = visits * probability[k];
        entropy -= weight * logProbability[k];
        divergence += weight * (logProbability[k] - start[k]);
      }
    }
    put('entropy', steps > 0 ? entropy / steps : 0);
    put('kl', steps > 0 ? Math.max(0, divergence / steps) : 0);
  }
}

/** Below this an advantage is rounding left over from equal returns. */
const ROUNDING = 1e-9;

/** Share of the groups in which every advantage is zero. */
function zeroGroups(advantage: Float64Array, { maxLen, length, group }: TableBatch): number {
  let silent = 0;
  for (let g = 0; g < group.count; g++) {
    let isSilent = true;
    for (let m = group.start[g]; m < group.start[g + 1] && isSilent; m++) {
      const start = group.member[m] * maxLen;
      for (let k = start, end = k + length[group.member[m]]; k < end && isSilent; k++) isSilent = Math.abs(advantage[k]) < ROUNDING;
    }
    if (isSilent) silent += 1;
  }
  return silent / group.count;
}

/** Mean over the batch of Σ_t γᵗ r_t of the scheme's own reward. */
export function meanReturn({ batch, reward, scheme }: Pick<PricedBatch, 'batch' | 'reward' | 'scheme'>): number {
  const { nTraj, maxLen, length } = batch;
  const { gamma } = scheme.spec;
  let sum = 0;
  if (gamma === 1) {
    // Four sums side by side: one would wait for each addition. Padding is 0.
    let [a, b, c] = [0, 0, 0];
    const whole = reward.length - (reward.length % 4);
    for (let k = 0; k < whole; k += 4) {
      sum += reward[k];
      a += reward[k + 1];
      b += reward[k + 2];
      c += reward[k + 3];
    }
    for (let k = whole; k < reward.length; k++) sum += reward[k];
    sum += a + b + c;
  } else {
    for (let i = 0; i < nTraj; i++) {
      let total = 0;
      for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) total = reward[k] + gamma * total;
      sum += total;
    }
  }
  return sum / nTraj;
}
