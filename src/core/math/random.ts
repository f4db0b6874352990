/**
 * Seeded random words. A stream starts at a hash of several words (seed, learner, iteration, …),
 * absorbed one after the other, so order matters: seed 1 iteration 2 is not seed 2 iteration 1.
 *
 * The generator is PCG-RXS-M-XS-32: k ← 747796405·k + c (mod 2³²), then a permutation of k. Both
 * k and the odd increment c come from the hash, so two streams differ in their sequence and not
 * merely in where they enter it. Everything is 32-bit integer arithmetic, the same in every
 * browser and in WGSL. Hot loops keep k in a local and write these three lines out.
 *
 * Source: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms".
 */

/** k ← k · PCG_MULTIPLIER + increment */
export const PCG_MULTIPLIER = 747796405;
/** Multiplier of the output permutation. */
export const PCG_OUTPUT_MULTIPLIER = 277803737;

/** Keeps streams for different uses of the same (seed, learner, iteration) apart. */
export const STREAM = { trajectory: 0, start: 1, network: 2, label: 3, instance: 4 } as const;

export interface Stream {
  /** k, as a signed 32-bit integer. */
  state: number;
  /** c, odd, as a signed 32-bit integer. */
  increment: number;
}

/** A partly absorbed hash: two lanes and the number of words taken so far. */
export type SeedPrefix = Uint32Array;

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function avalanche(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function absorb(prefix: SeedPrefix, word: number): void {
  let a = prefix[0] ^ Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  a = (Math.imul(rotate(a, 13), 5) + 0xe6546b64) | 0;
  let b = prefix[1] ^ Math.imul(rotate(Math.imul(word, 0xab0e9789), 16), 0x38b34ae5);
  b = (Math.imul((rotate(b, 17) + a) | 0, 5) + 0x0bcaa747) | 0;
  prefix[0] = a;
  prefix[1] = b;
  prefix[2] += 1;
}

/** Absorbs words; each is read modulo 2³². Hashing many streams that share their first words starts here. */
export function seedPrefix(...words: readonly number[]): SeedPrefix {
  const prefix = new Uint32Array([0x9747b28c, 0x1b56c4e9, 0]);
  for (const word of words) absorb(prefix, word);
  return prefix;
}

const scratch = new Uint32Array(3);

/** The stream of a prefix followed by one more word, written into `stream`. */
export function startStream(prefix: SeedPrefix, word: number, stream: Stream): void {
  scratch[0] = prefix[0];
  scratch[1] = prefix[1];
  scratch[2] = prefix[2];
  absorb(scratch, word);
  let a = scratch[0] ^ scratch[2];
  let b = scratch[1] ^ scratch[2];
  a = (a + b) | 0;
  b = avalanche((b + a) | 0);
  a = (avalanche(a) + b) | 0;
  stream.state = a;
  stream.increment = (b + a) | 1;
}

/** The stream that a list of at least one word starts. Any other order of the words is another stream. */
export function mixSeed(...words: readonly number[]): Stream {
  if (words.length === 0) throw new Error('A stream needs at least one word to start from.');
  const stream = { state: 0, increment: 1 };
  startStream(seedPrefix(...words.slice(0, -1)), words[words.length - 1], stream);
  return stream;
}

/**
 * Prefix of every stream of one learner in one iteration; `purpose` is one of `STREAM`.
 * A seed may have up to 53 bits: its low and high word are absorbed apart.
 */
export function iterationPrefix(seed: number, learner: number, iteration: number, purpose: number): SeedPrefix {
  return seedPrefix(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, learner, iteration, purpose);
}

/** The stream of one trajectory. `learner` is the seed's index, never the scheme's or the engine's. */
export function trajectoryStream(seed: number, learner: number, iteration: number, trajectory: number): Stream {
  const stream = { state: 0, increment: 1 };
  startStream(iterationPrefix(seed, learner, iteration, STREAM.trajectory), trajectory, stream);
  return stream;
}

/** The next word, 0 … 2³² − 1. */
export function nextWord(stream: Stream): number {
  const k = (Math.imul(stream.state, PCG_MULTIPLIER) + stream.increment) | 0;
  stream.state = k;
  const w = Math.imul((k >>> ((k >>> 28) + 4)) ^ k, PCG_OUTPUT_MULTIPLIER);
  return (w ^ (w >>> 22)) >>> 0;
}

/** The next number in [0, 1), a multiple of 2⁻³². */
export function nextUniform(stream: Stream): number {
  return nextWord(stream) * 2 ** -32;
}
