import type { Frame } from '../contracts/columns';
import { largest, SIGN_THRESHOLD } from './batch-figures';
import { directionCosine, updateDirection, type RowLookup } from './update-direction';

/** How an estimator's advantages relate to the exact ones over fresh batches of one policy, with standard errors. */
export interface EstimatorDiagnosis {
  /** Root mean square over visited (t, s, a) of E[Â] − A, less its mean over actions: a pure baseline does no harm. */
  readonly bias: number;
  readonly biasError: number;
  /** Variance of Â at the same (t, s, a). */
  readonly variance: number;
  readonly varianceError: number;
  /** Of the steps with |A| above 1 % of its maximum and Â ≠ 0, the share with the right sign. */
  readonly signAgreement: number;
  /** Of the steps with |A| above 1 % of its maximum, the share with Â ≠ 0. */
  readonly nonzeroShare: number;
  /** Mean over batches of cos(ĝ, g), in logit space; a batch without an update counts as 0. */
  readonly cosine: number;
  readonly cosineError: number;
  /** cos(E[ĝ], g): 1 for an unbiased direction, up to Monte-Carlo noise. */
  readonly cosineOfMean: number;
}

/** Exact quantities of the policy under which the batches are made. */
export interface DiagnosisTruth extends RowLookup {
  readonly S: number;
  /** A_t(s, a) of the true objective, [T · S · A]. */
  readonly advantage: Float64Array;
  /** Gradient of the true objective with respect to the logits, [S·A]. */
  readonly gradient: Float64Array;
  /** π, [S·A]. */
  readonly probability: Float64Array;
}

/** Blocks of batches for the jackknife. */
const BLOCKS = 8;

/** Visits with the common variance that a cell is given beforehand: a cell seen once or twice has no variance of its own. */
const PRIOR = 2;

/** Sums of one block over the visited cells (t, s, a), by cell number. */
interface BlockSums {
  readonly n: number[];
  readonly sum: number[];
  readonly square: number[];
  cross: number;
  own: number;
}

/**
 * Adds up batches for `EstimatorDiagnosis`. Estimators that are defined up to a scale (divided by a standard
 * deviation) are first divided by c = Σ ÂA / Σ A². Bias and variance are corrected for the noise of
 * the cell means; their standard errors are a jackknife over 8 blocks of batches.
 */
export class DiagnosisSums {
  readonly #truth: DiagnosisTruth;
  readonly #scaleFree: boolean;
  readonly #cellOf: Int32Array;
  /** (t·S + s)·A + a of each visited cell. */
  readonly #cells: number[] = [];
  readonly #blocks: readonly BlockSums[];
  readonly #direction: Float64Array;
  readonly #meanDirection: Float64Array;
  readonly #cosines: number[] = [];
  #judged = 0;
  #nonzero = 0;
  #right = 0;

  constructor(truth: DiagnosisTruth, scaleFree: boolean) {
    this.#truth = truth;
    this.#scaleFree = scaleFree;
    this.#cellOf = new Int32Array(truth.advantage.length).fill(-1);
    this.#blocks = Array.from({ length: BLOCKS }, () => ({ n: [], sum: [], square: [], cross: 0, own: 0 }));
    this.#direction = new Float64Array(truth.gradient.length);
    this.#meanDirection = new Float64Array(truth.gradient.length);
  }

