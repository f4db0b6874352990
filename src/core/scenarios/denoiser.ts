import type { ClosedForm, Play } from '../contracts/closed-form';
import { defineContinuousScenario } from '../contracts/scenario';
import { exp, log } from '../math/elementary';

const STEPS = 10;
const DT = 0.1;
/** What is left of a point after a step, besides the pull: x ← KEEP·x + DT·u. */
const KEEP = 1 - DT;
const TARGET = [1.5, 1] as const;
/** The reward is exp(−d²/(2·WIDTH)): WIDTH is the variance of the Gaussian around the target. */
const WIDTH = 0.25;
const ENTRIES = Array.from({ length: 2 * STEPS }, (_, k) => `u${Math.floor(k / 2)} ${k % 2 === 0 ? 'x' : 'y'}`);
const LOG_TWO_PI = log(2 * Math.PI);
const squared = (x: number) => x * x;

const SIGNALS = {
  stepGain: { title: 'Gain of the completion', help: 'Reward of the noise-free completion after the step, minus before it.' },
  gainToGo: { title: 'Gain still to come', help: 'Reward of the finished point, minus that of the noise-free completion before the step.' },
  exactStep: { title: 'Exact step advantage', help: 'V after the step minus V before it, in closed form: no estimate, the truth itself as a signal.' },
};

const FACTS = {
  odeRewards: { title: 'Rewards of completions', help: 'Reward that every visited point would earn if it were finished without noise.' },
  stateRewards: { title: 'Rewards of completions', help: 'The same numbers, under the name that the step-gain reward reads.' },
};

interface Params {
  readonly noise: 'constant' | 'decay';
}

/** exp(−d²/2v) around the target, times the mass that spreading the target from WIDTH to v leaves. */
function bump(x: number, y: number, v: number): number {
  const [dx, dy] = [x - TARGET[0], y - TARGET[1]];
  return (WIDTH / v) * exp(-(dx * dx + dy * dy) / (2 * v));
}

