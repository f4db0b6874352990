import { mixSeed, nextUniform } from '../../src/core/math/random';
import type { NetworkShape } from '../../src/engine/engine';
import { parameterCount } from '../../src/engine/network-shape';

/** Seeded numbers in (−scale, scale). */
export function uniform(count: number, scale: number, ...seed: number[]): Float32Array {
  const stream = mixSeed(...seed);
  return Float32Array.from({ length: count }, () => (2 * nextUniform(stream) - 1) * scale);
}

export interface Problem {
  readonly shape: NetworkShape;
  readonly rows: number;
  readonly features: Float32Array;
  readonly parameters: Float32Array;
  readonly dLogits: Float32Array;
}

/** A network with everything needed for one forward and one vjp, from one seed. */
export function problem(shape: NetworkShape, rows: number, seed: number): Problem {
  const { population, inputs, outputs } = shape;
  return {
    shape,
    rows,
    features: uniform(rows * inputs, 1, seed, 1),
    parameters: uniform(population * parameterCount(shape), 0.8, seed, 2),
    dLogits: uniform(population * rows * outputs, 1, seed, 3),
  };
}

/** A problem whose activations stay in the range where they bend, however wide its layers are. */
export function calmProblem(shape: NetworkShape, rows: number, seed: number): Problem {
  const given = problem(shape, rows, seed);
  const calm = Math.min(1, 2 / Math.sqrt(Math.max(shape.inputs, ...shape.hidden)));
  return { ...given, parameters: given.parameters.map((x) => x * calm) };
}

const activate: Record<NetworkShape['activation'], (z: number) => number> = {
  tanh: Math.tanh,
  relu: (z) => Math.max(0, z),
  gelu: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
};

/**
 * One member in plain Float64 loops, straight from the definition y = W₂ᵀ f(W₁ᵀ x + b₁) + b₂ …
 * It shares no code with the engines, not even the table of offsets.
 */
export function referenceLogits(shape: NetworkShape, features: ArrayLike<number>, parameters: ArrayLike<number>): Float64Array {
  const rows = features.length / shape.inputs;
  const widths = [...shape.hidden, shape.outputs];
  const logits = new Float64Array(rows * shape.outputs);
  for (let r = 0; r < rows; r++) {
    let x: number[] = Array.from({ length: shape.inputs }, (_, i) => features[r * shape.inputs + i]);
    let at = 0;
    widths.forEach((width, l) => {
      const weights = at;
      at += x.length * width;
      const y = Array.from({ length: width }, (_, j) => x.reduce((sum, value, i) => sum + value * parameters[weights + i * width + j], parameters[at + j]));
      at += width;
      const isOutput = l === widths.length - 1;
      x = isOutput ? y : y.map((z) => activate[shape.activation](z));
    });
    logits.set(x, r * shape.outputs);
  }
  return logits;
}

/** Σ logits · dLogits of one member, in Float64. */
function weightedSum(shape: NetworkShape, features: Float32Array, parameters: ArrayLike<number>, dLogits: ArrayLike<number>): number {
  return referenceLogits(shape, features, parameters).reduce((sum, logit, k) => sum + logit * dLogits[k], 0);
}

/** Central differences of Σ logits · dLogits for every parameter of one member. */
export function finiteDifferences(shape: NetworkShape, features: Float32Array, parameters: Float32Array, dLogits: Float32Array): Float64Array {
  const theta = Float64Array.from(parameters);
  const h = 1e-5;
  return theta.map((centre, p) => {
    theta[p] = centre + h;
    const up = weightedSum(shape, features, theta, dLogits);
    theta[p] = centre - h;
    const down = weightedSum(shape, features, theta, dLogits);
    theta[p] = centre;
    return (up - down) / (2 * h);
  });
}

/** max |a − b| / max |b|: the relative distance of two vectors in the largest norm. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Vectors of ${a.length} and ${b.length} entries cannot be compared.`);
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    const distance = Math.abs(a[i] - b[i]);
    if (!(distance <= worst)) worst = distance;
    largest = Math.max(largest, Math.abs(b[i]));
  }
  return worst / largest;
}

/** The part of a [population × …] vector that belongs to one member. */
export function memberPart<T extends Float32Array | Float64Array>(flat: T, shape: NetworkShape, member: number): T {
  const width = flat.length / shape.population;
  return flat.slice(member * width, (member + 1) * width) as T;
}
