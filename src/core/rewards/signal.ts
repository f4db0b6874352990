import { explained, rewardLine, unpaid } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';
import { NumberedMemories } from '../mdp/numbered-memories';

/**
 * One signal of the scenario, as it is.
 *
 *     r_t = x_t · 1[fewer than `cap` payments so far] · 1[s_{t+1} not paid for before]
 *
 * Without cap and `once` it is a function of the transition alone. A payment is a step whose signal is not 0.
 */
export default defineReward({
  id: 'signal',
  title: 'Signal',
  summary: 'Pays one fact of the scenario on every step where it holds.',
  formula: String.raw`r_t = x_t \cdot \mathbb 1[n_t < c] \cdot \mathbb 1[s_{t+1} \text{ new}]`,
  provenance: 'own',
  cite: [],
  useWhen: 'You want the plainest dense reward: so much for every checkpoint, test or well-formed call.',
  breaksWhen: 'The fact can be had again and again without finishing. A cap or paying each place once ends the farming, not the detour.',
  category: 'dense',
  params: {
    signal: signal('signal', 'The fact that is paid.'),
    cap: { kind: 'integer', default: 0, min: 0, max: 100, symbol: 'c', help: 'Only the first so many payments of a trajectory count. 0 means no cap.' },
    once: { kind: 'boolean', default: false, help: 'Arriving at the same state pays once per trajectory.' },
  },
  needs: { state: 'state-id' },
  reads: ({ once }) => (once ? ['state'] : []),
  laws: ['markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: ({ cap, once }) => cap === 0 && !once,
  remembers: ({ signal: name, cap, once }, table) => {
    const x = Object.hasOwn(table.signals, name) ? table.signals[name] : undefined;
    if (!x) return null;
    const memories = new NumberedMemories<{ count: number; paid: readonly number[] }>({ count: 0, paid: [] }, ({ count, paid }) => `${count}:${paid.join(' ')}`);
    const isPaid = (memory: number, row: number) => {
      const { count, paid } = memories.at(memory);
      return x[row] !== 0 && !(cap > 0 && count >= cap) && !(once && paid.includes(table.rowNext[row]));
    };
    return {
      pay: (memory, row) => (isPaid(memory, row) ? x[row] : 0),
      next: (memory, row) => {
        if (!isPaid(memory, row)) return memory;
        const count = cap > 0 ? memories.at(memory).count + 1 : 0;
        // Where the cap is used up, it no longer matters which places were paid.
        const paid = once && !(cap > 0 && count === cap) ? [...memories.at(memory).paid, table.rowNext[row]].sort((a, b) => a - b) : [];
        return memories.numberOf({ count, paid });
      },
    };
  },
  examples: [
    {
      why: 'The second payment for state 3 is refused, the zero in between is no payment, and the cap of two ends it.',
      input: { trajectories: [{ group: 0, length: 5, signals: { signal: [1, 1, 0, 0.5, 1] }, outcome: 0, extra: {}, states: [0, 3, 3, 1, 2, 4] }] },
      params: { cap: 2, once: true },
      expect: [[1, 0, 0, 0.5, 0]],
    },
    {
      why: 'As it is.',
      input: { trajectories: [{ group: 0, length: 3, signals: { signal: [1, 0, -2] }, outcome: 0, extra: {}, states: [0, 3, 3, 1] }] },
      params: {},
      expect: [[1, 0, -2]],
    },
  ],
  price(columns, { signal: name, cap, once }, { buffer }) {
    const x = columns.signals[name];
    if (name === '') return { reward: payEveryStep(columns, buffer, () => 0) };
    if (cap === 0 && !once) return { reward: payEveryStep(columns, buffer, (_i, _t, k) => x[k]) };
    const seen = new Set<number>();
    let payments = 0;
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t === 0) {
        payments = 0;
        seen.clear();
      }
      if (x[k] === 0 || (cap > 0 && payments >= cap)) return 0;
      if (once) {
        const arrival = columns.state[i * (columns.maxLen + 1) + t + 1];
        if (seen.has(arrival)) return 0;
        seen.add(arrival);
      }
      payments += 1;
      return x[k];
    });
    return { reward };
  },
  explain(columns, { signal: name }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    if (name === '') return unpaid('No signal is chosen yet.');
    const x = columns.signals[name][k];
    if (reward[k] === 0 && x !== 0) return unpaid(`${name} is ${printed(x)} here, but its payments are used up or this place was paid before.`);
    return explained([rewardLine('x_t', printed(x), x)]);
  },
});
