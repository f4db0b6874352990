import { sigmoid, softplus } from '../core/math/elementary';
import type { Table } from '../core/contracts/scenario';
import type { Rollout } from '../core/mdp/rollout';
import type { Engine, NetworkShape } from './engine';
import { initialParameters, meanSquaredNorm } from './initial-parameters';
import { createOptimiser } from './optimiser';
import { population } from './population';

/** Labels of visited states, every state (at every time, where they are timed) once. */
export interface StateLabels {
  /** [places] state·T + time; time is 0 where labels are not timed. */
  readonly place: Uint32Array;
  /** [places] visits. */
  readonly count: Float64Array;
  /** By model: [places] mean label, 0 … 1. */
  readonly label: readonly Float64Array[];
  readonly isTimed: boolean;
}

export interface ProcessModelOptions {
  /** Default [32]. */
  readonly hidden?: readonly number[];
  /** Adam steps on all labels. Default 300. */
  readonly steps?: number;
  /** Adam's α. Default 0.01. */
  readonly learningRate?: number;
  /** Decoupled decay λ. Default 0.001. */
  readonly weightDecay?: number;
  readonly seed: number;
  readonly learner?: number;
}

export interface ProcessModel {
  /** By model: V̂, [S], or [T · S] with index t·S + s where labels were timed. */
  readonly value: readonly Float64Array[];
  /** [steps] cross-entropy before each update, averaged over models. */
  readonly loss: Float64Array;
}

/** The network of `models` process models side by side over a table's states. */
export function processNetwork(table: Table, models: number, isTimed: boolean, hidden: readonly number[] = [32]): NetworkShape {
  return { inputs: table.features.width + (isTimed ? table.horizon : 0), hidden, outputs: 1, activation: 'tanh', population: models };
}

/**
 * Means over the visits of each state (and time) of labels that trajectories carry: by model [nTraj × maxLen], the label of s_t at
 * i·maxLen + t. Cross-entropy is linear in the label, so means and counts are all that a fit needs.
 * Throws where a label is no chance: a network's σ cannot come to it.
 */
export function collectLabels(table: Table, { nTraj, maxLen, length, row }: Rollout, labels: readonly Float64Array[], isTimed: boolean): StateLabels {
  const index = new Map<number, number>();
  const place: number[] = [];
  const count: number[] = [];
  const sums = labels.map((): number[] => []);
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0; t < length[i]; t++) {
      const k = i * maxLen + t;
      const key = table.rowState[row[k]] * table.horizon + (isTimed ? t : 0);
      let at = index.get(key);
      if (at === undefined) {
        index.set(key, (at = place.length));
        place.push(key);
        count.push(0);
        for (const sum of sums) sum.push(0);
      }
      count[at] += 1;
      labels.forEach((label, m) => {
        if (!(label[k] >= -1e-9 && label[k] <= 1 + 1e-9)) {
          throw new RangeError(`The true outcome of this scenario is worth ${label[k]} from one state on, and a process model's network estimates a chance between 0 and 1. Use completions as they are.`);
        }
        sums[m][at] += label[k];
      });
    }
  }
  return { place: Uint32Array.from(place), count: Float64Array.from(count), label: sums.map((sum) => Float64Array.from(sum, (x, at) => x / count[at])), isTimed };
}

/**
 * Fits networks to labels of states, V̂ = σ(f(s)) or σ(f(s, t)), by full-batch Adam on the cross-entropy, and evaluates them once over all
 * states. Models that share their visits are fitted side by side on the population axis. Bit-identical on `ts`.
 *
 * Source: the labels are those of Math-Shepherd, arXiv:2312.08935; network and fit are our own.
 */
export async function fitProcessModel(engine: Engine, table: Table, labels: StateLabels, options: ProcessModelOptions): Promise<ProcessModel> {
  const { hidden, steps = 300, learningRate = 0.01, weightDecay = 0.001, seed, learner = 0 } = options;
  const { place, isTimed } = labels;
  const models = labels.label.length;
  if (place.length === 0) throw new RangeError('A process model needs at least one labelled state.');
  const shape = processNetwork(table, models, isTimed, hidden);
  const members = population(models, 1);
  const features = placeFeatures(table, place, isTimed);
  const parameters = initialParameters(shape, seed, {
    learner: members.learner.map(() => learner),
    inputSquaredNorm: meanSquaredNorm(features, shape.inputs),
    outputVariance: 1 / (shape.hidden.at(-1) ?? shape.inputs),
  });
  const loss = new Float64Array(steps);
  const network = await engine.create(shape, features);
  try {
    const optimiser = createOptimiser({ kind: 'adam', learningRate, weightDecay }, parameters.length);
    const gradient = new Float32Array(models * place.length);
    for (let step = 0; step < steps; step++) {
      network.setParameters(parameters);
      const output = await network.forward();
      for (let m = 0; m < models; m++) loss[step] += labelLoss(members.part(output, m), labels, m, members.part(gradient, m)) / models;
      optimiser.step(parameters, await network.vjp(gradient));
    }
  } finally {
    network.dispose();
  }
  const times = isTimed ? table.horizon : 1;
  const everywhere = Uint32Array.from({ length: times * table.S }, (_, k) => (k % table.S) * table.horizon + Math.floor(k / table.S));
  const whole = await engine.create(shape, placeFeatures(table, everywhere, isTimed));
  try {
    whole.setParameters(parameters);
    const output = await whole.forward();
    return { value: labels.label.map((_, m) => Float64Array.from(members.part(output, m), sigmoid)), loss };
  } finally {
    whole.dispose();
  }
}

/** Mean over visits of the cross-entropy −y log σ(x) − (1 − y) log(1 − σ(x)), and in `gradient` [places] its derivative. */
export function labelLoss(output: ArrayLike<number>, { count, label }: Pick<StateLabels, 'count' | 'label'>, model: number, gradient: Float32Array | Float64Array): number {
  const visits = count.reduce((sum, n) => sum + n, 0);
  let loss = 0;
  for (let k = 0; k < count.length; k++) {
    const x = output[k];
    const y = label[model][k];
    loss += count[k] * (softplus(x) - y * x);
    gradient[k] = (count[k] * (sigmoid(x) - y)) / visits;
  }
  return loss / visits;
}

/** The step score of every table row, [rows]: what it pays of the true outcome plus V̂(s′) − V̂(s), V̂ = 0 once the task has ended. */
export function progressOfRows({ rows, rowState, rowNext, rowDone, metrics, truth }: Table, value: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, r) => metrics[truth][r] + (rowDone[r] ? 0 : value[rowNext[r]]) - value[rowState[r]]);
}

/** A line of inputs per place: the state's features and, where timed, a one-hot time. */
function placeFeatures({ features: { width, data }, horizon }: Table, place: Uint32Array, isTimed: boolean): Float32Array {
  const inputs = width + (isTimed ? horizon : 0);
  const out = new Float32Array(place.length * inputs);
  place.forEach((key, k) => {
    const state = Math.floor(key / horizon);
    out.set(data.subarray(state * width, (state + 1) * width), k * inputs);
    if (isTimed) out[k * inputs + width + (key % horizon)] = 1;
  });
  return out;
}
