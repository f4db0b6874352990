import { explainedOnLastStep, rewardLine, step, weighted } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, ContentError, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { exp, log } from '../math/elementary';
import { mean } from '../math/statistics';

type Read = { bottomLine: readonly unknown[]; behavior: readonly unknown[] };

function read(columns: Read, weights: readonly number[] | null, i: number): { scores: readonly number[]; behavior: readonly number[]; w: readonly number[] } {
  const scores = asNumbers(columns.bottomLine[i], fieldOf('bottomLine', i));
  const behavior = asNumbers(columns.behavior[i], fieldOf('behavior', i));
  const w = weights ?? behavior.map(() => 1);
  if (w.length !== behavior.length) throw new ContentError(fieldOf('behavior', i), `${w.length} scores, one per weight (there are ${behavior.length})`);
  return { scores, behavior, w };
}

const gateOf = (scores: readonly number[], delta: number) => exp(mean(scores.map((s) => log((s + delta) / (1 + delta)))));

function utilityOf(behavior: readonly number[], w: readonly number[]): number {
  const total = w.reduce((a, b) => a + b, 0);
  return total === 0 ? 0 : w.reduce((sum, weight, j) => sum + weight * behavior[j], 0) / total;
}

/** B = exp(mean ln((s + δ) / (1 + δ))), U = Σ w s′ / Σ w, r_T = B·U. */
export default defineReward({
  id: 'searchllm-gate',
  title: 'Soft bottom-line gate',
  summary: 'Multiplies what is nice to have by a soft gate of what is required.',
  formula: String.raw`B = \exp\Big(\tfrac1m \sum_i \ln \tfrac{s_i + \delta}{1 + \delta}\Big),\qquad r_T = B \cdot \frac{\sum_j w_j s'_j}{\sum_j w_j}`,
  provenance: 'read',
  cite: [{ title: 'SearchLLM: Aligning LLMs with Searcher Preferences', source: 'arXiv:2603.10473' }],
  useWhen: 'Some scores are requirements (safety, truth) and no amount of style may buy back a failure.',
  breaksWhen: 'There are many requirements: each counts with the power 1/m, so one plain failure of three still leaves a fifth of the reward.',
  category: 'gated',
  params: {
    delta: { kind: 'number', default: 0.01, min: 1e-4, max: 1, step: 1e-3, scale: 'log', symbol: 'δ', help: 'How soft the gate is: a larger value forgives a failed requirement more.' },
    weights: { kind: 'numbers', default: null, min: 0, max: 10, maxLength: 64, symbol: 'w', help: 'Weights of the behaviour scores, in their order; empty means equal.' },
  },
  needs: { bottomLine: 'json', behavior: 'json' },
  outputs: { gate: 'trajectory', utility: 'trajectory' },
  laws: ['terminal-only', 'bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'With δ = 1 a failed requirement counts ½; of two, √½ of the utility (1·3 + 0·1)/4 is left.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { bottomLine: [1, 0], behavior: [1, 0] } }] },
      params: { delta: 1, weights: [3, 1] },
      expect: [[0.53033008588991]],
    },
  ],
  price(columns, { delta, weights }, { buffer }) {
    const gate = buffer(columns.nTraj);
    const utility = buffer(columns.nTraj);
    for (let i = 0; i < columns.nTraj; i++) {
      const { scores, behavior, w } = read(columns, weights, i);
      gate[i] = gateOf(scores, delta);
      utility[i] = utilityOf(behavior, w);
    }
    return { reward: payOnLastStep(columns, buffer, (i) => gate[i] * utility[i]), gate, utility };
  },
  explain: (columns, { delta, weights }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const { scores, behavior, w } = read(columns, weights, i);
      const gate = gateOf(scores, delta);
      const utility = utilityOf(behavior, w);
      const logs = scores.map((s) => `log((${printed(s)} + ${printed(delta)}) / (1 + ${printed(delta)}))`).join(', ');
      return [
        step('Gate', 'B', 'e^{mean ln((s + δ)/(1 + δ))}', `exp(mean(${logs}))`, gate),
        step('Utility', 'U', 'Σ w s′ / Σ w', `(${weighted(w, behavior)}) / sum(${w.map(printed).join(', ')})`, utility),
        rewardLine('B × U', `${printed(gate)} × ${operand(utility)}`, reward[i * columns.maxLen + t]),
      ];
    }),
});
