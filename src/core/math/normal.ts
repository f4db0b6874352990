/** Standard normal numbers from a stream of words, by Box and Muller's rule with this project's own log and cosine: the same bits everywhere. */
import { cosPi } from './cos-pi';
import { log } from './elementary';
import { iterationPrefix, nextWord, startStream, STREAM } from './random';

/** sin(πx) for 0 ≤ x ≤ 1. */
export function sinPi(x: number): number {
  return cosPi(Math.abs(x - 0.5));
}

/** cos 2πu and sin 2πu for 0 ≤ u < 1. */
function onCircle(u: number): readonly [number, number] {
  return u < 0.5 ? [cosPi(2 * u), sinPi(2 * u)] : [-cosPi(2 * u - 1), -sinPi(2 * u - 1)];
}

/**
 * Standard normal draws of a batch, row-major [nTraj × count]. Each trajectory draws from its own stream of
 * (seed, learner, iteration), always `count` of them, so that schemes with the same seed meet the same luck.
 */
export function normalDraws(
  { seed, learner, iteration }: { readonly seed: number; readonly learner: number; readonly iteration: number },
  nTraj: number,
  count: number,
): Float64Array {
  const prefix = iterationPrefix(seed, learner, iteration, STREAM.trajectory);
  const stream = { state: 0, increment: 1 };
  const out = new Float64Array(nTraj * count);
  for (let i = 0; i < nTraj; i++) {
    startStream(prefix, i, stream);
    for (let k = 0; k < count; k += 2) {
      // (word + 1)/2³² lies in (0, 1], so the logarithm is finite.
      const radius = Math.sqrt(-2 * log((nextWord(stream) + 1) * 2 ** -32));
      const [cosine, sine] = onCircle(nextWord(stream) * 2 ** -32);
      out[i * count + k] = radius * cosine;
      if (k + 1 < count) out[i * count + k + 1] = radius * sine;
    }
  }
  return out;
}

/** A number in [0, 1) that belongs to a learner and to no iteration: what its own instance of a scenario is drawn with. */
export function learnerDraw(seed: number, learner: number): number {
  const stream = { state: 0, increment: 1 };
  startStream(iterationPrefix(seed, learner, 0, STREAM.instance), 0, stream);
  return nextWord(stream) * 2 ** -32;
}
