import { explainedOnLastStep, list, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';
import { sigmoid, tanh } from '../math/elementary';
import { mean } from '../math/statistics';

const referencesOf = (columns: { refRewards: readonly unknown[] }, maxRef: number, i: number) =>
  asNumbers(columns.refRewards[i], fieldOf('refRewards', i)).slice(0, maxRef);

/** r_T = mean_j σ(k (R − ref_j)): the reward model's preference for this answer over reference answers. */
export default defineReward({
  id: 'par',
  title: 'Preference as reward',
  summary: 'Replaces a reward model’s score by how surely it beats reference answers.',
  formula: String.raw`r_T = \tfrac1m \sum_{j \le m} \sigma\big(k\,(R - R^{\mathrm{ref}}_j)\big)`,
  provenance: 'code',
  cite: [{ title: 'Reward Shaping to Mitigate Reward Hacking in RLHF', source: 'PorUna-byte/PAR@b8caf40:trainers/reward_shaper.py' }],
  useWhen: 'A learned reward can be pushed up without end: a preference saturates where the answer is already clearly better.',
  breaksWhen: 'The references are far worse than the policy: everything is 1 and nothing is left to learn. It slows over-optimisation; alone it does not stop it.',
  category: 'outcome',
  params: {
    mode: {
      kind: 'choice',
      default: 'sigmoid',
      help: 'How the difference to the references is bent.',
      options: [
        { value: 'sigmoid', title: 'sigmoid', help: 'Between 0 and 1.' },
        { value: 'tanh', title: 'tanh', help: 'Between −1 and 1.' },
        { value: 'centered', title: 'difference', help: 'Not bent: the score minus the mean reference.' },
      ],
    },
    k: positive(1, 'k', 'Steepness of the bend.'),
    maxRef: { kind: 'integer', default: 10, min: 1, max: 1000, symbol: 'm', help: 'Only the first so many references count.' },
  },
  needs: { outcome: 'trajectory', refRewards: 'json' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Ln 3 above the first reference with k = 1 is ¾, equal to the second ½; the third is beyond the limit.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1.09861228866811, extra: { refRewards: [0, 1.09861228866811, -50] } }] },
      params: { maxRef: 2, k: 1 },
      expect: [[0, 0.625]],
    },
    {
      why: 'As a plain difference to the mean reference.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 2, extra: { refRewards: [0, 1] } }] },
      params: { mode: 'centered' },
      expect: [[1.5]],
    },
  ],
  price: (columns, { mode, k, maxRef }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const references = referencesOf(columns, maxRef, i);
      const R = columns.outcome[i];
      if (mode === 'centered') return R - mean(references);
      return mean(references.map((ref) => (mode === 'sigmoid' ? sigmoid(k * (R - ref)) : tanh(k * (R - ref)))));
    }),
  }),
  explain: (columns, { mode, k, maxRef }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const references = referencesOf(columns, maxRef, i);
      const R = printed(columns.outcome[i]);
      const value = reward[i * columns.maxLen + t];
      if (mode === 'centered') return [rewardLine('R − mean ref', `${R} − mean(${list(references)})`, value)];
      const bent = references.map((ref) =>
        mode === 'sigmoid'
          ? `1 / (1 + exp(−${printed(k)} × (${R} − ${operand(ref)})))`
          : `1 − 2 / (1 + exp(2 × ${printed(k)} × (${R} − ${operand(ref)})))`,
      );
      return [rewardLine(mode === 'sigmoid' ? 'mean σ(k (R − ref))' : 'mean tanh(k (R − ref))', `mean(${bent.join(', ')})`, value)];
    }),
});
