import { exp, log, sigmoid } from '../core/math/elementary';
import { nextUniform, seedPrefix, startStream, STREAM } from '../core/math/random';
import type { Table } from '../core/contracts/scenario';
import type { Rollout } from '../core/mdp/rollout';
import type { Engine, NetworkShape } from './engine';
import { initialParameters, meanSquaredNorm } from './initial-parameters';
import { createOptimiser } from './optimiser';

export interface ImplicitModelOptions {
  /** β, scale of the log-ratios. */
  readonly beta: number;
  /** Default [32]. */
  readonly hidden?: readonly number[];
  /** Adam steps. Default 300. */
  readonly steps?: number;
  /** Trajectories of each step, drawn without replacement within a pass. Default 100. */
  readonly batch?: number;
  /** Adam's α. Default 0.01. */
  readonly learningRate?: number;
  readonly seed: number;
  readonly learner?: number;
}

export interface ImplicitModel {
  /** [S·A] step score β · log(π_φ(a|s) / π_ref(a|s)). */
  readonly score: Float64Array;
  /** [steps] cross-entropy of each batch before its update. */
  readonly loss: Float64Array;
}

/**
 * Fits an implicit process model: a policy π_φ = softmax(reference logits + f(s)) whose summed log-ratios say how a trajectory ended,
 *
 *     P(success) = σ(β Σ_t log(π_φ(a_t|s_t) / π_ref(a_t|s_t)) + logit of the base rate),
 *
 * by cross-entropy to the outcomes, 0 … 1. What it says of a step is β times its log-ratio. The output layer starts at 0, so that the first
 * scores are 0. Bit-identical on `ts`.
 *
 * Source: Free Process Rewards without Process Labels, arXiv:2412.01981; the base rate is our own.
 */
export async function fitImplicitModel(engine: Engine, table: Table, referenceLogits: Float64Array, played: Rollout, outcome: Float64Array, options: ImplicitModelOptions): Promise<ImplicitModel> {
  const { beta, hidden = [32], steps = 300, batch = 100, learningRate = 0.01, seed, learner = 0 } = options;
  const { S, A, features } = table;
  const shape: NetworkShape = { inputs: features.width, hidden, outputs: A, activation: 'tanh', population: 1 };
  const network = await engine.create(shape, features.data);
  try {
    const parameters = initialParameters(shape, seed, { learner: [learner], inputSquaredNorm: meanSquaredNorm(features.data, features.width) });
    const optimiser = createOptimiser({ kind: 'adam', learningRate }, parameters.length);
    const rate = Math.min(1 - 1e-3, Math.max(1e-3, outcome.reduce((sum, x) => sum + x, 0) / outcome.length));
    const offset = log(rate / (1 - rate));
    const reference = logSoftmax(referenceLogits, new Float32Array(S * A), S, A);
    const draw = batches(played.nTraj, Math.min(batch, played.nTraj), seed, learner);
    const loss = new Float64Array(steps);
    const gradient = new Float32Array(S * A);
    for (let step = 0; step < steps; step++) {
      network.setParameters(parameters);
      const current = logSoftmax(referenceLogits, await network.forward(), S, A);
      loss[step] = outcomeLoss(table, played, outcome, draw(), current, reference, beta, offset, gradient);
      optimiser.step(parameters, await network.vjp(gradient));
    }
    network.setParameters(parameters);
    const current = logSoftmax(referenceLogits, await network.forward(), S, A);
    return { score: current.map((x, k) => beta * (x - reference[k])), loss };
  } finally {
    network.dispose();
  }
}

/**
 * Mean cross-entropy of some trajectories' outcomes, and in `gradient` [S·A] its derivative with respect to f: with δ = σ(score) − outcome, a
 * visit of (s, a) adds β δ (1_a − π_φ(·|s)) / n.
 */
export function outcomeLoss(
  { A, rowState, rowAction }: Pick<Table, 'A' | 'rowState' | 'rowAction'>,
  { maxLen, length, row }: Pick<Rollout, 'maxLen' | 'length' | 'row'>,
  outcome: Float64Array,
  chosen: Uint32Array,
  current: Float64Array,
  reference: Float64Array,
  beta: number,
  offset: number,
  gradient: Float32Array | Float64Array,
): number {
  const sums = new Float64Array(current.length);
  let loss = 0;
  for (const i of chosen) {
    let score = offset;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const sa = rowState[row[k]] * A + rowAction[row[k]];
      score += beta * (current[sa] - reference[sa]);
    }
    loss += (score > 0 ? score + log(1 + exp(-score)) : log(1 + exp(score))) - outcome[i] * score;
    const pull = (beta * (sigmoid(score) - outcome[i])) / chosen.length;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const first = rowState[row[k]] * A;
      sums[first + rowAction[row[k]]] += pull;
      for (let a = first; a < first + A; a++) sums[a] -= pull * exp(current[a]);
    }
  }
  gradient.set(sums);
  return loss / chosen.length;
}

/** log π(a|s) of reference logits plus what a network adds, [S·A]. */
function logSoftmax(logits: Float64Array, added: Float32Array, S: number, A: number): Float64Array {
  const out = Float64Array.from(logits, (x, k) => x + added[k]);
  for (let s = 0; s < S; s++) {
    const row = out.subarray(s * A, (s + 1) * A);
    const largest = row.reduce((most, x) => Math.max(most, x), -Infinity);
    const total = log(row.reduce((sum, x) => sum + exp(x - largest), 0)) + largest;
    for (let a = 0; a < A; a++) row[a] -= total;
  }
  return out;
}

/** Batches of trajectory numbers: a shuffle of all is used up before the next one is made. */
function batches(count: number, size: number, seed: number, learner: number): () => Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const stream = { state: 0, increment: 1 };
  startStream(seedPrefix(seed, learner, 2), STREAM.label, stream);
  let at = count;
  return () => {
    if (at + size > count) {
      for (let i = count - 1; i > 0; i--) {
        const other = Math.floor(nextUniform(stream) * (i + 1));
        [order[i], order[other]] = [order[other], order[i]];
      }
      at = 0;
    }
    at += size;
    return order.slice(at - size, at);
  };
}
