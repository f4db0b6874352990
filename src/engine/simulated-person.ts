import { sigmoid } from '../core/math/elementary';
import { iterationPrefix, nextUniform, startStream, STREAM } from '../core/math/random';

/** Which of two trajectories a person preferred, pair by pair. */
export interface Preferences {
  /** [pairs] trajectory shown first. */
  readonly first: Uint32Array;
  /** [pairs] trajectory shown second. */
  readonly second: Uint32Array;
  /** [pairs] 1 where the first was preferred. */
  readonly prefersFirst: Uint8Array;
}

export interface Person {
  /** β in σ((U₁ − U₂) / β): how large a difference the person sees reliably. Above 0. */
  readonly temperature: number;
  /** Share of labels that come out reversed, 0 to 1. */
  readonly flipRate: number;
}

/**
 * Labels of a simulated person on random pairs of different trajectories: the first is preferred
 * with probability σ((U₁ − U₂) / β), then the label flips with probability `flipRate`. `utility`
 * [nTraj] is U, what the person wants. The first labels of a longer list are those of a shorter one
 * from the same seed.
 */
export function simulatePreferences(
  utility: Float64Array,
  pairs: number,
  { temperature, flipRate }: Person,
  seed: number,
  learner = 0,
): Preferences {
  const nTraj = utility.length;
  if (nTraj < 2) throw new RangeError(`A pair needs two trajectories; the batch has ${nTraj}.`);
  if (!(temperature > 0)) throw new RangeError(`The person's temperature is ${temperature}. Use a number above 0.`);
  const first = new Uint32Array(pairs);
  const second = new Uint32Array(pairs);
  const prefersFirst = new Uint8Array(pairs);
  const prefix = iterationPrefix(seed, learner, 0, STREAM.label);
  const stream = { state: 0, increment: 1 };
  for (let k = 0; k < pairs; k++) {
    startStream(prefix, k, stream);
    first[k] = Math.floor(nextUniform(stream) * nTraj);
    const other = Math.floor(nextUniform(stream) * (nTraj - 1));
    second[k] = other < first[k] ? other : other + 1;
    const prefers = nextUniform(stream) < sigmoid((utility[first[k]] - utility[second[k]]) / temperature);
    const flips = nextUniform(stream) < flipRate;
    prefersFirst[k] = Number(prefers !== flips);
  }
  return { first, second, prefersFirst };
}
