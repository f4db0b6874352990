import type { Frame } from '../contracts/columns';
import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor } from '../contracts/reward-parameters';
import { exp } from '../math/elementary';

type Read = Frame & { distance: Float64Array; reached: Float64Array; state: Int32Array; terminated: Float64Array };

const distanceAt = (columns: Read, table: Float64Array, k: number) => (table.length > 0 ? table[columns.state[k]] : columns.distance[k]);
const reached = (columns: Read, table: Float64Array, i: number) => (table.length > 0 ? columns.terminated[i] : columns.reached[i]) !== 0;

/**
 * A reward from the distance to the goal.
 *
 *     negative: −d′ s     delta: (d − d′) s     exp: exp(−d′ / s),   plus a bonus on the last step where the goal was reached
 *
 * On a table the distance is a number per state and the goal counts as reached where the task ended.
 */
export default defineReward({
  id: 'goal-distance',
  title: 'Distance to the goal',
  summary: 'Pays for being near the goal, or for coming nearer.',
  formula: String.raw`r_t = -s\, d_{t+1} \;\Big|\; s\,(d_t - d_{t+1}) \;\Big|\; e^{-d_{t+1}/s}`,
  provenance: 'textbook',
  cite: [{ title: 'Policy invariance under reward transformations (the trap it describes)', source: 'Ng, Harada and Russell, ICML 1999' }],
  useWhen: 'The straight way is the right way.',
  breaksWhen: 'There is a wall: the nearest place is a dead end, and paying nearness parks the policy there. Negative distance makes ending early attractive, a bonus for nearness makes hovering so.',
  category: 'dense',
  params: {
    mode: {
      kind: 'choice',
      default: 'negative',
      help: 'What is paid.',
      options: [
        { value: 'negative', title: 'minus the distance' },
        { value: 'delta', title: 'coming nearer' },
        { value: 'exp', title: 'nearness' },
      ],
    },
    scale: { kind: 'number', default: 0.1, min: 0.001, max: 100, step: 0.01, scale: 'log', symbol: 's', help: 'Factor on the distance; for nearness, the distance at which it has fallen to a third.' },
    goalBonus: factor(1, 'b', 'Paid on the last step where the goal was reached.', 100),
    table: { kind: 'state-table', default: 'distance', help: 'Distance of each state: a state table of the scenario; empty reads the logged distances.' },
  },
  needs: { distance: 'state', reached: 'trajectory', state: 'state-id', terminated: 'trajectory' },
  reads: ({ table }) => (table.length > 0 ? ['state', 'terminated'] : ['distance', 'reached']),
  logDefaults: { table: [] },
  laws: ['markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: ({ table }) => table.length > 0,
  examples: [
    {
      why: 'Coming nearer by 2, then by 1, and there.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { distance: [3, 1, 0], reached: true } }] },
      params: { mode: 'delta', scale: 0.5, goalBonus: 4 },
      expect: [[1, 4.5]],
    },
    {
      why: 'Nearness by a table: distance 0 in state 1 and ln 4 in state 2.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { terminated: false }, states: [0, 1, 2] }] },
      params: { mode: 'exp', scale: 1, goalBonus: 4, table: [9, 0, 1.38629436111989] },
      expect: [[1, 0.25]],
    },
  ],
  price(columns, { mode, scale, goalBonus, table }, { buffer }) {
    const reward = payEveryStep(columns, buffer, (i, t) => {
      const at = i * (columns.maxLen + 1) + t;
      const d = distanceAt(columns, table, at + 1);
      const paid = mode === 'negative' ? -d * scale : mode === 'delta' ? (distanceAt(columns, table, at) - d) * scale : exp(-d / scale);
      return isLastStep(columns, i, t) && reached(columns, table, i) ? paid + goalBonus : paid;
    });
    return { reward };
  },
  explain(columns, { mode, scale, goalBonus, table }, { reward }, i, t) {
    const at = i * (columns.maxLen + 1) + t;
    const d = operand(distanceAt(columns, table, at + 1));
    const s = printed(scale);
    const [formula, text] = {
      negative: ['−d′ s', `−${d} × ${s}`],
      delta: ['(d − d′) s', `(${printed(distanceAt(columns, table, at))} − ${d}) × ${s}`],
      exp: ['e^{−d′/s}', `exp(−${d} / ${s})`],
    }[mode];
    const bonus = isLastStep(columns, i, t) && reached(columns, table, i) ? ` + ${operand(goalBonus)}` : '';
    return explained([rewardLine(`${formula}${bonus && ' + b'}`, `${text}${bonus}`, reward[i * columns.maxLen + t])]);
  },
});
