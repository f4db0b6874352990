/** Every objective beside its definition written step by step in TensorFlow.js, differentiated by its tape, and beside finite differences of its own loss. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { completeParameters } from '../../../src/core/contracts/parameters';
import type { ObjectivePlugin } from '../../../src/core/contracts/objective';
import { A, B, eachStep, GROUP, policyAt, randomUpdate, S, type RandomUpdate } from './random-update';

const plugins = allPlugins();
const SEEDS = [1, 2, 3];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** What the definitions are written in: log π and friends of every step, and sums over trajectories. */
function stepwise(update: RandomUpdate, logits: tf.Tensor) {
  const { steps, behaviour, reference } = update;
  const at: number[] = [];
  const trajectory: number[] = [];
  eachStep(steps, (k, i) => {
    at.push(k);
    trajectory.push(i);
  });
  const pick = tf.oneHot(tf.tensor1d(at.map((k) => steps.pair[k]), 'int32'), S * A).toFloat();
  const member = tf.oneHot(tf.tensor1d(trajectory, 'int32'), B).toFloat().transpose();
  const all = tf.logSoftmax(logits.reshape([S, A]));
  const atSteps = (column: tf.Tensor) => tf.matMul(pick, column.reshape([S * A, 1])).reshape([at.length]);
  const constant = (column: Float64Array) => atSteps(tf.tensor1d(Float32Array.from(column)));
  const along = (column: tf.Tensor) => tf.matMul(member, column.reshape([at.length, 1])).reshape([B]);
  const logPi = atSteps(all);
  return {
    all,
    logPi,
    along,
    logOld: constant(behaviour.map(Math.log)),
    logRef: constant(reference),
    advantage: tf.tensor1d(at.map((k) => steps.advantage[k])),
    delta: along(tf.sub(logPi, constant(reference))),
    /** The rows of log π at each step, and of the reference. */
    rows: tf.matMul(tf.oneHot(tf.tensor1d(at.map((k) => Math.floor(steps.pair[k] / A)), 'int32'), S).toFloat(), all),
    refRows: tf.matMul(tf.oneHot(tf.tensor1d(at.map((k) => Math.floor(steps.pair[k] / A)), 'int32'), S).toFloat(), tf.tensor2d(Float32Array.from(reference), [S, A])),
  };
}

type Stepwise = ReturnType<typeof stepwise>;
type Params = Record<string, number>;

const mean = (x: tf.Tensor) => tf.mul(tf.sum(x), 1 / B);
const minusLogSigmoid = (x: tf.Tensor) => tf.softplus(tf.neg(x));
const pick = (x: tf.Tensor, i: number) => x.slice([i], [1]);

function preferencePairs({ steps }: RandomUpdate, which: 'best-worst' | 'all'): [number, number][] {
  const pairs: [number, number][] = [];
  for (let g = 0; g < B; g += GROUP) {
    const members = Array.from({ length: GROUP }, (_, m) => g + m).sort((i, j) => steps.return[j] - steps.return[i]);
    const candidates = which === 'all' ? members.flatMap((i, m) => members.slice(m + 1).map((j): [number, number] => [i, j])) : [[members[0], members.find((i) => steps.return[i] === steps.return[members.at(-1)!])!] as [number, number]];
    pairs.push(...candidates.filter(([i, j]) => steps.return[i] > steps.return[j]));
  }
  return pairs;
}

function kinds({ steps }: RandomUpdate): number[] {
  return Array.from({ length: B }, (_, i) => {
    const from = Math.floor(i / GROUP) * GROUP;
    let sum = 0;
    for (let j = from; j < from + GROUP; j++) sum += steps.return[j];
    return Math.sign(steps.return[i] - sum / GROUP);
  });
}

/** Clipped surrogate of a ratio and an advantage, elementwise. */
const clipped = (ratio: tf.Tensor, advantage: tf.Tensor, low: number, high: number) =>
  tf.minimum(tf.mul(ratio, advantage), tf.mul(tf.clipByValue(ratio, 1 - low, 1 + high), advantage));

const reinforce = ({ logPi, advantage }: Stepwise) => tf.neg(mean(tf.mul(advantage, logPi)));