  /** Adds one batch: its advantages and the exact ones at its steps, both [nTraj × maxLen]. */
  add(advantage: Float64Array, exact: Float64Array, frame: Frame, row: Uint32Array): void {
    const { S, A, rowState, rowAction, probability, gradient } = this.#truth;
    const { nTraj, maxLen, length } = frame;
    const block = this.#blocks[this.#cosines.length % BLOCKS];
    const threshold = SIGN_THRESHOLD * largest(exact, frame);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]; t++) {
        const k = i * maxLen + t;
        const x = advantage[k];
        const cell = this.#cellNumber((t * S + rowState[row[k]]) * A + rowAction[row[k]]);
        block.n[cell] = (block.n[cell] ?? 0) + 1;
        block.sum[cell] = (block.sum[cell] ?? 0) + x;
        block.square[cell] = (block.square[cell] ?? 0) + x * x;
        block.cross += x * exact[k];
        block.own += exact[k] * exact[k];
        if (Math.abs(exact[k]) <= threshold) continue;
        this.#judged += 1;
        if (x === 0) continue;
        this.#nonzero += 1;
        if (x * exact[k] > 0) this.#right += 1;
      }
    }
    updateDirection(advantage, { ...frame, row }, this.#truth, probability, this.#direction);
    for (let k = 0; k < this.#direction.length; k++) this.#meanDirection[k] += this.#direction[k];
    const cosine = directionCosine(this.#direction, gradient);
    this.#cosines.push(Number.isNaN(cosine) ? 0 : cosine);
  }

  figures(): EstimatorDiagnosis {
    const all = this.#moments(-1);
    const left = this.#blocks.map((_, without) => this.#moments(without));
    const cosine = average(this.#cosines);
    const squares = this.#cosines.reduce((sum, x) => sum + (x - cosine) * (x - cosine), 0);
    const batches = this.#cosines.length;
    return {
      bias: all.bias,
      biasError: jackknife(left.map(({ bias }) => bias)),
      variance: all.variance,
      varianceError: jackknife(left.map(({ variance }) => variance)),
      signAgreement: this.#right / this.#nonzero,
      nonzeroShare: this.#nonzero / this.#judged,
      cosine,
      cosineError: Math.sqrt(squares / (batches - 1) / batches),
      cosineOfMean: directionCosine(this.#meanDirection, this.#truth.gradient),
    };
  }

  #cellNumber(index: number): number {
    let cell = this.#cellOf[index];
    if (cell < 0) {
      cell = this.#cellOf[index] = this.#cells.length;
      this.#cells.push(index);
    }
    return cell;
  }

  /** Bias and variance from all blocks but one. */
  #moments(without: number): { bias: number; variance: number } {
    const blocks = this.#blocks.filter((_, j) => j !== without);
    const over = (of: (block: BlockSums) => number | undefined) => blocks.reduce((total, block) => total + (of(block) ?? 0), 0);
    const truth = over((block) => block.own);
    const c = this.#scaleFree && truth > 0 ? over((block) => block.cross) / truth : 1;
    const n = this.#cells.map((_, cell) => over((block) => block.n[cell]));
    const mean = this.#cells.map((_, cell) => over((block) => block.sum[cell]) / (n[cell] * c));
    const scatter = this.#cells.map((_, cell) => over((block) => block.square[cell]) / (c * c) - n[cell] * mean[cell] * mean[cell]);
    let spread = 0;
    let freedom = 0;
    n.forEach((count, cell) => {
      if (count < 2) return;
      spread += scatter[cell];
      freedom += count - 1;
    });
    const variance = freedom > 0 ? spread / freedom : 0;
    const own = n.map((count, cell) => (scatter[cell] + PRIOR * variance) / (Math.max(0, count - 1) + PRIOR));
    return { bias: this.#bias(n, mean, own), variance };
  }

  /**
   * Σ n (b − b̄)² / Σ n with b = E[Â] − A and b̄ its mean over the actions of one (t, s), both weighted by visits n,
   * less what the noise of the means adds on its own: Σ variance · (1 − n / Σ n) over the actions of a (t, s).
   */
  #bias(n: readonly number[], mean: readonly number[], variance: readonly number[]): number {
    const { A, advantage } = this.#truth;
    const places = new Map<number, number[]>();
    this.#cells.forEach((index, cell) => {
      if (n[cell] === 0) return;
      const place = Math.floor(index / A);
      const cells = places.get(place);
      if (cells) cells.push(cell);
      else places.set(place, [cell]);
    });
    let total = 0;
    let visits = 0;
    for (const cells of places.values()) {
      let here = 0;
      let weighted = 0;
      for (const cell of cells) {
        here += n[cell];
        weighted += n[cell] * (mean[cell] - advantage[this.#cells[cell]]);
      }
      for (const cell of cells) {
        const b = mean[cell] - advantage[this.#cells[cell]] - weighted / here;
        total += n[cell] * b * b - variance[cell] * (1 - n[cell] / here);
      }
      visits += here;
    }
    return Math.sqrt(Math.max(0, total) / visits);
  }
}

function average(x: readonly number[]): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length;
}

/** Standard error from leave-one-block-out estimates: √((J − 1)/J · Σ (θ_j − θ̄)²). */
function jackknife(estimate: readonly number[]): number {
  const centre = average(estimate);
  const squares = estimate.reduce((sum, x) => sum + (x - centre) * (x - centre), 0);
  return Math.sqrt(((estimate.length - 1) / estimate.length) * squares);
}
