import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep, payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';

const STEP_FORMAT = { right: 1, broken: -2 } as const;

/** r_T = (scale·F1 if F1 ≥ floor, else 0) + format; step scores prm ± format are given beside, for an estimator to use. */
export default defineReward({
  id: 'prorag',
  title: 'Floored F1 with step scores beside',
  summary: 'Pays the answer’s overlap above a floor, and keeps step scores for a second advantage.',
  formula: String.raw`r_T = \lambda\, F_1\, \mathbb 1[F_1 \ge \phi] + f,\qquad p_t = \mathrm{prm}_t + \begin{cases} 1 & \text{format right} \\ -2 & \text{broken} \end{cases}`,
  provenance: 'mixed',
  cite: [{ title: 'ProRAG: process-supervised reinforcement learning for retrieval-augmented generation', source: 'arXiv:2601.21912' }],
  useWhen: 'Answers are judged by overlap, and small overlaps are noise.',
  breaksWhen: 'Everything is below the floor: then only the format is paid. The step scores are no part of the reward: without an estimator that reads them they do nothing.',
  category: 'process',
  params: {
    f1Floor: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.01, symbol: 'φ', help: 'An overlap below this pays nothing.' },
    f1Scale: positive(2, 'λ', 'What a perfect overlap is worth.'),
    prm: signal('prm', 'Score of each step.'),
    stepFormatOk: signal('stepFormatOk', '1 where the step has the right format.'),
  },
  needs: { f1: 'trajectory', format: 'trajectory' },
  outputs: { processScores: 'step' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'An overlap at the floor counts, one below it does not; the format is added as +1 or −1.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { prm: [0.5, 1], stepFormatOk: [1, 0] }, outcome: 0, extra: { f1: 0.5, format: 1 } },
          { group: 0, length: 1, signals: { prm: [0], stepFormatOk: [1] }, outcome: 0, extra: { f1: 0.4, format: -1 } },
        ],
      },
      params: { f1Floor: 0.5, f1Scale: 3 },
      expect: [[0, 2.5], [-1]],
    },
  ],
  price(columns, { f1Floor, f1Scale, prm, stepFormatOk }, { buffer }) {
    const reward = payOnLastStep(columns, buffer, (i) => (columns.f1[i] >= f1Floor ? f1Scale * columns.f1[i] : 0) + columns.format[i]);
    const processScores = payEveryStep(columns, buffer, (_i, _t, k) => columns.signals[prm][k] + (columns.signals[stepFormatOk][k] !== 0 ? STEP_FORMAT.right : STEP_FORMAT.broken));
    return { reward, processScores };
  },
  explain: (columns, { f1Floor, f1Scale }, { reward }, i, t) => {
    const enough = columns.f1[i] >= f1Floor;
    return explainedOnLastStep(
      columns, i, t,
      () => [rewardLine(`${enough ? 'λ F1' : '0'} + f`, `${enough ? `${printed(f1Scale)} × ${operand(columns.f1[i])}` : '0'} + ${operand(columns.format[i])}`, reward[i * columns.maxLen + t])],
      `The overlap ${printed(columns.f1[i])} is ${enough ? 'at or above' : 'below'} the floor ${printed(f1Floor)}.`,
    );
  },
});