/** Entropy and KL terms per step, as they are defined. */
function penaltiesOf(x: Stepwise, { entropyBonus, klWeight, klKind }: Params & { klKind?: unknown }): tf.Tensor {
  const p = tf.exp(x.rows);
  const d = tf.sub(x.logPi, x.logRef);
  const kl: Record<string, () => tf.Tensor> = {
    exact: () => tf.sum(tf.mul(p, tf.sub(x.rows, x.refRows)), 1),
    k1: () => d,
    k2: () => tf.mul(0.5, tf.square(d)),
    k3: () => tf.add(tf.sub(tf.exp(tf.neg(d)), 1), d),
  };
  return tf.add(tf.mul(entropyBonus, mean(tf.sum(tf.mul(p, x.rows), 1))), tf.mul(klWeight, mean(kl[String(klKind)]())));
}

const definitions: Record<string, (x: Stepwise, params: Params, update: RandomUpdate, iteration: number) => tf.Tensor> = {
  reinforce: (x, params) => tf.add(reinforce(x), penaltiesOf(x, params)),
  'ppo-clip': (x, params) => {
    const ratio = tf.exp(tf.sub(x.logPi, x.logOld));
    const range = params.clip ?? 1e9;
    const plain = clipped(ratio, x.advantage, range, params.clipHigher ?? range);
    const dual = params.dualClip ? tf.where(tf.less(x.advantage, 0), tf.maximum(plain, tf.mul(params.dualClip, x.advantage)), plain) : plain;
    return tf.add(tf.neg(mean(dual)), penaltiesOf(x, params));
  },
  gspo: (x, params, { steps }) => {
    const length = tf.tensor1d(Float32Array.from(steps.length));
    const ratio = tf.exp(tf.div(x.along(tf.sub(x.logPi, x.logOld)), length));
    return tf.add(tf.neg(mean(clipped(ratio, tf.div(x.along(x.advantage), length), params.clip, params.clipHigher ?? params.clip))), penaltiesOf(x, params));
  },
  dpo: (x, { beta, pairs }, update) => {
    const list = preferencePairs(update, pairs as never);
    return tf.div(tf.addN(list.map(([w, l]) => minusLogSigmoid(tf.mul(beta, tf.sub(pick(x.delta, w), pick(x.delta, l)))))), list.length);
  },
  ipo: (x, { tau, pairs }, update) => {
    const list = preferencePairs(update, pairs as never);
    return tf.div(tf.addN(list.map(([w, l]) => tf.square(tf.sub(tf.sub(pick(x.delta, w), pick(x.delta, l)), 1 / (2 * tau))))), list.length);
  },
  kto: (x, { beta, desirable, undesirable }, update) => {
    const point = Math.max(0, [...x.delta.dataSync()].reduce((sum, d) => sum + d, 0) / B);
    const parts = kinds(update).flatMap((kind, i) => (kind === 0 ? [] : [tf.mul(kind > 0 ? desirable : undesirable, tf.sub(1, tf.sigmoid(tf.mul(beta * kind, tf.sub(pick(x.delta, i), point)))))]));
    return mean(tf.addN(parts));
  },
  bco: (x, { beta }, update) => {
    const delta = x.delta.dataSync();
    const kind = kinds(update);
    const centre = (wanted: number) => {
      const of = [...delta].filter((_, i) => kind[i] === wanted);
      return of.reduce((sum, d) => sum + beta * d, 0) / of.length;
    };
    const shift = (centre(1) + centre(-1)) / 2;
    return mean(tf.addN(kind.flatMap((sign, i) => (sign === 0 ? [] : [minusLogSigmoid(tf.mul(sign, tf.sub(tf.mul(beta, pick(x.delta, i)), shift)))]))));
  },
  'reward-weighted': (x, params, { steps }) => {
    const weight = Array.from({ length: B }, (_, i) => Math.exp(steps.return[i] / params.temperature));
    const share = weight.map((w, i) => {
      const from = Math.floor(i / GROUP) * GROUP;
      return (GROUP * w) / weight.slice(from, from + GROUP).reduce((a, b) => a + b);
    });
    return tf.add(tf.neg(mean(tf.mul(tf.tensor1d(share), x.along(x.logPi)))), penaltiesOf(x, params));
  },
  'imitation-balance': (x, params, { demonstration }, iteration) => {
    const share = params.imitation + (params.imitationAfter - params.imitation) * Math.min(1, iteration / params.moveOver);
    const imitation = tf.neg(tf.sum(tf.mul(tf.tensor2d(Float32Array.from(demonstration), [S, A]), x.all)));
    return tf.addN([tf.mul(1 - share, reinforce(x)), tf.mul(share, imitation), penaltiesOf(x, params)]);
  },
  // Nothing is carried yet: the balance is the first one, and 1 while warming up.
  'imitation-meta': (x, params, { demonstration }, iteration) => {
    const share = iteration < params.warmUp ? 1 : params.imitation;
    const imitation = tf.neg(tf.sum(tf.mul(tf.tensor2d(Float32Array.from(demonstration), [S, A]), x.all)));
    return tf.addN([tf.mul(1 - share, reinforce(x)), tf.mul(share, imitation), penaltiesOf(x, params)]);
  },
};