function closedForm({ noise }: Params): ClosedForm {
  const sigma = Float64Array.from({ length: STEPS }, (_, k) => (noise === 'constant' ? 0.7 : 0.2 + (1 - k / (STEPS - 1))));
  /** Standard deviation of one step's noise: σ_k √dt. */
  const jump = sigma.map((x) => x * Math.sqrt(DT));
  /** [STEPS + 1] share of a point at step k that is left at the end, KEEP^(STEPS − k). */
  const left = new Float64Array(STEPS + 1).fill(1);
  /** [STEPS + 1] variance, at the end and by coordinate, of the noise from step k on. */
  const spread = new Float64Array(STEPS + 1);
  for (let k = STEPS - 1; k >= 0; k--) {
    left[k] = KEEP * left[k + 1];
    spread[k] = spread[k + 1] + left[k + 1] * left[k + 1] * jump[k] * jump[k];
  }
  const atStart = WIDTH + spread[0] + left[0] * left[0];
  const start = new Float64Array(2 * STEPS);

  /** [(STEPS + 1) × 2] what the pulls from step k on add to a point's noise-free end. */
  function pulls(policy: Float64Array): Float64Array {
    const out = new Float64Array(2 * (STEPS + 1));
    for (let k = STEPS - 1; k >= 0; k--) for (let d = 0; d < 2; d++) out[2 * k + d] = out[2 * k + 2 + d] + left[k + 1] * DT * policy[2 * k + d];
    return out;
  }

  function objective(policy: Float64Array): number {
    const [x, y] = pulls(policy);
    return bump(x, y, atStart);
  }

  function play(policy: Float64Array, normal: Float64Array): Play {
    const draws = 2 * STEPS + 2;
    const nTraj = normal.length / draws;
    const states = STEPS + 1;
    const point = new Float64Array(nTraj * states * 2);
    const completion = new Float64Array(nTraj * states * 2);
    const value = new Float64Array(nTraj * states);
    const odeRewards = new Float64Array(nTraj * states);
    const outcome = new Float64Array(nTraj);
    const [advantage, logProbability, stepGain, gainToGo] = Array.from({ length: 4 }, () => new Float64Array(nTraj * STEPS));
    const pull = pulls(policy);
    for (let i = 0; i < nTraj; i++) {
      const from = i * draws;
      let [x, y] = [normal[from], normal[from + 1]];
      for (let k = 0; k <= STEPS; k++) {
        const s = i * states + k;
        const [endX, endY] = [left[k] * x + pull[2 * k], left[k] * y + pull[2 * k + 1]];
        point[2 * s] = x;
        point[2 * s + 1] = y;
        completion[2 * s] = endX;
        completion[2 * s + 1] = endY;
        odeRewards[s] = bump(endX, endY, WIDTH);
        value[s] = bump(endX, endY, WIDTH + spread[k]);
        if (k === STEPS) break;
        const [zx, zy] = [normal[from + 2 + 2 * k], normal[from + 3 + 2 * k]];
        logProbability[i * STEPS + k] = -LOG_TWO_PI - 2 * log(jump[k]) - 0.5 * (zx * zx + zy * zy);
        x = KEEP * x + DT * policy[2 * k] + jump[k] * zx;
        y = KEEP * y + DT * policy[2 * k + 1] + jump[k] * zy;
      }
      const last = i * states + STEPS;
      outcome[i] = odeRewards[last];
      for (let k = 0; k < STEPS; k++) {
        const s = i * states + k;
        advantage[i * STEPS + k] = value[s + 1] - value[s];
        stepGain[i * STEPS + k] = odeRewards[s + 1] - odeRewards[s];
        gainToGo[i * STEPS + k] = outcome[i] - odeRewards[s];
      }
      value[last] = 0;
    }
    const facts = {
      stepGain: { shape: 'step', data: stepGain },
      gainToGo: { shape: 'step', data: gainToGo },
      exactStep: { shape: 'step', data: advantage },
      odeRewards: { shape: 'state', data: odeRewards },
      stateRewards: { shape: 'state', data: odeRewards },
    } as const;
    return { nTraj, steps: STEPS, point, completion, outcome, logProbability, advantage, value, facts };
  }

  /** Calls back with what the noise of a played step must have been under a policy, by coordinate. */
  function eachNoise(policy: Float64Array, { nTraj, point }: Play, visit: (step: number, k: number, zx: number, zy: number) => void): void {
    for (let i = 0; i < nTraj; i++) {
      for (let k = 0; k < STEPS; k++) {
        const s = 2 * (i * (STEPS + 1) + k);
        const zx = (point[s + 2] - KEEP * point[s] - DT * policy[2 * k]) / jump[k];
        const zy = (point[s + 3] - KEEP * point[s + 1] - DT * policy[2 * k + 1]) / jump[k];
        visit(i * STEPS + k, k, zx, zy);
      }
    }
  }

  return {
    steps: STEPS,
    draws: 2 * STEPS + 2,
    entries: ENTRIES,
    start,
    best: WIDTH / atStart,
    play,
    logProbability(policy, played) {
      const out = new Float64Array(played.nTraj * STEPS);
      eachNoise(policy, played, (step, k, zx, zy) => (out[step] = -LOG_TWO_PI - 2 * log(jump[k]) - 0.5 * (zx * zx + zy * zy)));
      return out;
    },
    direction(policy, played, advantage, out) {
      out.fill(0);
      eachNoise(policy, played, (step, k, zx, zy) => {
        const weight = (advantage[step] * DT) / (jump[k] * played.nTraj);
        out[2 * k] += weight * zx;
        out[2 * k + 1] += weight * zy;
      });
    },
    gradient(policy, out) {
      const [x, y] = pulls(policy);
      const slope = bump(x, y, atStart) / atStart;
      for (let k = 0; k < STEPS; k++) {
        out[2 * k] = slope * (TARGET[0] - x) * left[k + 1] * DT;
        out[2 * k + 1] = slope * (TARGET[1] - y) * left[k + 1] * DT;
      }
    },
    metrics(policy) {
      const [x, y] = pulls(policy);
      return { reward: objective(policy), distance: Math.sqrt(squared(x - TARGET[0]) + squared(y - TARGET[1])) };
    },
    entropy: () => jump.reduce((sum, x) => sum + 1 + LOG_TWO_PI + 2 * log(x), 0) / STEPS,
    divergence(policy) {
      let sum = 0;
      for (let k = 0; k < STEPS; k++) for (let d = 0; d < 2; d++) sum += squared((DT * (policy[2 * k + d] - start[2 * k + d])) / jump[k]) / 2;
      return sum / STEPS;
    },
    scale() {},
    keepWithin() {},
    picture(policy) {
      const [x, y] = pulls(policy);
      return {
        kind: 'plane',
        target: { x: TARGET[0], y: TARGET[1], radius: Math.sqrt(WIDTH) },
        end: { x, y, radius: Math.sqrt(spread[0] + left[0] * left[0]) },
      };
    },
    describeStep({ facts }, i, t) {
      const rewards = facts.odeRewards.data as Float64Array;
      const s = i * (STEPS + 1) + t;
      return `Finished without more noise, the point would score ${rewards[s].toFixed(2)} before this step and ${rewards[s + 1].toFixed(2)} after it.`;
    },
  };
}

