import type { TokenPrefix } from '../core/contracts/scenario';
import { iterationPrefix, startStream, STREAM } from '../core/math/random';
import { fillNormal, type InitialParametersOptions } from './initial-parameters';

/** A causal transformer over token prefixes: pre-LN, learned positions, feed-forward layers of twice the width with ReLU. */
export interface TransformerShape {
  /** d, a multiple of 4 and of the number of heads. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly outputs: number;
  readonly symbols: number;
  /** Positions, the longest prefix. */
  readonly depth: number;
  readonly population: number;
}

export const TRANSFORMER_LIMITS = { width: [16, 64], layers: [1, 4], heads: [2, 4] } as const;

/** A matrix with its bias inside a member's flat vector: W row-major [inputs × outputs], then the bias. */
export interface DensePlace {
  readonly inputs: number;
  readonly outputs: number;
  readonly at: number;
}

/** A layer normalisation: scale [width], then shift [width]. */
export interface NormPlace {
  readonly width: number;
  readonly at: number;
}

export interface BlockPlace {
  readonly norm1: NormPlace;
  /** Queries, keys and values side by side, [d × 3d]. */
  readonly attend: DensePlace;
  readonly combine: DensePlace;
  readonly norm2: NormPlace;
  readonly expand: DensePlace;
  readonly contract: DensePlace;
}

export interface TransformerLayout {
  /** [symbols × d] at 0, then [depth × d]. */
  readonly position: number;
  readonly blocks: readonly BlockPlace[];
  readonly norm: NormPlace;
  readonly head: DensePlace;
  /** P. */
  readonly size: number;
}

/** Where each part of one member's parameters lies, in the order in which they are used. */
export function transformerLayout({ width, layers, outputs, symbols, depth }: TransformerShape): TransformerLayout {
  let at = (symbols + depth) * width;
  const dense = (inputs: number, count: number): DensePlace => {
    const place = { inputs, outputs: count, at };
    at += (inputs + 1) * count;
    return place;
  };
  const norm = (): NormPlace => {
    const place = { width, at };
    at += 2 * width;
    return place;
  };
  const blocks = Array.from({ length: layers }, () => ({
    norm1: norm(),
    attend: dense(width, 3 * width),
    combine: dense(width, width),
    norm2: norm(),
    expand: dense(width, 2 * width),
    contract: dense(2 * width, width),
  }));
  return { position: symbols * width, blocks, norm: norm(), head: dense(width, outputs), size: at };
}

/** Checks a shape against a prefix forest; every message names the field. */
export function checkTransformer(shape: TransformerShape, prefix: TokenPrefix): void {
  for (const name of ['width', 'layers', 'heads'] as const) {
    const [low, high] = TRANSFORMER_LIMITS[name];
    if (!Number.isInteger(shape[name]) || shape[name] < low || shape[name] > high) {
      throw new RangeError(`Transformer ${name} is ${shape[name]}. Use a whole number from ${low} to ${high}.`);
    }
  }
  if (shape.width % 4 !== 0 || shape.width % shape.heads !== 0) {
    throw new RangeError(`A transformer width of ${shape.width} is no multiple of 4 and of its ${shape.heads} heads.`);
  }
  if (shape.symbols !== prefix.symbols || shape.depth !== prefix.depth) {
    throw new RangeError(`The transformer is made for ${shape.symbols} symbols and ${shape.depth} positions; the states have ${prefix.symbols} and ${prefix.depth}.`);
  }
}

/**
 * Parameters to start from, [population × P]: embeddings and positions normal with standard deviation ½, matrices with variance
 * 1 / fan-in, scales 1, shifts and biases 0, and the head 0, which makes the first policy uniform.
 */
export function initialTransformer(shape: TransformerShape, seed: number, { learner }: Pick<InitialParametersOptions, 'learner'> = {}): Float32Array {
  const { position, blocks, norm, size } = transformerLayout(shape);
  const flat = new Float32Array(shape.population * size);
  for (let member = 0; member < shape.population; member++) {
    const base = member * size;
    const stream = { state: 0, increment: 1 };
    startStream(iterationPrefix(seed, learner?.[member] ?? member, 0, STREAM.network), 0, stream);
    fillNormal(flat, base, base + position + shape.depth * shape.width, 0.5, stream);
    const scaleOne = ({ at, width }: NormPlace) => flat.fill(1, base + at, base + at + width);
    const draw = ({ at, inputs, outputs }: DensePlace) => fillNormal(flat, base + at, base + at + inputs * outputs, Math.sqrt(1 / inputs), stream);
    for (const block of blocks) {
      scaleOne(block.norm1);
      scaleOne(block.norm2);
      for (const place of [block.attend, block.combine, block.expand, block.contract]) draw(place);
    }
    scaleOne(norm);
  }
  return flat;
}
