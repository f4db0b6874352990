import type { TokenPrefix } from '../../src/core/contracts/scenario';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { initialTransformer, type TransformerShape } from '../../src/engine/transformer-shape';
import { uniform } from './reference-network';

export interface TransformerProblem {
  readonly shape: TransformerShape;
  readonly prefix: TokenPrefix;
  readonly states: number;
  readonly parameters: Float32Array;
  readonly dLogits: Float32Array;
}

/** A random forest of prefixes, parents before and after their children, with a prompt token that is no state. */
export function transformerProblem(given: Pick<TransformerShape, 'width' | 'layers' | 'heads'> & Partial<TransformerShape>, states: number, seed: number): TransformerProblem {
  const stream = mixSeed(seed, 9);
  const symbols = 5;
  const longest = 6;
  // Node k of a list in which parents come first, then shuffled: order must not matter.
  const parentInOrder = [-1];
  const position = [0];
  while (parentInOrder.length < states + 1) {
    const parent = Math.floor(nextUniform(stream) * parentInOrder.length);
    if (position[parent] + 1 >= longest) continue;
    position.push(position[parent] + 1);
    parentInOrder.push(parent);
  }
  // The root is the prompt and gets the last number, beyond the states.
  const number = [states, ...Array.from({ length: states }, (_, k) => k)];
  for (let k = states; k > 1; k--) {
    const other = 1 + Math.floor(nextUniform(stream) * k);
    [number[k], number[other]] = [number[other], number[k]];
  }
  const parent = new Int32Array(states + 1);
  const token = new Uint8Array(states + 1);
  parentInOrder.forEach((before, k) => {
    parent[number[k]] = before < 0 ? -1 : number[before];
    token[number[k]] = Math.floor(nextUniform(stream) * symbols);
  });
  const prefix: TokenPrefix = { parent, token, symbols, depth: Math.max(...position) + 1 };
  const shape: TransformerShape = { outputs: 3, population: 1, ...given, symbols, depth: prefix.depth };
  const start = initialTransformer(shape, seed);
  const noise = uniform(start.length, 0.2, seed, 2);
  return { shape, prefix, states, parameters: start.map((x, k) => x + noise[k]), dLogits: uniform(shape.population * states * shape.outputs, 1, seed, 3) };
}

/** Tokens of a node's sequence, first to last. */
function sequence({ parent, token }: TokenPrefix, node: number): number[] {
  return node < 0 ? [] : [...sequence({ parent, token } as TokenPrefix, parent[node]), token[node]];
}

type Matrix = readonly (readonly number[])[];

/**
 * Logits of one member for every state, sequence by sequence in plain Float64 loops with whole causal attention, straight from the
 * definition. Shares neither code nor offsets with the engines.
 */
export function referenceTransformerLogits({ shape, prefix, states }: Omit<TransformerProblem, 'dLogits' | 'parameters'>, parameters: ArrayLike<number>): Float64Array {
  const { width: d, heads, layers, outputs, symbols, depth } = shape;
  let at = 0;
  const take = (rows: number, columns: number): Matrix => Array.from({ length: rows }, () => Array.from({ length: columns }, () => parameters[at++]));
  const vector = (count: number) => take(1, count)[0];
  const embedding = take(symbols, d);
  const positions = take(depth, d);
  const blocks = Array.from({ length: layers }, () => ({
    g1: vector(d), b1: vector(d), qkv: take(d, 3 * d), qkvBias: vector(3 * d), out: take(d, d), outBias: vector(d),
    g2: vector(d), b2: vector(d), up: take(d, 2 * d), upBias: vector(2 * d), down: take(2 * d, d), downBias: vector(d),
  }));
  const [g, b, head, headBias] = [vector(d), vector(d), take(d, outputs), vector(outputs)];
  const dense = (x: readonly number[], w: Matrix, bias: readonly number[]) => bias.map((start, j) => x.reduce((sum, value, i) => sum + value * w[i][j], start));
  const normal = (x: readonly number[], scale: readonly number[], shift: readonly number[]) => {
    const mean = x.reduce((sum, v) => sum + v, 0) / d;
    const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / d;
    return x.map((v, i) => (scale[i] * (v - mean)) / Math.sqrt(variance + 1e-5) + shift[i]);
  };
  const logits = new Float64Array(states * outputs);
  for (let state = 0; state < states; state++) {
    let x = sequence(prefix, state).map((token, t) => embedding[token].map((value, i) => value + positions[t][i]));
    for (const block of blocks) {
      const qkv = x.map((row) => dense(normal(row, block.g1, block.b1), block.qkv, block.qkvBias));
      x = x.map((row, t) => {
        const mixed = Array.from({ length: d }, () => 0);
        for (let h = 0; h < heads; h++) {
          const part = (of: number, kind: number) => qkv[of].slice(kind * d + (h * d) / heads, kind * d + ((h + 1) * d) / heads);
          const query = part(t, 0);
          const score = Array.from({ length: t + 1 }, (_, j) => Math.exp(part(j, 1).reduce((sum, k, i) => sum + k * query[i], 0) / Math.sqrt(d / heads)));
          const total = score.reduce((sum, e) => sum + e, 0);
          score.forEach((e, j) => part(j, 2).forEach((v, i) => (mixed[(h * d) / heads + i] += (e / total) * v)));
        }
        const attended = dense(mixed, block.out, block.outBias).map((v, i) => v + row[i]);
        const up = dense(normal(attended, block.g2, block.b2), block.up, block.upBias).map((v) => Math.max(0, v));
        return dense(up, block.down, block.downBias).map((v, i) => v + attended[i]);
      });
    }
    logits.set(dense(normal(x.at(-1)!, g, b), head, headBias), state * outputs);
  }
  return logits;
}

/** Central differences of Σ logits · dLogits for the parameters in `which`. */
export function transformerDifferences(problem: TransformerProblem, which: readonly number[]): number[] {
  const theta = Float64Array.from(problem.parameters);
  const value = () => referenceTransformerLogits(problem, theta).reduce((sum, logit, k) => sum + logit * problem.dLogits[k], 0);
  return which.map((p) => {
    const centre = theta[p];
    theta[p] = centre + 1e-5;
    const up = value();
    theta[p] = centre - 1e-5;
    const down = value();
    theta[p] = centre;
    return (up - down) / 2e-5;
  });
}
