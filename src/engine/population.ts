/**
 * How learners (schemes × seeds) lie along an engine's population axis: member = scheme · seeds +
 * seed. The random streams of a member are those of its seed, so that schemes are compared on
 * common random numbers.
 */
export interface Population {
  readonly schemes: number;
  readonly seeds: number;
  /** schemes · seeds */
  readonly size: number;
  member(scheme: number, seed: number): number;
  schemeOf(member: number): number;
  seedOf(member: number): number;
  /** [size] seed of each member: the `learner` of `initialParameters`. */
  readonly learner: readonly number[];
  /** The part of a [population × …] array that belongs to one member; a view, not a copy. */
  part(flat: Float32Array, member: number): Float32Array;
}

export function population(schemes: number, seeds: number): Population {
  const size = schemes * seeds;
  return {
    schemes,
    seeds,
    size,
    member: (scheme, seed) => scheme * seeds + seed,
    schemeOf: (member) => Math.floor(member / seeds),
    seedOf: (member) => member % seeds,
    learner: Array.from({ length: size }, (_, member) => member % seeds),
    part(flat, member) {
      const width = flat.length / size;
      return flat.subarray(member * width, (member + 1) * width);
    },
  };
}
