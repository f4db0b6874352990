import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { exp, sigmoid } from '../math/elementary';
import { mean } from '../math/statistics';

type Score = 'mean_exp_log_softmax' | 'exp_mean_log_softmax' | 'exp_sum_log_softmax' | 'mean_log_softmax';

const LEAK = 0.01;

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The nearest number with eight significant bits, ties to even: what bfloat16 keeps. */
function bfloat(x: number): number {
  float[0] = x;
  word[0] = (word[0] + 0x7fff + ((word[0] >>> 16) & 1)) & 0xffff0000;
  return float[0];
}

function scoreOf(logs: readonly number[], score: Score): number {
  const total = logs.reduce((a, b) => a + b, 0);
  switch (score) {
    case 'mean_exp_log_softmax':
      return mean(logs.map(exp));
    case 'exp_mean_log_softmax':
      return exp(mean(logs));
    case 'exp_sum_log_softmax':
      return exp(total);
    case 'mean_log_softmax':
      return mean(logs);
  }
}

const WRITTEN: Readonly<Record<Score, (logs: readonly number[]) => string>> = {
  mean_exp_log_softmax: (logs) => `mean(${logs.map((x) => `exp(${printed(x)})`).join(', ')})`,
  exp_mean_log_softmax: (logs) => `exp(mean(${list(logs)}))`,
  exp_sum_log_softmax: (logs) => `exp(sum(${list(logs)}))`,
  mean_log_softmax: (logs) => `mean(${list(logs)})`,
};

interface Shape {
  readonly shaping: 'identity' | 'threshold' | 'sigmoid' | 'leaky';
  readonly threshold: number;
  readonly k: number;
}

function shaped(d: number, { shaping, threshold, k }: Shape): number {
  if (shaping === 'identity') return d;
  if (shaping === 'sigmoid') return sigmoid(k * (2 * d - 1));
  return d > threshold ? d : shaping === 'leaky' ? LEAK * d : 0;
}

function parts(columns: Frame & { goldLogProbs: readonly unknown[]; baseline: Float64Array }, i: number, score: Score, bfloat16: boolean, shape: Shape) {
  const logs = asNumbers(columns.goldLogProbs[i], fieldOf('goldLogProbs', i));
  const exact = scoreOf(logs, score);
  const s = bfloat16 ? bfloat(exact) : exact;
  const d = s - columns.baseline[i];
  return { logs, exact, s, d, x: shaped(d, shape) };
}

/**
 * The policy's own probability of the right answer in place of a verifier.
 *
 *     s = mean exp(log p),  d = s − s₀,  x = shape(d),  r_T = (1 − w) x + w f   (w = −1: x if f, else −1)
 */
