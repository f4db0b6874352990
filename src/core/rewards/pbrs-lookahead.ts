import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { sharedGamma } from '../contracts/reward-parameters';

/** r_t = base_t + γ Φ(s_{t+1}, a_{t+1}) − Φ(s_t, a_t), the next term 0 after the last step. */
export default defineReward({
  id: 'pbrs-lookahead',
  title: 'Look-ahead advice',
  summary: 'Shapes by a potential of state and action together.',
  formula: String.raw`F_t = \gamma\,\Phi(s_{t+1}, a_{t+1}) - \Phi(s_t, a_t)`,
  provenance: 'textbook',
  cite: [{ title: 'Principled Methods for Advising Reinforcement Learning Agents', source: 'Wiewiora, Cottrell and Elkan, ICML 2003' }],
  useWhen: 'You have advice on actions, not only on states.',
  breaksWhen: 'The policy acts on its values alone: with this shaping the best action is the one with the largest value plus potential.',
  category: 'shaping',
  params: { gamma: sharedGamma(1) },
  needs: { statePotentialAction: 'step', base: 'step?' },
  outsideGate: true,
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'From 2 to 4, then to nothing.',
      input: { trajectories: [{ group: 0, length: 2, signals: { base: [1, 0] }, outcome: 0, extra: { statePotentialAction: [2, 4] } }] },
      params: { gamma: 0.75 },
      expect: [[2, -4]],
    },
  ],
  price(columns, { gamma }, { buffer }) {
    const phi = columns.statePotentialAction;
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const next = t === columns.length[i] - 1 ? 0 : phi[k + 1];
      return (columns.base ? columns.base[k] : 0) + gamma * next - phi[k];
    });
    return { reward };
  },
  explain(columns, { gamma }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const next = t === columns.length[i] - 1 ? 0 : columns.statePotentialAction[k + 1];
    const base = columns.base ? `${printed(columns.base[k])} + ` : '';
    return explained([rewardLine(`${base ? 'base + ' : ''}γ Φ(s′, a′) − Φ(s, a)`, `${base}${printed(gamma)} × ${operand(next)} − ${operand(columns.statePotentialAction[k])}`, reward[k])]);
  },
});
