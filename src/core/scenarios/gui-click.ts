import type { ClosedForm, Play } from '../contracts/closed-form';
import { defineContinuousScenario } from '../contracts/scenario';
import { exp, log } from '../math/elementary';
import { sinPi } from '../math/normal';
import { cosPi } from '../math/cos-pi';
import { normalProbability } from '../math/normal-quantile';

/** Distance of every target's centre from that of the screen. */
const REACH = 0.35;
const START_SPREAD = 0.15;
const LEAST_SPREAD = 0.005;
const MOST_SPREAD = 0.3;
/** Width of the screen's own nearness, whatever the size of the target. */
const NEARNESS = 0.25;
/** The step of log σ per unit of mean(Â(|z|²/2 − 1)), as a share of the step of μ per unit of σ·mean(Â z). */
const SPREAD_RATE = 1 / 3;
const LOG_TWO_PI = log(2 * Math.PI);
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
const squared = (x: number) => x * x;

const SIGNALS = {
  hit: { title: 'Hit', help: '1 where the click lies in the target.' },
  miss: { title: 'Distance', help: 'Distance of the click from the centre of the target; the screen is 1 wide.' },
  nearness: { title: 'Nearness on the screen', help: 'exp(−d²/2·0.25²): falls off over a quarter of the screen, however small the target is.' },
};

const FACTS = {
  pred: { title: 'Click as a box', help: 'The click as a box without area, [x, y, x, y].' },
  gt: { title: 'Target as a box', help: 'The target, [x1, y1, x2, y2].' },
  format: { title: 'Format', help: '1: a click is always well-formed.' },
  distance: { title: 'Distances', help: 'Distance from the target’s centre: of the screen’s centre before the click, of the click after it.' },
  reached: { title: 'Reached', help: '1 where the click lies in the target.' },
};

interface Params {
  readonly width: number;
}

const density = (x: number) => exp(-0.5 * x * x) / ROOT_TWO_PI;

/** P(low < Z < high) of a standard normal Z, from the tail that keeps more digits. */
const between = (low: number, high: number) => (low > 0 ? normalProbability(-low) - normalProbability(-high) : normalProbability(high) - normalProbability(low));