/**
 * A denoiser that is linear and Gaussian, so that everything about it is known.
 *
 *     x_0 ~ N(0, I),   x_{k+1} = x_k + 0.1 (u_k − x_k) + σ_k √0.1 ε_k   (ten steps),   R = exp(−|x_10 − (1.5, 1)|² / 0.5)
 *
 * The policy is the ten pulls u_k. M_k(x), the noise-free end of x at step k, and S_k, the variance of the noise still to come, give
 *
 *     V_k(x) = 0.25/(0.25 + S_k) · exp(−|M_k(x) − μ|² / 2(0.25 + S_k)),   A_k = V_{k+1}(x_{k+1}) − V_k(x_k)
 *
 * A_k is exact in the full sense: the action is the next point, so Q_k(x_k, x_{k+1}) = V_{k+1}(x_{k+1}) and no expectation is left. J is V_0 averaged
 * over x_0, in closed form again, and so is its gradient.
 */
export default defineContinuousScenario({
  id: 'denoiser',
  title: 'Denoiser',
  summary: 'Ten noisy steps towards a target, with one reward at the end and a cheap completion from every step.',
  formula: String.raw`x_{k+1} = x_k + \tfrac1{10}(u_k - x_k) + \sigma_k\sqrt{\tfrac1{10}}\,\varepsilon_k,\qquad R = e^{-|x_{10}-\mu|^2/0.5}`,
  provenance: 'own',
  cite: [],
  question: 'Which of ten denoising steps made the picture good?',
  useWhen: 'You want to see what rewards of noise-free completions are worth, against advantages that are known exactly.',
  breaksWhen: 'You look for steps that prepare what only later steps pay: a linear Gaussian model has none, so turning points have nothing to find.',
  params: {
    noise: {
      kind: 'choice',
      default: 'constant',
      title: 'Noise',
      help: 'Noise σ of the steps: the same in all, or falling from 1.2 to 0.2.',
      options: [
        { value: 'constant', title: 'constant, 0.7' },
        { value: 'decay', title: 'decaying, 1.2 to 0.2' },
      ],
    },
  },
  signals: SIGNALS,
  facts: FACTS,
  metrics: {
    reward: { title: 'Reward', unit: 'share' },
    distance: { title: 'Distance of the mean end from the target', unit: 'number' },
  },
  truth: 'reward',
  trajectoryNoun: 'denoising',
  closedForm,
});
