import type { Frame } from '../contracts/columns';
import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumberLists, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { sharedGamma, signal } from '../contracts/reward-parameters';

type Read = Frame & { agentPotential: readonly unknown[]; signals: Readonly<Record<string, Float64Array>> };

const potentialsOf = ({ agentPotential, length }: Read, i: number) => asNumberLists(agentPotential[i], fieldOf('agentPotential', i), undefined, length[i] + 1);

/** Rewards of every agent of a trajectory, [agent][step]. */
function perAgentOf(columns: Read, team: string, gamma: number, zeroTerminal: boolean, i: number): number[][] {
  const { maxLen, length } = columns;
  return potentialsOf(columns, i).map((phi) =>
    Array.from({ length: length[i] }, (_, t) => {
      const next = zeroTerminal && t === length[i] - 1 ? 0 : phi[t + 1];
      return columns.signals[team][i * maxLen + t] + gamma * next - phi[t];
    }),
  );
}

/** r_{i,t} = team_t + γ Φ_i(s_{t+1}) − Φ_i(s_t) for each agent i; the reward is the first agent's, all are given beside. */
export default defineReward({
  id: 'agent-potential',
  title: 'A potential per agent',
  summary: 'Gives every agent the team’s reward plus the gain in its own potential.',
  formula: String.raw`r_{i,t} = r^{\mathrm{team}}_t + \gamma\,\Phi_i(s_{t+1}) - \Phi_i(s_t)`,
  provenance: 'recalled',
  cite: [{ title: 'Theoretical Considerations of Potential-Based Reward Shaping for Multi-Agent Systems', source: 'Devlin and Kudenko, AAMAS 2011' }],
  useWhen: 'Several agents share one reward and each needs a hint about its own part.',
  breaksWhen: 'Agents learn against each other’s old policies: what is unchanged is the set of equilibria, not which one they reach.',
  category: 'structure',
  params: {
    team: signal('team', 'The shared reward.'),
    gamma: sharedGamma(0.95),
    zeroTerminal: { kind: 'boolean', default: true, help: 'The potentials count as 0 after the last step.' },
  },
  needs: { agentPotential: 'json' },
  outputs: { perAgent: 'json' },
  outsideGate: true,
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The first agent’s potential goes 2, 4, 6 and counts as 0 at the end.',
      input: { trajectories: [{ group: 0, length: 2, signals: { team: [0, 1] }, outcome: 0, extra: { agentPotential: [[2, 4, 6], [0, 0, 0]] } }] },
      params: { gamma: 0.75 },
      expect: [[1, -3]],
    },
  ],
  price(columns, { team, gamma, zeroTerminal }, { buffer }) {
    const perAgent = Array.from({ length: columns.nTraj }, (_, i) => perAgentOf(columns, team, gamma, zeroTerminal, i));
    return { reward: payEveryStep(columns, buffer, (i, t) => perAgent[i][0]?.[t] ?? 0), perAgent };
  },
  explain(columns, { team, gamma, zeroTerminal }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const [phi] = potentialsOf(columns, i);
    if (phi === undefined) return explained([rewardLine('0', '0', reward[k])], 'There is no agent.');
    const zeroed = zeroTerminal && t === columns.length[i] - 1;
    return explained(
      [rewardLine('team + γ Φ′ − Φ', `${printed(columns.signals[team][k])} + ${printed(gamma)} × ${operand(zeroed ? 0 : phi[t + 1])} − ${operand(phi[t])}`, reward[k])],
      'The first agent’s reward; the others have potentials of their own.',
    );
  },
});