const variants: Record<string, readonly Record<string, unknown>[]> = {
  reinforce: [{}, { entropyBonus: 0.3 }, ...['exact', 'k1', 'k2', 'k3'].map((klKind) => ({ klWeight: 0.5, klKind }))],
  'ppo-clip': [{}, { clip: null }, { clipHigher: 0.5, dualClip: 1.4 }, { clip: 0.1, entropyBonus: 0.2, klWeight: 0.7, klKind: 'k3' }],
  gspo: [{ clip: 0.1 }, { clip: 0.05, clipHigher: 0.3, klWeight: 0.4 }],
  dpo: [{ beta: 0.4 }, { beta: 1.5, pairs: 'all' }],
  ipo: [{ tau: 0.4 }, { tau: 1.5, pairs: 'all' }],
  kto: [{ beta: 0.7 }, { beta: 2, desirable: 0.5, undesirable: 3 }],
  bco: [{ beta: 0.7 }],
  'reward-weighted': [{ temperature: 0.3 }, { temperature: 2, entropyBonus: 0.1 }],
  'imitation-balance': [{ imitation: 0.8, imitationAfter: 0.2, moveOver: 10 }],
  'imitation-meta': [{ imitation: 0.3 }, { imitation: 0.3, warmUp: 9, klWeight: 0.4 }],
};

it('covers every objective that there is', () => {
  expect(Object.keys(variants).sort()).toEqual(plugins.list('objective').map(({ id }) => id).sort());
});

const cases = Object.entries(variants).flatMap(([id, list]) => list.map((params) => [id, params] as const));
const iteration = 4;

function complete(id: string, stored: Record<string, unknown>) {
  const objective = plugins.get('objective', id) as ObjectivePlugin;
  return { objective, ...completeParameters(objective.params, stored) };
}

describe.each(cases)('%s with %j', (id, stored) => {
  const { objective, values, problems } = complete(id, stored);
  const params = values as Params;

  it.each(SEEDS)('has the loss and the gradient of its definition by autodiff (update %s)', (seed) => {
    expect(problems).toEqual([]);
    const update = randomUpdate(seed, 0.8);
    const out = new Float64Array(S * A).fill(NaN);
    const loss = objective.gradient(update.aggregates, policyAt(update, update.logits, iteration), values as never, out);
    const define = (logits: tf.Tensor) => definitions[id](stepwise(update, logits), params, update, iteration).asScalar();
    const { value, grad } = tf.valueAndGrad(define)(tf.tensor1d(Float32Array.from(update.logits)));
    expect(loss).toBeCloseTo(value.dataSync()[0], 5);
    const expected = grad.dataSync();
    const largest = Math.max(...expected.map(Math.abs));
    out.forEach((x, k) => expect(Math.abs(x - expected[k]), `entry ${k}`).toBeLessThan(1e-5 * Math.max(1, largest)));
  });

});

// KTO and BCO hold a number that depends on the policy constant, so their gradient is not that of the loss as a number.
describe.each(cases.filter(([id]) => id !== 'kto' && id !== 'bco'))('%s with %j', (id, stored) => {
  const { objective, values } = complete(id, stored);

  it.each(SEEDS)('has the gradient of its own loss by finite differences (update %s)', (seed) => {
    const update = randomUpdate(seed, 0.8);
    const out = new Float64Array(S * A);
    objective.gradient(update.aggregates, policyAt(update, update.logits, iteration), values as never, out);
    const scratch = new Float64Array(S * A);
    for (let k = 0; k < S * A; k++) {
      const at = (by: number) => objective.gradient(update.aggregates, policyAt(update, update.logits.map((z, j) => (j === k ? z + by : z)), iteration), values as never, scratch);
      expect(out[k]).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 6);
    }
  });
});
