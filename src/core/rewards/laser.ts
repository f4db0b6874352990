import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';

type Read = Frame & { logpSpecial: Float64Array; refLogpSpecial: Float64Array; truncated: Float64Array };

/** A reference constant of 0 stands for "use the reference model's log-probability". */
const reference = ({ refLogpSpecial }: Read, refConstant: number, i: number) => (refConstant === 0 ? refLogpSpecial[i] : refConstant);

function selfScore(columns: Read, beta: number, refConstant: number, i: number): number {
  if (columns.truncated[i] !== 0) return 0;
  return Math.min(1, Math.max(0, beta * (columns.logpSpecial[i] - reference(columns, refConstant, i))));
}

/** s = clip(β (log p_special − c_ref), 0, 1), 0 when cut off; r_T = (1 − τ) R + τ s. */
export default defineReward({
  id: 'laser',
  title: 'Last-token self-reward',
  summary: 'Mixes the verdict with the policy’s own, read off one special token after the answer.',
  formula: String.raw`s = \operatorname{clip}\big(\beta\,(\log \pi(z \mid y) - c_{\mathrm{ref}}),\, 0,\, 1\big),\qquad r_T = (1 - \tau)\, R + \tau\, s`,
  provenance: 'mixed',
  cite: [{ title: 'LaSeR: Reinforcement Learning with Last-token Self-Rewarding', source: 'RUCBM/LaSeR@48996f7:verl/verl/trainer/ppo/ray_trainer.py' }],
  useWhen: 'Verdicts are dear and the policy can be trained to give its own at the price of one token.',
  breaksWhen: 'The self-verdict is not tied to true ones by its own loss: it then drifts to 1. The released code mixes advantages; this mixes rewards.',
  category: 'process',
  params: {
    beta: positive(0.1, 'β', 'Scale from log-probability to score.'),
    refConstant: { kind: 'number', default: -23, min: -100, max: 0, step: 0.5, symbol: 'c_ref', help: 'Log-probability that scores 0; 0 reads the reference model’s own.' },
    tau: { kind: 'number', default: 0.1, min: 0, max: 1, step: 0.01, symbol: 'τ', help: 'Share of the self-verdict.' },
  },
  needs: { outcome: 'trajectory', logpSpecial: 'trajectory', refLogpSpecial: 'trajectory', truncated: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Five above the constant scores ½; a cut-off answer scores 0.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 1, extra: { logpSpecial: -15, refLogpSpecial: -18, truncated: false } },
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { logpSpecial: -15, refLogpSpecial: -18, truncated: true } },
        ],
      },
      params: { beta: 0.1, refConstant: -20, tau: 0.5 },
      expect: [[0, 0.75], [0.5]],
    },
    {
      why: 'Against the reference model’s −18 it scores 0.3.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { logpSpecial: -15, refLogpSpecial: -18, truncated: false } }] },
      params: { beta: 0.1, refConstant: 0, tau: 1 },
      expect: [[0.3]],
    },
  ],
  price: (columns, { beta, refConstant, tau }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => (1 - tau) * columns.outcome[i] + tau * selfScore(columns, beta, refConstant, i)),
  }),
  explain: (columns, { beta, refConstant, tau }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const s = selfScore(columns, beta, refConstant, i);
      const cut = columns.truncated[i] !== 0;
      return [
        step('Self-verdict', 's', cut ? '0, the answer was cut off' : 'clip(β (log p − c_ref), 0, 1)', cut ? '0' : `clip(${printed(beta)} × (${printed(columns.logpSpecial[i])} − ${operand(reference(columns, refConstant, i))}), 0, 1)`, s),
        rewardLine('(1 − τ) R + τ s', `(1 − ${printed(tau)}) × ${operand(columns.outcome[i])} + ${printed(tau)} × ${printed(s)}`, reward[i * columns.maxLen + t]),
      ];
    }),
});
