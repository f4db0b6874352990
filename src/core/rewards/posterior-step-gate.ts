import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';

/** r_t = c p_t 1[R ≥ θ], and R on the last step. */
export default defineReward({
  id: 'posterior-step-gate',
  title: 'Step scores of successes',
  summary: 'Pays step scores only in trajectories that succeed.',
  formula: String.raw`r_t = c\, p_t\, \mathbb 1[R \ge \theta] + \mathbb 1[t = T]\, R`,
  provenance: 'own',
  cite: [],
  useWhen: 'Step scores help among successes but are farmed in failures.',
  breaksWhen: 'Scores are summed, so a long success earns more than a short one: use the mean or the minimum where that matters.',
  category: 'gated',
  params: {
    process: signal('process', 'The step scores.'),
    successThreshold: { kind: 'number', default: 1, min: -5, max: 5, step: 0.05, symbol: 'θ', help: 'The least outcome that counts as success.' },
    processWeight: positive(1, 'c', 'Factor on the step scores.'),
  },
  needs: { outcome: 'trajectory' },
  laws: ['zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The success is paid its halved scores and the outcome, the failure its outcome alone.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { process: [0.5, 1] }, outcome: 1, extra: {} },
          { group: 0, length: 2, signals: { process: [0.5, 1] }, outcome: 0.5, extra: {} },
        ],
      },
      params: { successThreshold: 1, processWeight: 0.5 },
      expect: [[0.25, 1.5], [0, 0.5]],
    },
  ],
  price(columns, { process, successThreshold, processWeight }, { buffer }) {
    const p = columns.signals[process];
    const reward = payEveryStep(columns, buffer, (i, _t, k) => (columns.outcome[i] >= successThreshold ? processWeight * p[k] : 0));
    return { reward: addToLastStep(reward, columns, (i) => columns.outcome[i]) };
  },
  explain(columns, { process, successThreshold, processWeight }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const outcome = columns.outcome[i];
    const open = outcome >= successThreshold ? 1 : 0;
    const last = isLastStep(columns, i, t);
    return explained(
      [
        rewardLine(
          `c p × gate${last ? ' + R' : ''}`,
          `${printed(processWeight)} × ${operand(columns.signals[process][k])} × ${open}${last ? ` + ${operand(outcome)}` : ''}`,
          reward[k],
        ),
      ],
      `The outcome ${printed(outcome)} ${open ? 'reaches' : 'is below'} ${printed(successThreshold)}.`,
    );
  },
});
