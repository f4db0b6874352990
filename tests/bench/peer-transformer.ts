/**
 * How a small transformer is commonly trained in a browser, at the size of ours: the network is asked for every token of all
 * responses at once, over the whole padded sequences, its answer is read back, and in the end one taped gradient covers every
 * sequence. Returns are drawn by chance: what they are worth changes nothing about the work.
 */
import * as tf from '@tensorflow/tfjs';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { quantile } from './speed-row';

export interface PeerShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly outputs: number;
  readonly symbols: number;
  /** Positions of a sequence; the first is the prompt. */
  readonly depth: number;
}

/** Median milliseconds of one iteration: a response of `depth` − 1 tokens for each of N prompts, and one update on all of them. */
export async function measurePeerTransformer(backend: string, shape: PeerShape, N: number, budget: number): Promise<number> {
  await tf.setBackend(backend);
  const { depth: L, symbols, outputs } = shape;
  const stream = mixSeed(9, 1);
  const { variables, logits } = transformer(shape);
  const optimizer = tf.train.adam(1e-3);
  const token = new Int32Array(N * L);
  const seen = (): tf.Tensor3D => tf.reshape(tf.oneHot(tf.tensor1d(token, 'int32'), symbols), [N, L, symbols]);

  const iterate = async () => {
    token.fill(0);
    for (let i = 0; i < N; i++) token[i * L] = Math.floor(nextUniform(stream) * symbols);
    for (let t = 0; t < L - 1; t++) {
      const probability = tf.tidy(() => tf.softmax(tf.reshape(tf.slice(logits(seen()), [0, t, 0], [N, 1, outputs]), [N, outputs])));
      const chance = await probability.data();
      probability.dispose();
      for (let i = 0; i < N; i++) {
        let u = nextUniform(stream);
        let a = 0;
        while (a < outputs - 1 && (u -= chance[i * outputs + a]!) >= 0) a++;
        token[i * L + t + 1] = a;
      }
    }
    const advantage = Float32Array.from({ length: N * (L - 1) }, () => nextUniform(stream) - 0.5);
    const { grads } = tf.tidy(() => {
      const next = Int32Array.from({ length: N * (L - 1) }, (_, k) => token[Math.floor(k / (L - 1)) * L + (k % (L - 1)) + 1]!);
      const taken = tf.oneHot(tf.tensor1d(next, 'int32'), outputs);
      const input = seen();
      return tf.variableGrads(() => {
        const acting = tf.reshape(tf.slice(logits(input), [0, 0, 0], [N, L - 1, outputs]), [N * (L - 1), outputs]);
        return tf.neg(tf.mean(tf.mul(tf.sum(tf.mul(tf.logSoftmax(acting), taken), 1), tf.tensor1d(advantage)))) as tf.Scalar;
      }, variables);
    });
    optimizer.applyGradients(grads as never);
    await Promise.all(Object.values(grads).map((grad) => grad.data()));
    tf.dispose(grads);
  };

  await iterate();
  const times: number[] = [];
  const end = performance.now() + budget;
  do {
    const start = performance.now();
    await iterate();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  tf.dispose(variables);
  optimizer.dispose();
  return quantile(times, 0.5);
}

/** Pre-norm blocks with causal attention and a ReLU layer of twice the width, learned positions, a norm before the head. */
function transformer({ width: d, layers, heads, outputs, symbols, depth: L }: PeerShape): { variables: tf.Variable[]; logits: (seen: tf.Tensor3D) => tf.Tensor3D } {
  const variables: tf.Variable[] = [];
  const keep = (value: tf.Tensor): tf.Variable => {
    const variable = tf.variable(value);
    variables.push(variable);
    return variable;
  };
  const dense = (inputs: number, units: number) => ({ weight: keep(tf.randomNormal([inputs, units], 0, 1 / Math.sqrt(inputs))), bias: keep(tf.zeros([units])) });
  const norm = () => ({ scale: keep(tf.ones([d])), shift: keep(tf.zeros([d])) });
  const embedding = keep(tf.randomNormal([symbols, d], 0, 0.1));
  const position = keep(tf.randomNormal([1, L, d], 0, 0.1));
  const blocks = Array.from({ length: layers }, () => ({ norm1: norm(), attend: dense(d, 3 * d), combine: dense(d, d), norm2: norm(), expand: dense(d, 2 * d), contract: dense(2 * d, d) }));
  const last = norm();
  const head = dense(d, outputs);
  const future = tf.keep(tf.tensor2d(Float32Array.from({ length: L * L }, (_, k) => (k % L > Math.floor(k / L) ? -1e9 : 0)), [L, L]));

  const logits = (seen: tf.Tensor3D): tf.Tensor3D => {
    const N = seen.shape[0];
    const apply = (x: tf.Tensor, { weight, bias }: ReturnType<typeof dense>) => tf.add(tf.matMul(x as tf.Tensor2D, weight as never), bias);
    const normalise = (x: tf.Tensor, { scale, shift }: ReturnType<typeof norm>) => {
      const centred = tf.sub(x, tf.mean(x, 1, true));
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-5))), scale), shift);
    };
    const perHead = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [N, L, heads, d / heads]), [0, 2, 1, 3]);
    const rows = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [N * L, d]);
    let x = rows(tf.add(tf.reshape(tf.matMul(tf.reshape(seen, [N * L, symbols]), embedding as never), [N, L, d]), position));
    for (const block of blocks) {
      const parts = tf.split(apply(normalise(x, block.norm1), block.attend), 3, 1).map(perHead);
      const scores = tf.add(tf.div(tf.matMul(parts[0]!, parts[1]!, false, true), Math.sqrt(d / heads)), future);
      const mixed = rows(tf.transpose(tf.matMul(tf.softmax(scores), parts[2]!), [0, 2, 1, 3]));
      x = tf.add(x, apply(mixed, block.combine));
      x = tf.add(x, apply(tf.relu(apply(normalise(x, block.norm2), block.expand)), block.contract));
    }
    return tf.reshape(apply(normalise(x, last), head), [N, L, outputs]);
  };
  return { variables, logits };
}
