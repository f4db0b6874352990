/**
 * How in-browser agents are commonly trained, on the same table, net and batch as our loop: ask the
 * model for every step of all episodes at once, read its answer back, act, and in the end update on
 * every visited step. Whole matrices everywhere, no slow path chosen on purpose.
 */
import * as tf from '@tensorflow/tfjs';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { randomTable, type SpeedRow } from './core-speed';

const [S, A, T, N, INPUTS] = [256, 5, 64, 1024, 16];

function policyNetwork(): tf.Sequential {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [INPUTS], units: 64, activation: 'tanh' }));
  model.add(tf.layers.dense({ units: 64, activation: 'tanh' }));
  model.add(tf.layers.dense({ units: A }));
  return model;
}

/** Milliseconds of one rollout of N × T steps and of one update on all of them, medians of `iterations`. */
export async function measurePeerLoop(backend: string, iterations = 5): Promise<SpeedRow[]> {
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
    const loss = tf.tidy(() => {
      const taken = tf.oneHot(tf.tensor1d(action, 'int32'), A);
      const weight = tf.tensor1d(advantage);
      return optimizer.minimize(() => {
        const logProbability = tf.logSoftmax(model.apply(tf.tensor2d(observation, [T * N, INPUTS])) as tf.Tensor2D);
        return tf.neg(tf.mean(tf.mul(tf.sum(tf.mul(logProbability, taken), 1), weight))) as tf.Scalar;
      }, true)!;
    });
    await loss.data();
    loss.dispose();
  };

  const rolloutTimes: number[] = [];
  const updateTimes: number[] = [];
  for (let k = 0; k <= iterations; k++) {
    const start = performance.now();
    await rollOut();
    const middle = performance.now();
    await update();
    if (k === 0) continue;
    rolloutTimes.push(middle - start);
    updateTimes.push(performance.now() - middle);
  }
  model.dispose();
  optimizer.dispose();
  const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1];
  const [rolling, updating] = [median(rolloutTimes), median(updateTimes)];
  const name = `per-step loop, S=${S}, N=${N}, T=${T}, TensorFlow.js ${backend}`;
  const millionSteps = (ms: number) => (N * T) / ms / 1000;
  return [
    { name: `${name}: complete`, value: millionSteps(rolling + updating), unit: 'M steps/s' },
    { name: `${name}: rollout only`, value: millionSteps(rolling), unit: 'M steps/s' },
    { name: `${name}: update`, value: updating, unit: 'ms' },
  ];
}
