/**
 * How in-browser agents are commonly trained, on the same table, net and batch as our loop: ask the
 * model for every step of all episodes at once, read its answer back, act, and in the end update on
 * every visited step. Whole matrices everywhere, no slow path chosen on purpose; batches beyond
 * 65,536 steps sum their gradient over parts of that size, because WASM's memory ends there.
 */
import * as tf from '@tensorflow/tfjs';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { A, T } from './bench-training';
import { randomTable } from './core-speed';
import { quantile } from './speed-row';

const INPUTS = 16;
const PART = 65_536;

export interface PeerTimes {
  /** Medians of one batch, milliseconds. */
  readonly rollout: number;
  readonly update: number;
}

function policyNetwork(): tf.Sequential {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [INPUTS], units: 64, activation: 'tanh' }));
  model.add(tf.layers.dense({ units: 64, activation: 'tanh' }));
  model.add(tf.layers.dense({ units: A }));
  return model;
}

/** One rollout of N × T steps and one update on all of them, repeated for `budget` milliseconds after a first time that is not counted. */
export async function measurePeerLoop(backend: string, S: number, N: number, budget: number): Promise<PeerTimes> {
  await tf.setBackend(backend);
  const table = randomTable(S, A, T, 1);
  const stream = mixSeed(8, 1);
  const feature = Float32Array.from({ length: S * INPUTS }, () => 2 * nextUniform(stream) - 1);
  const model = policyNetwork();
  const optimizer = tf.train.adam(1e-3);
  const observation = new Float32Array(T * N * INPUTS);
  const action = new Int32Array(T * N);
  const reward = new Float32Array(T * N);
  const state = new Uint32Array(N);

  const rollOut = async () => {
    state.fill(0);
    for (let t = 0; t < T; t++) {
      const seen = observation.subarray(t * N * INPUTS, (t + 1) * N * INPUTS);
      for (let i = 0; i < N; i++) seen.set(feature.subarray(state[i] * INPUTS, (state[i] + 1) * INPUTS), i * INPUTS);
      const probability = tf.tidy(() => tf.softmax(model.predictOnBatch(tf.tensor2d(seen, [N, INPUTS])) as tf.Tensor2D));
      const chance = await probability.data();
      probability.dispose();
      for (let i = 0; i < N; i++) {
        let u = nextUniform(stream);
        let a = 0;
        while (a < A - 1 && (u -= chance[i * A + a]) >= 0) a++;
        const row = table.rowStart[state[i] * A + a];
        action[t * N + i] = a;
        reward[t * N + i] = table.signals.event[row];
        state[i] = table.rowDone[row] ? 0 : table.rowNext[row];
      }
    }
  };

  const update = async () => {
    const advantage = new Float32Array(T * N);
    for (let i = 0; i < N; i++) for (let t = T - 1, sum = 0; t >= 0; t--) advantage[t * N + i] = sum += reward[t * N + i];
    const mean = advantage.reduce((sum, x) => sum + x, 0) / advantage.length;
    for (let k = 0; k < advantage.length; k++) advantage[k] -= mean;
    let total: tf.NamedTensorMap = {};
    for (let from = 0; from < T * N; from += PART) {
      const to = Math.min(T * N, from + PART);
      total = tf.tidy(() => {
        const taken = tf.oneHot(tf.tensor1d(action.subarray(from, to), 'int32'), A);
        const weight = tf.tensor1d(advantage.subarray(from, to));
        const seen = tf.tensor2d(observation.subarray(from * INPUTS, to * INPUTS), [to - from, INPUTS]);
        const { grads } = tf.variableGrads(() => {
          const logProbability = tf.logSoftmax(model.apply(seen) as tf.Tensor2D);
          return tf.neg(tf.div(tf.sum(tf.mul(tf.sum(tf.mul(logProbability, taken), 1), weight)), T * N)) as tf.Scalar;
        });
        const sums = Object.entries(grads).map(([name, grad]) => [name, total[name] ? tf.add(total[name], grad) : grad] as const);
        return Object.fromEntries(sums) as tf.NamedTensorMap;
      });
    }
    optimizer.applyGradients(total as never);
    await Promise.all(Object.values(total).map((grad) => grad.data()));
    tf.dispose(total);
  };

  const times: [number[], number[]] = [[], []];
  let until = Infinity;
  do {
    const start = performance.now();
    await rollOut();
    const middle = performance.now();
    await update();
    if (until === Infinity) {
      until = performance.now() + budget;
      continue;
    }
    times[0].push(middle - start);
    times[1].push(performance.now() - middle);
  } while (performance.now() < until || times[0].length === 0);
  model.dispose();
  optimizer.dispose();
  return { rollout: quantile(times[0], 0.5), update: quantile(times[1], 0.5) };
}
