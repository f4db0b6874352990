import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_T = positive if R ≥ threshold, else negative. */
export default defineReward({
  id: 'binary',
  title: 'Binary outcome',
  summary: 'Turns the outcome into passed or failed.',
  formula: String.raw`r_T = \begin{cases} r_+ & R \ge \theta \\ r_- & R < \theta \end{cases}`,
  provenance: 'textbook',
  cite: [{ title: 'Standard verifier reward', source: 'arXiv:2402.03300' }],
  useWhen: 'A verifier says yes or no and partial success should not count.',
  breaksWhen: 'Every trajectory of a group passes or every one fails: the group has no variance and teaches nothing. Paying −1 for failure instead of 0 does not help, because a group’s normalisation removes it.',
  category: 'outcome',
  params: {
    threshold: { kind: 'number', default: 1, min: -10, max: 10, step: 0.05, symbol: 'θ', help: 'The least outcome that counts as success (reached counts).' },
    positive: { kind: 'number', default: 1, min: -10, max: 10, step: 0.1, symbol: 'r₊', help: 'What a success is paid.' },
    negative: { kind: 'number', default: 0, min: -10, max: 10, step: 0.1, symbol: 'r₋', help: 'What a failure is paid.' },
  },
  needs: { outcome: 'trajectory' },
  laws: ['markov', 'terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'zero-when-gate-shut'],
  markov: ({ negative, threshold }) => negative === 0 && threshold > 0,
  examples: [
    {
      why: 'An outcome exactly at the threshold counts as success.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0.5, extra: {} }, { group: 0, length: 1, signals: {}, outcome: 0.49, extra: {} }] },
      params: { threshold: 0.5, positive: 2, negative: -1 },
      expect: [[0, 2], [-1]],
    },
  ],
  price: (columns, { threshold, positive, negative }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => (columns.outcome[i] >= threshold ? positive : negative)),
  }),
  explain: (columns, { threshold, positive, negative }, _result, i, t) => {
    const passed = columns.outcome[i] >= threshold;
    const value = passed ? positive : negative;
    return explainedOnLastStep(
      columns, i, t,
      () => [rewardLine(passed ? 'r₊' : 'r₋', printed(value), value)],
      `The outcome ${printed(columns.outcome[i])} ${passed ? 'reaches' : 'is below'} the threshold ${printed(threshold)}.`,
    );
  },
});