function closedForm({ width }: Params, draw: number): ClosedForm {
  // cos 2πu and sin 2πu of the learner's own angle.
  const half = draw < 0.5 ? 2 * draw : 2 * draw - 1;
  const sign = draw < 0.5 ? 1 : -1;
  const target = [0.5 + REACH * sign * cosPi(half), 0.5 + REACH * sign * sinPi(half)] as const;
  const start = Float64Array.of(0.5, 0.5, log(START_SPREAD));

  /** By axis: the target's edges in units of σ from μ, and the probability between them. */
  function axes(policy: Float64Array) {
    const spread = exp(policy[2]);
    return [0, 1].map((d) => {
      const low = (target[d] - width / 2 - policy[d]) / spread;
      const high = (target[d] + width / 2 - policy[d]) / spread;
      return { low, high, spread, probability: between(low, high) };
    });
  }

  const hitRate = (policy: Float64Array) => axes(policy).reduce((product, { probability }) => product * probability, 1);

  function play(policy: Float64Array, normal: Float64Array): Play {
    const nTraj = normal.length / 2;
    const spread = exp(policy[2]);
    const rate = hitRate(policy);
    const point = new Float64Array(nTraj * 4);
    const value = new Float64Array(nTraj * 2);
    const distance = new Float64Array(nTraj * 2);
    const [outcome, logProbability, advantage, miss, nearness] = Array.from({ length: 5 }, () => new Float64Array(nTraj));
    const pred: number[][] = [];
    for (let i = 0; i < nTraj; i++) {
      const [zx, zy] = [normal[2 * i], normal[2 * i + 1]];
      const [x, y] = [policy[0] + spread * zx, policy[1] + spread * zy];
      const [dx, dy] = [x - target[0], y - target[1]];
      const square = dx * dx + dy * dy;
      const hit = Math.abs(dx) <= width / 2 && Math.abs(dy) <= width / 2 ? 1 : 0;
      point.set([0.5, 0.5, x, y], 4 * i);
      value[2 * i] = rate;
      distance[2 * i] = REACH;
      distance[2 * i + 1] = miss[i] = Math.sqrt(square);
      nearness[i] = exp(-square / (2 * NEARNESS * NEARNESS));
      outcome[i] = hit;
      advantage[i] = hit - rate;
      logProbability[i] = -LOG_TWO_PI - 2 * policy[2] - 0.5 * (zx * zx + zy * zy);
      pred.push([x, y, x, y]);
    }
    const box = [target[0] - width / 2, target[1] - width / 2, target[0] + width / 2, target[1] + width / 2];
    const facts = {
      hit: { shape: 'step', data: outcome },
      miss: { shape: 'step', data: miss },
      nearness: { shape: 'step', data: nearness },
      pred: { shape: 'json', data: pred },
      gt: { shape: 'json', data: pred.map(() => box) },
      format: { shape: 'trajectory', data: new Float64Array(nTraj).fill(1) },
      distance: { shape: 'state', data: distance },
      reached: { shape: 'trajectory', data: outcome },
    } as const;
    return { nTraj, steps: 1, point, completion: point, outcome, logProbability, advantage, value, facts };
  }

  /** Calls back with the noise of every played click under a policy. */
  function eachNoise(policy: Float64Array, { nTraj, point }: Play, visit: (i: number, zx: number, zy: number) => void): void {
    const spread = exp(policy[2]);
    for (let i = 0; i < nTraj; i++) visit(i, (point[4 * i + 2] - policy[0]) / spread, (point[4 * i + 3] - policy[1]) / spread);
  }

  return {
    steps: 1,
    draws: 2,
    entries: ['μ x', 'μ y', 'log σ'],
    start,
    best: squared(between(-width / (2 * LEAST_SPREAD), width / (2 * LEAST_SPREAD))),
    play,
    logProbability(policy, played) {
      const out = new Float64Array(played.nTraj);
      eachNoise(policy, played, (i, zx, zy) => (out[i] = -LOG_TWO_PI - 2 * policy[2] - 0.5 * (zx * zx + zy * zy)));
      return out;
    },
    direction(policy, played, advantage, out) {
      const spread = exp(policy[2]);
      out.fill(0);
      eachNoise(policy, played, (i, zx, zy) => {
        const weight = advantage[i] / played.nTraj;
        out[0] += (weight * zx) / spread;
        out[1] += (weight * zy) / spread;
        out[2] += weight * (zx * zx + zy * zy - 2);
      });
    },
    gradient(policy, out) {
      const both = axes(policy);
      out[2] = 0;
      both.forEach(({ low, high, spread }, d) => {
        const other = both[1 - d].probability;
        out[d] = (other * (density(low) - density(high))) / spread;
        out[2] += other * (low * density(low) - high * density(high));
      });
    },
    metrics(policy) {
      const offCentre = Math.sqrt(squared(policy[0] - target[0]) + squared(policy[1] - target[1]));
      return { hit: hitRate(policy), offCentre, spread: exp(policy[2]) };
    },
    entropy: (policy) => 1 + LOG_TWO_PI + 2 * policy[2],
    divergence(policy) {
      const ratio = exp(2 * (policy[2] - start[2]));
      const shift = (squared(policy[0] - start[0]) + squared(policy[1] - start[1])) / (START_SPREAD * START_SPREAD);
      return 0.5 * (2 * ratio + shift - 2) - 2 * (policy[2] - start[2]);
    },
    scale(policy, direction) {
      const variance = exp(2 * policy[2]);
      direction[0] *= variance;
      direction[1] *= variance;
      direction[2] *= SPREAD_RATE / 2;
    },
    keepWithin(policy) {
      for (const d of [0, 1]) policy[d] = Math.min(1, Math.max(0, policy[d]));
      policy[2] = Math.min(log(MOST_SPREAD), Math.max(log(LEAST_SPREAD), policy[2]));
    },
    picture: (policy) => ({
      kind: 'screen',
      target: { x: target[0], y: target[1], width },
      aim: { x: policy[0], y: policy[1], radius: exp(policy[2]) },
    }),
    describeStep({ facts, outcome }, i) {
      const miss = (facts.miss.data as Float64Array)[i];
      return outcome[i] === 1 ? `A hit, ${miss.toFixed(3)} from the centre of the target.` : `A miss, ${miss.toFixed(3)} from the centre of a target that is ${width} wide.`;
    },
  };
}

/**
 * One click at a target on a screen that is 1 wide. The policy is a round Gaussian, N(μ, σ²I).
 *
 *     μ += η σ² · ∇_μ,   log σ += (η/6) · ∇_{log σ}      ∇ = mean_i Â_i ∇ log π(a_i), so μ += η σ mean(Â z), log σ += (η/3) mean(Â (|z|²/2 − 1))
 *
 * σ stays within 0.005 … 0.3 and μ on the screen. The target's centre lies 0.35 from the screen's, at an angle that is uniform over the learners and
 * belongs to the learner: every scheme under a seed shoots at the same target.
 *
 * The advantage is exact as R − J: one step, so V is the expected success J of the policy, a product of two differences of the normal
 * distribution function, and Q is what this click earned.
 */
export default defineContinuousScenario({
  id: 'gui-click',
  title: 'Click on a target',
  summary: 'One click at a target that may be far smaller than the spread of the clicks.',
  formula: String.raw`a \sim \mathcal N(\mu, \sigma^2 I),\qquad J = \prod_d \left[\Phi\!\left(\tfrac{c_d + w/2 - \mu_d}{\sigma}\right) - \Phi\!\left(\tfrac{c_d - w/2 - \mu_d}{\sigma}\right)\right]`,
  provenance: 'own',
  cite: [],
  question: 'How does a policy learn to hit what it never hits?',
  useWhen: 'Success is hit or miss and you want to know what a smooth reward around the target buys.',
  breaksWhen: 'You look for credit along a trajectory: there is one step.',
  params: {
    width: { kind: 'number', default: 0.1, min: 0.025, max: 0.5, step: 0.005, symbol: 'w', title: 'Width of the target', help: 'Side of the square target, as a share of the screen.' },
  },
  signals: SIGNALS,
  facts: FACTS,
  metrics: {
    hit: { title: 'Hit', unit: 'share' },
    offCentre: { title: 'Distance of the aim from the target', unit: 'number' },
    spread: { title: 'Spread of the clicks', unit: 'number' },
  },
  truth: 'hit',
  trajectoryNoun: 'click',
  closedForm,
});
