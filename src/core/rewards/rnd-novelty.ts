import type { VectorColumn } from '../contracts/columns';
import { explained, list, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';
import { exp, log, tanh } from '../math/elementary';
import { mixSeed, nextUniform, STREAM } from '../math/random';

/** Outputs of the target network. */
const OUTPUTS = 8;

/** What the predictor has learned: its weights, [OUTPUTS × width] row-major. */
interface Learned {
  readonly width: number;
  readonly seed: number;
  readonly weights: Float64Array;
}

/** A unit vector that stands for a state; different states get nearly orthogonal ones when it is wide. */
function codeOf(seed: number, width: number, state: number): Float64Array {
  const stream = mixSeed(seed, STREAM.network, 0, state);
  return new Float64Array(width).map(() => (nextUniform(stream) < 0.5 ? -1 : 1) / Math.sqrt(width));
}

/** The fixed random network: g = tanh(G φ), entries of G uniform in ±3. */
function targetNetwork(seed: number, width: number): Float64Array {
  const stream = mixSeed(seed, STREAM.network, 1, width);
  return new Float64Array(OUTPUTS * width).map(() => 6 * nextUniform(stream) - 3);
}

function apply(weights: Float64Array, code: Float64Array): Float64Array {
  const width = code.length;
  return new Float64Array(OUTPUTS).map((_, j) => code.reduce((sum, x, c) => sum + weights[j * width + c] * x, 0));
}

/** g(s) − f(s) of every state in `states`, by state. */
function errorsOf(states: readonly number[], { width, seed, weights }: Learned): Map<number, { code: Float64Array; error: Float64Array }> {
  const network = targetNetwork(seed, width);
  return new Map(
    states.map((state) => {
      const code = codeOf(seed, width, state);
      const target = apply(network, code).map(tanh);
      const prediction = apply(weights, code);
      return [state, { code, error: target.map((y, j) => y - prediction[j]) }];
    }),
  );
}

/**
 * Novelty by random network distillation in small: a fixed random network codes each state, a linear
 * predictor learns the code where the policy goes, and what it still gets wrong is paid.
 *
 *     r_t = β · mean_j (g_j(s_{t+1}) − f_j(s_{t+1}))²
 *
 * The predictor is carried from iteration to iteration. After a batch it is corrected once per visited state, in
 * order of state number, by the share 1 − (1 − η)ⁿ of the error, n the number of arrivals: what n corrections
 * by η would do. A narrow coding makes states share weights, so learning one place makes similar codes familiar.
 */
export default defineReward({
  id: 'rnd-novelty',
  title: 'Random-network novelty',
  summary: 'Pays for places that a slowly learning predictor does not know yet.',
  formula: String.raw`r_t = \beta \cdot \tfrac1J \sum_j \big(g_j(s_{t+1}) - f_j(s_{t+1})\big)^2,\qquad f \leftarrow f + \big(1 - (1-\eta)^{n_s}\big)\,(g - f)(s)\,\varphi(s)^\top`,
  provenance: 'own',
  cite: [{ title: 'Exploration by Random Network Distillation (the idea; networks and training are ours)', source: 'arXiv:1810.12894' }],
  useWhen: 'You want to see novelty fade while the policy changes, and counting states is not the point.',
  breaksWhen: 'The predictor learns faster than the policy moves: the bonus is gone before it led anywhere. With a narrow coding, places that were never visited look familiar.',
  category: 'intrinsic',
  params: {
    beta: positive(0.5, 'β', 'Factor on the squared error.'),
    rate: { kind: 'number', default: 0.05, min: 0.001, max: 0.9, step: 0.001, scale: 'log', symbol: 'η', help: 'Share of the error that one arrival corrects.' },
    width: { kind: 'integer', default: 32, min: 2, max: 256, help: 'Numbers that code a state; fewer make states look alike.', advanced: true },
    seed: { kind: 'integer', default: 1, min: 0, max: 1_000_000, help: 'Which random network is used.', advanced: true },
  },
  needs: { state: 'state-id' },
  outputs: { error: 'step-vector' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Without a bonus there is nothing to pay, however new the states are.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: {}, states: [0, 1, 2] }] },
      params: { beta: 0 },
      expect: [[0, 0]],
    },
  ],
  price(columns, { beta, rate, width, seed }, { buffer, state, detail }) {
    const carried = state as Learned | undefined;
    const fits = carried?.width === width && carried.seed === seed;
    const learned: Learned = fits ? carried : { width, seed, weights: new Float64Array(OUTPUTS * width) };
    const arrivals = countArrivals(columns);
    const errors = errorsOf([...arrivals.keys()], learned);
    const at = (i: number, t: number) => errors.get(columns.state[i * (columns.maxLen + 1) + t + 1])!.error;
    const novelty = new Map([...errors].map(([s, { error }]) => [s, error.reduce((sum, e) => sum + e * e, 0) / OUTPUTS]));
    const reward = payEveryStep(columns, buffer, (i, t) => beta * novelty.get(columns.state[i * (columns.maxLen + 1) + t + 1])!);
    const next = { width, seed, weights: corrected(learned, arrivals, rate) };
    return detail ? { reward, state: next, error: errorColumn(columns, at) } : { reward, state: next };
  },
  explain(columns, { beta }, { reward, error }, i, t) {
    const k = i * columns.maxLen + t;
    const e = error!.data.subarray(k * OUTPUTS, (k + 1) * OUTPUTS);
    return explained(
      [rewardLine('β × mean (g − f)²', `${printed(beta)} × mean(${Array.from(e, (x) => `(${printed(x)}) × (${printed(x)})`).join(', ')})`, reward[k])],
      `State ${columns.state[i * (columns.maxLen + 1) + t + 1]}: the predictor is off by ${list(e)}.`,
    );
  },
});

interface Visits {
  readonly nTraj: number;
  readonly maxLen: number;
  readonly length: Int32Array;
  readonly state: Int32Array;
}

/** Arrivals at each state, by ascending state. */
function countArrivals({ nTraj, maxLen, length, state }: Visits): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < nTraj; i++) {
    for (let t = 1; t <= length[i]; t++) {
      const s = state[i * (maxLen + 1) + t];
      counts.set(s, (counts.get(s) ?? 0) + 1);
    }
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

/** The weights after the batch's corrections, one state after the other; codes have length 1. */
function corrected(learned: Learned, arrivals: ReadonlyMap<number, number>, rate: number): Float64Array {
  const { width, seed } = learned;
  const weights = learned.weights.slice();
  const network = targetNetwork(seed, width);
  for (const [state, n] of arrivals) {
    const code = codeOf(seed, width, state);
    const target = apply(network, code);
    const prediction = apply(weights, code);
    const share = 1 - exp(n * log(1 - rate));
    for (let j = 0; j < OUTPUTS; j++) {
      const step = share * (tanh(target[j]) - prediction[j]);
      for (let c = 0; c < width; c++) weights[j * width + c] += step * code[c];
    }
  }
  return weights;
}

function errorColumn({ nTraj, maxLen, length }: Visits, at: (i: number, t: number) => Float64Array): VectorColumn {
  const data = new Float64Array(nTraj * maxLen * OUTPUTS);
  for (let i = 0; i < nTraj; i++) for (let t = 0; t < length[i]; t++) data.set(at(i, t), (i * maxLen + t) * OUTPUTS);
  return { width: OUTPUTS, size: new Int32Array(nTraj).fill(OUTPUTS), data };
}
