import { batchFigures } from '../core/diagnostics/batch-figures';
import { directionCosine } from '../core/diagnostics/update-direction';
import type { Table } from '../core/contracts/scenario';
import { startValue, type ExactValues } from '../core/mdp/exact';
import { occupancy, policyGradient, type Occupancy } from '../core/mdp/occupancy';
import type { TablePolicy } from '../core/mdp/policy';
import type { PricedBatch } from '../core/scheme/price-batch';
import type { StepResult } from './batch-step';
import { METRICS, type Metric } from './protocol';

/** Row visits of one exact evaluation that are affordable for every learner in every iteration. */
const AFFORDABLE = 400_000;

/** Every how many iterations the figures that need the exact advantage are computed; NaN in between. */
export function exactInterval({ rows, horizon }: Pick<Table, 'rows' | 'horizon'>): number {
  return Math.max(1, Math.ceil((rows * horizon) / AFFORDABLE));
}

/** Computes the figures of one learner's iteration; keeps its arrays from call to call. */
export class IterationMetrics {
  readonly #table: Table;
  readonly #start: TablePolicy;
  readonly #negated: Float64Array;
  readonly #gradient: Float64Array<ArrayBuffer>;
  #occupancy: Occupancy | undefined;

  constructor(table: Table, start: TablePolicy) {
    this.#table = table;
    this.#start = start;
    this.#negated = new Float64Array(table.S * table.A);
    this.#gradient = new Float64Array(table.S * table.A);
  }

  /** Writes METRICS.length figures from `offset` on. Without `exact` those that need it are NaN. */
  write(out: Float64Array, offset: number, step: StepResult, dLogits: Float64Array, exact: ExactValues | null): void {
    const { batch, policy, priced, aggregates, loss } = step;
    const put = (metric: Metric, value: number) => (out[offset + METRICS.indexOf(metric)] = value);
    out.fill(NaN, offset, offset + METRICS.length);
    if (exact) {
      put('success', startValue(this.#table, exact.value));
      put('cosine', this.#cosine(policy, dLogits, exact));
      const figures = batchFigures(priced.advantage, batch.gatherExact(exact.advantage), batch, batch.group);
      put('wrongSign', figures.wrongSign);
      put('zeroGroups', figures.zeroGroups);
    }
    put('proxy', meanReturn(priced));
    let steps = 0;
    for (const length of batch.length) steps += length;
    put('length', steps / batch.nTraj);
    put('loss', loss);
    this.#writePolicyFigures(policy, aggregates.count, steps, put);
  }

  #cosine(policy: TablePolicy, dLogits: Float64Array, exact: ExactValues): number {
    for (let k = 0; k < dLogits.length; k++) this.#negated[k] = -dLogits[k];
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

/** Mean over the batch of Σ_t γᵗ r_t of the scheme's own reward. */
function meanReturn({ batch, reward, scheme }: PricedBatch): number {
  const { nTraj, maxLen, length } = batch;
  const { gamma } = scheme.spec;
  let sum = 0;
  for (let i = 0; i < nTraj; i++) {
    let total = 0;
    for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) total = reward[k] + gamma * total;
    sum += total;
  }
  return sum / nTraj;
}
