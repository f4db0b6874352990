import { exp, log, sigmoid } from '../core/math/elementary';
import { iterationPrefix, nextUniform, startStream, STREAM } from '../core/math/random';
import type { Engine, NetworkShape } from './engine';
import { initialParameters, meanSquaredNorm } from './initial-parameters';
import { createOptimiser } from './optimiser';
import { population } from './population';
import type { Preferences } from './simulated-person';

const HIDDEN: readonly number[] = [32];

/** Networks from a row's features to its reward, side by side. */
export function rewardNetwork(inputs: number, members: number, hidden = HIDDEN): NetworkShape {
  return { inputs, hidden, outputs: 1, activation: 'tanh', population: members };
}

export interface RewardModelData {
  /** [rows × inputs] one line of features per table row; `stateActionFeatures` makes them. */
  readonly features: Float32Array;
  readonly inputs: number;
  /** [nTraj × maxLen] table row of each step of the labelled trajectories. */
  readonly row: Uint32Array;
  readonly maxLen: number;
  /** [nTraj] */
  readonly length: Int32Array;
  readonly train: Preferences;
  /** Pairs that the fit never sees, for `heldOutAccuracy`. */
  readonly heldOut?: Preferences;
}

export interface RewardModelOptions {
  /** Default [32]. */
  readonly hidden?: readonly number[];
  /** Passes over all pairs. Default 150. */
  readonly epochs?: number;
  /** Adam's α. Default 0.01. */
  readonly learningRate?: number;
  /** Decoupled decay λ. Default 0.01. */
  readonly weightDecay?: number;
  /** Networks fitted side by side; two or more see a bootstrap sample of the pairs each. Default 1. */
  readonly members?: number;
  /** How many standard deviations between members (ddof 0) are taken off their mean. Default 0. */
  readonly pessimism?: number;
  readonly seed: number;
  readonly learner?: number;
}

export interface RewardModel {
  /**
   * [rows] learned reward per table row, mean − pessimism · sd over members, scaled so that the
   * returns of the labelled trajectories have standard deviation 1 (ddof 0). Scaled only: a shift
   * would pay or charge every step, which changes what is best wherever lengths differ.
   */
  readonly reward: Float64Array;
  /** What the networks' output was divided by. */
  readonly scale: number;
  /** [epochs] Bradley–Terry loss on the training pairs before each update, averaged over members. */
  readonly loss: Float64Array;
  /** Share of held-out pairs that the returns order as labelled, ties counting half. */
  readonly heldOutAccuracy?: number;
}

/**
 * Fits a Bradley–Terry reward model: P(τ₁ preferred) = σ(R(τ₁) − R(τ₂)), where R(τ) is the sum of a
 * network's output over the rows that τ visits. The network is evaluated once an update on the
 * whole table; the loss softplus(∓(R₁ − R₂)) and its gradient per row are computed here, so every
 * engine fits the same model. Full-batch Adam; bit-identical on `ts`.
 *
 * Source: Christiano et al., arXiv:1706.03741.
 */
export async function fitRewardModel(engine: Engine, data: RewardModelData, options: RewardModelOptions): Promise<RewardModel> {
  const { hidden = HIDDEN, epochs = 150, learningRate = 0.01, weightDecay = 0.01, members = 1, pessimism = 0, seed, learner = 0 } = options;
  const pairs = data.train.first.length;
  if (pairs === 0) throw new RangeError('A reward model needs at least one labelled pair.');
  const shape = rewardNetwork(data.inputs, members, hidden);
  const line = population(1, members);
  const network = await engine.create(shape, data.features);
  try {
    const parameters = initialParameters(shape, seed, {
      learner: line.learner.map((member) => learner * members + member),
      inputSquaredNorm: meanSquaredNorm(data.features, data.inputs),
      outputVariance: 1 / (hidden.at(-1) ?? data.inputs),
    });
    const optimiser = createOptimiser({ kind: 'adam', learningRate, weightDecay }, parameters.length);
    const weight = line.learner.map((member) => pairWeights(pairs, members, member, seed, learner));
    const gradient = new Float32Array(members * network.rows);
    const loss = new Float64Array(epochs);
    for (let epoch = 0; epoch < epochs; epoch++) {
      network.setParameters(parameters);
      const output = await network.forward();
      for (let member = 0; member < members; member++) {
        loss[epoch] += preferenceLoss(line.part(output, member), data, weight[member], line.part(gradient, member)) / members;
      }
      optimiser.step(parameters, await network.vjp(gradient));
    }
    network.setParameters(parameters);
    const reward = combineMembers(await network.forward(), members, pessimism);
    const scale = scaleToReturns(reward, data);
    return { reward, scale, loss, heldOutAccuracy: data.heldOut && accuracy(reward, data, data.heldOut) };
  } finally {
    network.dispose();
  }
}