export default defineReward({
  id: 'rlpr',
  title: 'Probability of the right answer',
  summary: 'Pays how likely the reasoning makes the right answer, above what it was without reasoning.',
  formula: String.raw`s = \tfrac1n \sum_j \pi(y^*_j),\qquad d = s - s_0,\qquad r_T = (1 - w)\,\psi(d) + w f`,
  provenance: 'code',
  cite: [{ title: 'RLPR: Extrapolating RLVR to General Domains without Verifiers', source: 'OpenBMB/RLPR@8490fca:verl/workers/reward_manager/prob.py' }],
  useWhen: 'The right answer is known but free text cannot be checked by rule.',
  breaksWhen: 'The answer can be guessed from the question: subtracting the probability without reasoning is what guards against it. Rounding to eight bits, as released, makes ties inside groups.',
  category: 'intrinsic',
  params: {
    score: {
      kind: 'choice',
      default: 'mean_exp_log_softmax',
      help: 'How the tokens’ probabilities become one number.',
      options: [
        { value: 'mean_exp_log_softmax', title: 'mean probability' },
        { value: 'exp_mean_log_softmax', title: 'geometric mean' },
        { value: 'exp_sum_log_softmax', title: 'product' },
        { value: 'mean_log_softmax', title: 'mean log-probability' },
      ],
    },
    shaping: {
      kind: 'choice',
      default: 'threshold',
      help: 'What is done with the gain.',
      options: [
        { value: 'identity', title: 'nothing' },
        { value: 'threshold', title: 'cut below the threshold' },
        { value: 'leaky', title: 'a hundredth below the threshold' },
        { value: 'sigmoid', title: 'sigmoid' },
      ],
    },
    threshold: { kind: 'number', default: 0, min: -1, max: 1, step: 0.01, symbol: 'θ', help: 'Gains up to here do not count.' },
    k: { kind: 'number', default: 6, min: 0, max: 50, step: 0.1, symbol: 'k', help: 'Steepness of the sigmoid.' },
    formatCoefficient: { kind: 'number', default: 0.1, min: -1, max: 1, step: 0.01, symbol: 'w', help: 'Weight of the format; −1 requires it and pays −1 without.' },
    bfloat16: { kind: 'boolean', default: true, help: 'Round the score to eight significant bits, as the released code does.' },
  },
  needs: { goldLogProbs: 'json', baseline: 'trajectory', format: 'trajectory' },
  outputs: { score: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Probabilities 1 and ½ have the mean ¾, ¼ above the baseline; a fifth of the reward is the format.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { goldLogProbs: [0, -0.693147180559945], baseline: 0.5, format: 1 } }] },
      params: { formatCoefficient: 0.2 },
      expect: [[0, 0.4]],
    },
    {
      why: 'The product of the two is ½; a gain of ¼ at a sigmoid of steepness 2 is σ(−1).',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { goldLogProbs: [0, -0.693147180559945], baseline: 0.25, format: 1 } }] },
      params: { score: 'exp_sum_log_softmax', shaping: 'sigmoid', k: 2, formatCoefficient: 0 },
      expect: [[0.268941421369995]],
    },
  ],
  price(columns, { score, shaping, threshold, k, formatCoefficient: w, bfloat16 }, { buffer }) {
    const found = Array.from({ length: columns.nTraj }, (_, i) => parts(columns, i, score, bfloat16, { shaping, threshold, k }));
    const scores = buffer(columns.nTraj);
    found.forEach(({ s }, i) => (scores[i] = s));
    const reward = payOnLastStep(columns, buffer, (i) => {
      const f = columns.format[i];
      if (w === -1) return f !== 0 ? found[i].x : -1;
      return (1 - w) * found[i].x + w * f;
    });
    return { reward, score: scores };
  },
  explain: (columns, { score, shaping, threshold, k, formatCoefficient: w, bfloat16 }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const { logs, exact, s, d, x } = parts(columns, i, score, bfloat16, { shaping, threshold, k });
      const f = columns.format[i];
      const value = reward[i * columns.maxLen + t];
      const bent = shaping === 'sigmoid' ? `1 / (1 + exp(−${printed(k)} × (2 × ${operand(d)} − 1)))` : shaping === 'identity' || d > threshold ? printed(d) : shaping === 'leaky' ? `${LEAK} × ${operand(d)}` : '0';
      const lines = [
        step('Score', 's', score, WRITTEN[score](logs), exact),
        ...(bfloat16 ? [step('Rounded to eight bits', 's', 'bfloat16(s)', printed(s), s)] : []),
        step('Gain', 'd', 's − s₀', `${printed(s)} − ${operand(columns.baseline[i])}`, d),
        step('Shaped gain', 'x', shaping, bent, x),
      ];
      if (w === -1) return [...lines, f !== 0 ? rewardLine('x', printed(x), value) : rewardLine('−1', '−1', value)];
      return [...lines, rewardLine('(1 − w) x + w f', `(1 − ${printed(w)}) × ${operand(x)} + ${operand(w)} × ${operand(f)}`, value)];
    }),
});
