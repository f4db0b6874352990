/** How good a score of steps is, beside the exact advantage of the same steps. */
import type { Frame } from '../contracts/columns';

/** Share of the largest |A| above which a sign is asked for. */
const TELLING = 0.01;

export interface StepScoreQuality {
  /** Steps looked at. */
  readonly steps: number;
  /** Pearson's correlation of score and A_t(s, a) over all steps; NaN where one of them never changes. */
  readonly correlation: number;
  /** Among steps with |A| above 1 % of the largest that are scored at all: share whose score has the sign of A. NaN where there are none. */
  readonly signAgreement: number;
  /** Share of the steps with |A| above 1 % of the largest that are scored 0. */
  readonly silent: number;
}

/** Both columns are [nTraj × maxLen]. */
export function stepScoreQuality(score: Float64Array, exact: Float64Array, { nTraj, maxLen, length }: Frame): StepScoreQuality {
  let largest = 0;
  let steps = 0;
  let [sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0];
  const every = (visit: (x: number, y: number) => void) => {
    for (let i = 0; i < nTraj; i++) for (let k = i * maxLen, end = k + length[i]; k < end; k++) visit(score[k], exact[k]);
  };
  every((x, y) => {
    largest = Math.max(largest, Math.abs(y));
    steps += 1;
    sumX += x;
    sumY += y;
  });
  const [meanX, meanY] = [sumX / steps, sumY / steps];
  let [telling, scored, right] = [0, 0, 0];
  every((x, y) => {
    sumXX += (x - meanX) * (x - meanX);
    sumYY += (y - meanY) * (y - meanY);
    sumXY += (x - meanX) * (y - meanY);
    if (Math.abs(y) <= TELLING * largest) return;
    telling += 1;
    // Differences of shares such as 3/4 − 2/4 − 1/4 leave rounding behind.
    if (Math.abs(x) <= 1e-12) return;
    scored += 1;
    if (x > 0 === y > 0) right += 1;
  });
  return {
    steps,
    correlation: sumXX > 0 && sumYY > 0 ? sumXY / Math.sqrt(sumXX * sumYY) : Number.NaN,
    signAgreement: scored > 0 ? right / scored : Number.NaN,
    silent: telling > 0 ? 1 - scored / telling : Number.NaN,
  };
}
