import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';

/** r_T = min(1, r·(phrases found)) − ρ·(repetitions). */
export default defineReward({
  id: 'rpr',
  title: 'Reasoning pattern reward',
  summary: 'Pays for phrases that good reasoning tends to contain, right or wrong.',
  formula: String.raw`r_T = \min(1, r\, m) - \rho\, n`,
  provenance: 'read',
  cite: [{ title: 'Reasoning Pattern Reward', source: 'arXiv:2505.22653' }],
  useWhen: 'A verifier is too noisy to be of use and one wants the habit of checking first.',
  breaksWhen: 'The phrases are all that counts: answers that check and re-check until they are cut were seen. Nothing here asks whether the answer is right.',
  category: 'intrinsic',
  params: {
    r: positive(0.025, 'r', 'What one phrase is worth.', 1),
    repetitionPenalty: positive(0, 'ρ', 'What one repetition costs.', 5),
  },
  needs: { phraseMatches: 'trajectory', repetitions: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Eight phrases reach the cap of 1, three stay at 0.75; repetitions are charged on both sides.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { phraseMatches: 8, repetitions: 1 } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { phraseMatches: 3, repetitions: 2 } },
        ],
      },
      params: { r: 0.25, repetitionPenalty: 0.125 },
      expect: [[0, 0.875], [0.5]],
    },
  ],
  price: (columns, { r, repetitionPenalty }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => Math.min(1, r * columns.phraseMatches[i]) - repetitionPenalty * columns.repetitions[i]),
  }),
  explain: (columns, { r, repetitionPenalty }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => [
      rewardLine(
        'min(1, r m) − ρ n',
        `min(1, ${printed(r)} × ${printed(columns.phraseMatches[i])}) − ${printed(repetitionPenalty)} × ${printed(columns.repetitions[i])}`,
        reward[i * columns.maxLen + t],
      ),
    ]),
});
