import type { Frame } from '../contracts/columns';
import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { sharedGamma } from '../contracts/reward-parameters';

type Read = Frame & { potentialOverTime: Float64Array; terminated: Float64Array };

function potentialAt(columns: Read, zeroTerminal: boolean, i: number, t: number): number {
  if (t === columns.length[i] && zeroTerminal && columns.terminated[i] !== 0) return 0;
  return columns.potentialOverTime[i * (columns.maxLen + 1) + t];
}

/** r_t = base_t + γ Φ(s_{t+1}, t+1) − Φ(s_t, t), every potential at its own time. */
export default defineReward({
  id: 'pbrs-dynamic',
  title: 'Shaping by a moving potential',
  summary: 'Pays the gain in a potential that changes while one acts, still without moving the optimum.',
  formula: String.raw`F_t = \gamma\,\Phi(s_{t+1}, t+1) - \Phi(s_t, t)`,
  provenance: 'textbook',
  cite: [{ title: 'Dynamic Potential-Based Reward Shaping', source: 'Devlin and Kudenko, AAMAS 2012' }],
  useWhen: 'The potential is itself learned, so it is another one at every step.',
  breaksWhen: 'Both potentials are taken at the same time: the sum then no longer cancels and the optimum may move.',
  category: 'shaping',
  params: {
    gamma: sharedGamma(1),
    zeroTerminal: { kind: 'boolean', default: true, help: 'The potential counts as 0 where the task ended.' },
  },
  needs: { potentialOverTime: 'state', terminated: 'trajectory', base: 'step?' },
  outsideGate: true,
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Potentials 2, 4, 6 at their times; the last counts as 0 because the task ended.',
      input: { trajectories: [{ group: 0, length: 2, signals: { base: [0, 1] }, outcome: 0, extra: { potentialOverTime: [2, 4, 6], terminated: true } }] },
      params: { gamma: 0.75 },
      expect: [[1, -3]],
    },
  ],
  price(columns, { gamma, zeroTerminal }, { buffer }) {
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const shaping = gamma * potentialAt(columns, zeroTerminal, i, t + 1) - potentialAt(columns, zeroTerminal, i, t);
      return columns.base ? columns.base[k] + shaping : shaping;
    });
    return { reward };
  },
  explain(columns, { gamma, zeroTerminal }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const base = columns.base ? `${printed(columns.base[k])} + ` : '';
    const [from, to] = [potentialAt(columns, zeroTerminal, i, t), potentialAt(columns, zeroTerminal, i, t + 1)];
    const zeroed = isLastStep(columns, i, t) && zeroTerminal && columns.terminated[i] !== 0;
    return explained(
      [rewardLine(`${base ? 'base + ' : ''}γ Φ(s′, t+1) − Φ(s, t)`, `${base}${printed(gamma)} × ${operand(to)} − ${operand(from)}`, reward[k])],
      zeroed ? 'The task ends here, so the next potential counts as 0.' : undefined,
    );
  },
});
