import { ContentError } from '../contracts/json-column';
import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/**
 * The score of a reward model that was fitted to comparisons of trajectories.
 *
 *     P(a ≻ b) = σ(Σ_t f(a_t) − Σ_t f(b_t)),   r_t = (f(s_t, a_t) − κ·s(s_t, a_t) − m) / c
 *
 * The model is trained beside the policy and evaluated once over the table; the batch brings its score per
 * step as `learnedReward`, of an ensemble the mean, with the standard deviation s between its members as
 * `learnedSpread`. The scores are known up to a constant per trajectory, hence centre and scale.
 */
export default defineReward({
  id: 'bradley-terry',
  title: 'Learned reward (Bradley-Terry)',
  summary: 'Pays the score of small networks that were fitted to pairwise preferences; an ensemble can be paid less where its members disagree.',
  formula: String.raw`P(a \succ b) = \sigma\Big(\sum_t f_\phi(a_t) - \sum_t f_\phi(b_t)\Big),\qquad r_t = \frac{f_\phi(s_t, a_t) - \kappa\, s_\phi(s_t, a_t) - m}{c}`,
  provenance: 'textbook',
  cite: [
    { title: 'Deep Reinforcement Learning from Human Preferences', source: 'arXiv:1706.03741' },
    { title: 'Reward Model Ensembles Help Mitigate Overoptimization', source: 'arXiv:2310.02743' },
  ],
  useWhen: 'Nobody can write the objective down but people can say which of two trajectories is better.',
  breaksWhen: 'The policy leaves the trajectories that were compared: there the model guesses, and what it overrates is what gets learned. More of the same comparisons does not help; comparing the new trajectories does.',
  category: 'learned',
  params: {
    pessimism: { kind: 'number', default: 0, min: 0, max: 3, step: 0.1, symbol: 'κ', help: 'Standard deviations between the members of an ensemble that are taken off their mean: little where all agree, much where they guess.' },
    of: {
      kind: 'choice',
      default: 'ensemble',
      title: 'Scores of',
      advanced: true,
      options: [
        { value: 'ensemble', title: 'All members', help: 'The mean over the members; with one member, its score.' },
        { value: 'one', title: 'One model', help: 'The model that saw every comparison once, as if there were no ensemble. Pessimism then takes nothing off.' },
      ],
      help: 'Whose scores are paid.',
    },
    centre: { kind: 'number', default: 0, min: -10, max: 10, step: 0.05, symbol: 'm', help: 'Subtracted from every step’s score; with trajectories of different length it decides whether longer is better.' },
    scale: { kind: 'number', default: 1, min: 0.05, max: 20, step: 0.05, scale: 'log', symbol: 'c', help: 'Every score is divided by this.' },
  },
  needs: { learnedReward: 'step', learnedSpread: 'step?', learnedSingle: 'step?' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Scores are centred and scaled.',
      input: { trajectories: [{ group: 0, length: 3, signals: { learnedReward: [0.5, 2.5, -1.5] }, outcome: 1, extra: {} }] },
      params: { centre: 0.5, scale: 2 },
      expect: [[0, 1, -1]],
    },
    {
      why: 'Twice the spread between members is taken off: a high score that they disagree about is worth no more than a low one that they share.',
      input: { trajectories: [{ group: 0, length: 3, signals: { learnedReward: [0.5, 2.5, -1.5], learnedSpread: [0, 1, 0.25] }, outcome: 1, extra: {} }] },
      params: { pessimism: 2 },
      expect: [[0.5, 0.5, -2]],
    },
    {
      why: 'The one model that saw every comparison, whatever the ensemble says.',
      input: { trajectories: [{ group: 0, length: 2, signals: { learnedReward: [0.5, 2.5], learnedSpread: [0, 1], learnedSingle: [3, -1] }, outcome: 1, extra: {} }] },
      params: { of: 'one', pessimism: 2 },
      expect: [[3, -1]],
    },
  ],
  price(columns, params, { buffer }) {
    const [score, spread] = [scoreOf(columns, params), spreadOf(columns, params)];
    const { pessimism, centre, scale } = params;
    return {
      reward: payEveryStep(columns, buffer, (_i, _t, k) => (spread ? (score[k] - pessimism * spread[k] - centre) / scale : (score[k] - centre) / scale)),
    };
  },
  explain(columns, params, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const [score, spread] = [scoreOf(columns, params), spreadOf(columns, params)];
    const { pessimism, centre, scale } = params;
    const taken = spread ? ` − ${printed(pessimism)} × ${printed(spread[k])}` : '';
    return explained(
      [rewardLine(spread ? '(f − κ s − m) / c' : '(f − m) / c', `(${printed(score[k])}${taken} − ${operand(centre)}) / ${printed(scale)}`, reward[k])],
      spread
        ? 'f is the mean output of networks trained on comparisons of trajectories, s their standard deviation: large where they guess.'
        : 'f is the output of a network trained on comparisons of trajectories; it is an estimate and knows nothing of places it never saw.',
    );
  },
});

type Read = { readonly learnedReward: Float64Array; readonly learnedSpread: Float64Array | undefined; readonly learnedSingle: Float64Array | undefined };

function scoreOf({ learnedReward, learnedSingle }: Read, { of }: { readonly of: string }): Float64Array {
  if (of !== 'one') return learnedReward;
  if (!learnedSingle) throw new ContentError('learnedSingle', 'the score that one model gave each step');
  return learnedSingle;
}

/** What pessimism is a multiple of; null where it takes nothing off. */
function spreadOf({ learnedSpread }: Read, { of, pessimism }: { readonly of: string; readonly pessimism: number }): Float64Array | null {
  if (of === 'one' || pessimism === 0) return null;
  if (!learnedSpread) throw new ContentError('learnedSpread', 'the standard deviation between the members’ scores of each step');
  return learnedSpread;
}