/**
 * Mean over pairs of weight · softplus(−(R(preferred) − R(other))), and in `gradient` [rows] its
 * derivative with respect to each row's reward.
 */
export function preferenceLoss(
  reward: Float32Array | Float64Array,
  data: RewardModelData,
  weight: Float64Array,
  gradient: Float32Array | Float64Array,
): number {
  const { first, second, prefersFirst } = data.train;
  const visits = new Float64Array(reward.length);
  let loss = 0;
  for (let k = 0; k < first.length; k++) {
    const sign = prefersFirst[k] ? 1 : -1;
    const margin = sign * (returnOf(reward, data, first[k]) - returnOf(reward, data, second[k]));
    loss += weight[k] * softplus(-margin);
    const pull = -weight[k] * sign * sigmoid(-margin);
    addVisits(visits, data, first[k], pull);
    addVisits(visits, data, second[k], -pull);
  }
  for (let r = 0; r < visits.length; r++) gradient[r] = visits[r] / first.length;
  return loss / first.length;
}

/**
 * Features of rows for a reward model: the state's own, a one-hot action, and their product, so
 * that every action has weights of its own: [f(s), 1_a, 1_a ⊗ f(s)], width F + A + A·F.
 */
export function stateActionFeatures(
  state: { readonly width: number; readonly data: Float32Array },
  rowState: Uint32Array,
  rowAction: Uint32Array,
  actions: number,
): { readonly inputs: number; readonly features: Float32Array } {
  const { width } = state;
  const inputs = width + actions + actions * width;
  const features = new Float32Array(rowState.length * inputs);
  rowState.forEach((s, row) => {
    const from = state.data.subarray(s * width, (s + 1) * width);
    const to = row * inputs;
    features.set(from, to);
    features[to + width + rowAction[row]] = 1;
    features.set(from, to + width + actions + rowAction[row] * width);
  });
  return { inputs, features };
}

/** 1 each for a single model; for a member of an ensemble, how often a bootstrap sample draws each pair. */
function pairWeights(pairs: number, members: number, member: number, seed: number, learner: number): Float64Array {
  if (members === 1) return new Float64Array(pairs).fill(1);
  const weight = new Float64Array(pairs);
  const stream = { state: 0, increment: 1 };
  startStream(iterationPrefix(seed, learner, 1, STREAM.label), member, stream);
  for (let k = 0; k < pairs; k++) weight[Math.floor(nextUniform(stream) * pairs)] += 1;
  return weight;
}

function returnOf(reward: Float32Array | Float64Array, { row, maxLen, length }: RewardModelData, i: number): number {
  let sum = 0;
  for (let k = i * maxLen, end = k + length[i]; k < end; k++) sum += reward[row[k]];
  return sum;
}

function addVisits(visits: Float64Array, { row, maxLen, length }: RewardModelData, i: number, amount: number): void {
  for (let k = i * maxLen, end = k + length[i]; k < end; k++) visits[row[k]] += amount;
}

/** log(1 + e^x), without overflow. */
function softplus(x: number): number {
  return x > 0 ? x + log(1 + exp(-x)) : log(1 + exp(x));
}

function combineMembers(output: Float32Array, members: number, pessimism: number): Float64Array {
  const rows = output.length / members;
  return Float64Array.from({ length: rows }, (_, r) => {
    let mean = 0;
    for (let m = 0; m < members; m++) mean += output[m * rows + r] / members;
    let variance = 0;
    for (let m = 0; m < members; m++) variance += (output[m * rows + r] - mean) ** 2 / members;
    return mean - pessimism * Math.sqrt(variance);
  });
}

/** Divides by the standard deviation of the returns, unless all are equal, and says by what. */
function scaleToReturns(reward: Float64Array, data: RewardModelData): number {
  const returns = Float64Array.from(data.length, (_, i) => returnOf(reward, data, i));
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length);
  const scale = deviation > 0 ? deviation : 1;
  for (let r = 0; r < reward.length; r++) reward[r] /= scale;
  return scale;
}

function accuracy(reward: Float64Array, data: RewardModelData, { first, second, prefersFirst }: Preferences): number {
  let right = 0;
  for (let k = 0; k < first.length; k++) {
    const difference = returnOf(reward, data, first[k]) - returnOf(reward, data, second[k]);
    right += difference === 0 ? 0.5 : Number(difference > 0 === (prefersFirst[k] === 1));
  }
  return right / first.length;
}
