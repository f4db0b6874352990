import { log } from '../core/math/elementary';
import { iterationPrefix, nextUniform, startStream, STREAM, type Stream } from '../core/math/random';
import type { NetworkShape } from './engine';
import { layersOf, parameterCount } from './network-shape';

export interface InitialParametersOptions {
  /** [population] which learner's stream each member draws from; equal learners start equal. Default: 0, 1, 2, … */
  readonly learner?: readonly number[];
  /** Mean of |x|² over feature rows, the effective fan-in of the first layer. Default: the number of inputs. */
  readonly inputSquaredNorm?: number;
  /** Variance of the output layer's weights. Default 0, which makes the first policy uniform. */
  readonly outputVariance?: number;
}

/**
 * Parameters to start from, [population × P]: weights normal with variance 1 / fan-in (2 / fan-in
 * under ReLU and GELU), biases and, unless asked otherwise, the output layer zero. Depends on seed and
 * learner alone, so schemes that share a learner share its start.
 */
export function initialParameters(shape: NetworkShape, seed: number, options: InitialParametersOptions = {}): Float32Array {
  const { learner, inputSquaredNorm = shape.inputs, outputVariance = 0 } = options;
  if (learner && learner.length !== shape.population) {
    throw new RangeError(`learner names ${learner.length} streams for a population of ${shape.population}.`);
  }
  const size = parameterCount(shape);
  const flat = new Float32Array(shape.population * size);
  const layers = layersOf(shape);
  const gain = shape.activation === 'tanh' ? 1 : 2;
  for (let member = 0; member < shape.population; member++) {
    const stream = { state: 0, increment: 1 };
    startStream(iterationPrefix(seed, learner?.[member] ?? member, 0, STREAM.network), 0, stream);
    layers.forEach((layer, l) => {
      const isOutput = l === layers.length - 1;
      const fanIn = l === 0 ? inputSquaredNorm : layer.inputs;
      const deviation = Math.sqrt(isOutput ? outputVariance : gain / fanIn);
      if (deviation === 0) return;
      const from = member * size + layer.weight;
      fillNormal(flat, from, from + layer.inputs * layer.outputs, deviation, stream);
    });
  }
  return flat;
}

/** Mean of |x|² over the rows of a [rows × width] matrix, for `inputSquaredNorm`. */
export function meanSquaredNorm(features: Float32Array, width: number): number {
  let sum = 0;
  for (const x of features) sum += x * x;
  return (sum * width) / features.length;
}

/** Normal numbers by Marsaglia's polar method: it needs no sine, whose last bits browsers choose. */
export function fillNormal(flat: Float32Array, from: number, to: number, deviation: number, stream: Stream): void {
  for (let i = from; i < to; ) {
    const x = 2 * nextUniform(stream) - 1;
    const y = 2 * nextUniform(stream) - 1;
    const square = x * x + y * y;
    if (square >= 1 || square === 0) continue;
    const factor = deviation * Math.sqrt((-2 * log(square)) / square);
    flat[i++] = x * factor;
    if (i < to) flat[i++] = y * factor;
  }
}
