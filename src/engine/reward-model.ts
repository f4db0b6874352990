import { sigmoid, softplus } from '../core/math/elementary';
import { iterationPrefix, nextUniform, startStream, STREAM } from '../core/math/random';
import type { Engine, NetworkShape } from './engine';
import { initialParameters, meanSquaredNorm } from './initial-parameters';
import { createOptimiser } from './optimiser';
import { population } from './population';
import type { Preferences } from './simulated-person';

const HIDDEN: readonly number[] = [32];

/** Networks from a row's features to its reward, side by side. */
export function rewardNetwork(inputs: number, population: number, hidden = HIDDEN): NetworkShape {
  return { inputs, hidden, outputs: 1, activation: 'tanh', population };
}

/** Networks that one person's labels are fitted by: two or more members come with one more, which sees every pair. */
export function networksOf(members: number): number {
  return members === 1 ? 1 : members + 1;
}

/** One line of features per table row, [rows × inputs]; `stateActionFeatures` makes them. */
export interface RowFeatures {
  readonly features: Float32Array;
  readonly inputs: number;
}

/** Trajectories that one person has seen, and the labels given. */
export interface LabelledTrajectories {
  /** [nTraj × maxLen] table row of each step. */
  readonly row: Uint32Array;
  readonly maxLen: number;
  /** [nTraj] */
  readonly length: Int32Array;
  readonly train: Preferences;
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
  /** Networks that are averaged; two or more see a bootstrap sample of the pairs each. Default 1. */
  readonly members?: number;
  readonly seed: number;
  /** Hears of the share that is done. */
  readonly progress?: (share: number) => void;
}

/**
 * A person's labels as rewards, each scaled so that the returns of the labelled trajectories have standard deviation 1
 * (ddof 0). Scaled only: a shift would pay or charge every step, which changes what is best wherever lengths differ.
 */
export interface RewardModel {
  /** [rows] learned reward per table row, the mean over members. */
  readonly reward: Float64Array;
  /** [rows] standard deviation between members (ddof 0), on the scale of `reward`; 0 for a single one. */
  readonly spread: Float64Array;
  /** [rows] learned reward of the network that saw every pair: what fewer than two members would have learned, to the bit on `ts`. */
  readonly single: Float64Array;
  /** What the members' output was divided by. */
  readonly scale: number;
  /** [epochs] Bradley–Terry loss on the training pairs before each update, averaged over members. */
  readonly loss: Float64Array;
  /** [nTraj] return of the labelled trajectories: mean over members and standard deviation between them. */
  readonly returns: { readonly mean: Float64Array; readonly spread: Float64Array };
}

/**
 * Fits a Bradley–Terry reward model to the labels of each person: P(τ₁ preferred) = σ(R(τ₁) − R(τ₂)), where R(τ) is the
 * sum of a network's output over the rows that τ visits. The networks of all persons and members are one population,
 * evaluated once an update on the whole table; the loss softplus(∓(R₁ − R₂)) and its gradient per row are computed here,
 * so every engine fits the same models. Full-batch Adam; bit-identical on `ts`. What a person's model is depends on its
 * own labels and on `learners`, the number of its random streams, alone.
 *
 * Source: Christiano et al., arXiv:1706.03741.
 */
export async function fitRewardModels(
  engine: Engine,
  { features, inputs }: RowFeatures,
  people: readonly LabelledTrajectories[],
  learners: readonly number[],
  options: RewardModelOptions,
): Promise<RewardModel[]> {
  const { hidden = HIDDEN, epochs = 150, learningRate = 0.01, weightDecay = 0.01, members = 1, seed, progress } = options;
  if (people.some(({ train }) => train.first.length === 0)) throw new RangeError('A reward model needs at least one labelled pair.');
  const each = networksOf(members);
  const shape = rewardNetwork(inputs, people.length * each, hidden);
  const line = population(people.length, each);
  const network = await engine.create(shape, features);
  const isSingle = (n: number) => n % each === members;
  const personOf = line.schemeOf;
  try {
    const parameters = initialParameters(shape, seed, {
      learner: Array.from({ length: shape.population }, (_, n) => (isSingle(n) ? learners[personOf(n)] : learners[personOf(n)] * members + (n % each))),
      inputSquaredNorm: meanSquaredNorm(features, inputs),
      outputVariance: 1 / (hidden.at(-1) ?? inputs),
    });
    const optimiser = createOptimiser({ kind: 'adam', learningRate, weightDecay }, parameters.length);
    const weight = Array.from({ length: shape.population }, (_, n) => {
      const pairs = people[personOf(n)].train.first.length;
      return isSingle(n) ? new Float64Array(pairs).fill(1) : pairWeights(pairs, members, n % each, seed, learners[personOf(n)]);
    });
    const gradient = new Float32Array(shape.population * network.rows);
    const loss = people.map(() => new Float64Array(epochs));
    for (let epoch = 0; epoch < epochs; epoch++) {
      network.setParameters(parameters);
      const output = await network.forward();
      for (let n = 0; n < shape.population; n++) {
        const own = preferenceLoss(line.part(output, n), people[personOf(n)], weight[n], line.part(gradient, n));
        if (!isSingle(n)) loss[personOf(n)][epoch] += own / members;
      }
      optimiser.step(parameters, await network.vjp(gradient));
      progress?.((epoch + 1) / epochs);
    }
    network.setParameters(parameters);
    const output = await network.forward();
    return people.map((labelled, person) => {
      const outputs = Array.from({ length: each }, (_, k) => Float64Array.from(line.part(output, line.member(person, k))));
      return combined(outputs, members, labelled, loss[person]);
    });
  } finally {
    network.dispose();
  }
}

/** Share of the labelled pairs that the returns order as labelled, ties counting half. */
export function orderedAsLabelled(reward: Float64Array, data: LabelledTrajectories): number {
  const { first, second, prefersFirst } = data.train;
  let right = 0;
  for (let k = 0; k < first.length; k++) {
    const difference = returnOf(reward, data, first[k]) - returnOf(reward, data, second[k]);
    right += difference === 0 ? 0.5 : Number(difference > 0 === (prefersFirst[k] === 1));
  }
  return right / first.length;
}

/**
 * Mean over pairs of weight · softplus(−(R(preferred) − R(other))), and in `gradient` [rows] its
 * derivative with respect to each row's reward.
 */
export function preferenceLoss(
  reward: Float32Array | Float64Array,
  data: LabelledTrajectories,
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

function returnOf(reward: Float32Array | Float64Array, { row, maxLen, length }: LabelledTrajectories, i: number): number {
  let sum = 0;
  for (let k = i * maxLen, end = k + length[i]; k < end; k++) sum += reward[row[k]];
  return sum;
}

function addVisits(visits: Float64Array, { row, maxLen, length }: LabelledTrajectories, i: number, amount: number): void {
  for (let k = i * maxLen, end = k + length[i]; k < end; k++) visits[row[k]] += amount;
}

function combined(outputs: readonly Float64Array[], members: number, data: LabelledTrajectories, loss: Float64Array): RewardModel {
  const { mean: reward, spread } = meanAndSpread(outputs.slice(0, members));
  const single = members === 1 ? reward.slice() : outputs[members];
  const scale = scaleOf(returnsOf(reward, data));
  const scaleOfSingle = scaleOf(returnsOf(single, data));
  const scaled = (values: Float64Array, by: number) => values.map((value) => value / by);
  const byMember = outputs.slice(0, members).map((output) => returnsOf(scaled(output, scale), data));
  return { reward: scaled(reward, scale), spread: scaled(spread, scale), single: scaled(single, scaleOfSingle), scale, loss, returns: meanAndSpread(byMember) };
}

/** Mean and standard deviation (ddof 0) of each entry over equally long lists. */
function meanAndSpread(lists: readonly Float64Array[]): { readonly mean: Float64Array; readonly spread: Float64Array } {
  const n = lists.length;
  const mean = lists[0].map((_, r) => lists.reduce((sum, list) => sum + list[r] / n, 0));
  return { mean, spread: mean.map((centre, r) => Math.sqrt(lists.reduce((sum, list) => sum + ((list[r] - centre) * (list[r] - centre)) / n, 0))) };
}

function returnsOf(reward: Float64Array, data: LabelledTrajectories): Float64Array {
  return Float64Array.from(data.length, (_, i) => returnOf(reward, data, i));
}

/** The standard deviation of the returns, or 1 where all are equal. */
function scaleOf(returns: Float64Array): number {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / returns.length);
  return deviation > 0 ? deviation : 1;
}
