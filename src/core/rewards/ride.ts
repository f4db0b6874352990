import type { Frame } from '../contracts/columns';
import { explained, rewardLine, step } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumberLists, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { distancesTo, pseudoCountBonus } from '../math/pseudo-count';

type Read = Frame & { embeddings: readonly unknown[]; state: Int32Array };

const embeddingsOf = ({ embeddings, length }: Read, i: number) => asNumberLists(embeddings[i], fieldOf('embeddings', i), length[i] + 1);
const changeOf = (E: readonly (readonly number[])[], t: number) => E[t + 1].map((x, d) => x - E[t][d]);
const squares = (x: readonly number[]) => x.reduce((sum, e) => sum + e * e, 0);

/** How often the state reached at step t has been reached so far in this trajectory; the start does not count. */
function arrivals({ state, maxLen }: Read, i: number, t: number): number {
  const row = i * (maxLen + 1);
  let count = 0;
  for (let k = 1; k <= t + 1; k++) if (state[row + k] === state[row + t + 1]) count += 1;
  return count;
}

/**
 * Impact: how much a step changes the embedding, divided by how familiar the place is.
 *
 *     paper: ‖φ(s′) − φ(s)‖₂ / √N_ep(s′)     RLeXplore: mean square of the change × pseudo-count bonus of s
 */
export default defineReward({
  id: 'ride',
  title: 'Impact-driven exploration',
  summary: 'Pays actions that change something, less where one has been already.',
  formula: String.raw`r_t = \frac{\lVert \varphi(s_{t+1}) - \varphi(s_t) \rVert_2}{\sqrt{N_{\mathrm{ep}}(s_{t+1})}}`,
  provenance: 'mixed',
  cite: [
    { title: 'RIDE: Rewarding Impact-Driven Exploration for Procedurally-Generated Environments', source: 'arXiv:2002.12292' },
    { title: 'RLeXplore', source: 'RLE-Foundation/rllte@02f037b:ride.py' },
  ],
  useWhen: 'Most actions change nothing and the world is another one every time, so novelty across episodes means little.',
  breaksWhen: 'Changing back and forth is change: only the count holds it in check.',
  category: 'intrinsic',
  params: {
    k: { kind: 'integer', default: 10, min: 1, max: 1000, symbol: 'k', help: 'Nearest neighbours that count, the state itself among them.' },
    clusterDistance: { kind: 'number', default: 0.008, min: 0, max: 10, step: 0.001, symbol: 'ξ', help: 'Relative distances below this count as the same place.', advanced: true },
    epsilon: { kind: 'number', default: 1e-4, min: 1e-8, max: 1, step: 1e-5, scale: 'log', symbol: 'ε', help: 'Width of the kernel.', advanced: true },
    c: { kind: 'number', default: 1e-3, min: 1e-6, max: 1, step: 1e-4, scale: 'log', symbol: 'c', help: 'Added to the similarity, so that nothing is paid without limit.', advanced: true },
    maxSimilarity: { kind: 'number', default: 8, min: 0.1, max: 100, step: 0.1, symbol: 's_max', help: 'From this similarity on nothing is paid.', advanced: true },
    variant: {
      kind: 'choice',
      default: 'paper',
      help: 'Which of the two formulas; they are not the same measure.',
      options: [
        { value: 'paper', title: 'paper', help: 'Length of the change over the root of the count.' },
        { value: 'rlexplore', title: 'RLeXplore', help: 'Mean square of the change times a kernel pseudo-count of the state left.' },
      ],
    },
  },
  needs: { embeddings: 'json', state: 'state-id' },
  flavours: {
    paper: { title: 'Paper', params: { variant: 'paper' }, help: 'Euclidean length, counts of states.' },
    rlexplore: { title: 'RLeXplore', params: { variant: 'rlexplore' }, help: 'Mean square, counts by kernel.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'A change of length 5; then of 5 again, back at a state that is reached for the second time.',
      input: { trajectories: [{ group: 0, length: 3, signals: {}, outcome: 0, extra: { embeddings: [[0, 0], [3, 4], [3, 4], [0, 0]] }, states: [0, 7, 8, 7] }] },
      params: { variant: 'paper' },
      expect: [[5, 0, 3.53553390593274]],
    },
    {
      why: 'In RLeXplore’s form the mean square is 12.5 and the state left compares with itself alone.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { embeddings: [[0, 0], [3, 4]] }, states: [0, 7] }] },
      params: { variant: 'rlexplore', c: 0.25 },
      expect: [[10]],
    },
    {
      why: 'A state too similar to what was seen pays nothing.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { embeddings: [[0, 0], [3, 4]] }, states: [0, 7] }] },
      params: { variant: 'rlexplore', c: 0.25, maxSimilarity: 1 },
      expect: [[0]],
    },
  ],
  price(columns, params, { buffer }) {
    let E: readonly (readonly number[])[] = [];
    const reward = payEveryStep(columns, buffer, (i, t) => {
      if (t === 0) E = embeddingsOf(columns, i);
      const change = changeOf(E, t);
      if (params.variant === 'paper') return Math.sqrt(squares(change)) / Math.sqrt(arrivals(columns, i, t));
      return (squares(change) / Math.max(1, change.length)) * pseudoCountBonus(distancesTo(E[t], E.slice(0, t + 1)), params).bonus;
    });
    return { reward };
  },
  explain(columns, params, { reward }, i, t) {
    const E = embeddingsOf(columns, i);
    const change = changeOf(E, t);
    const value = reward[i * columns.maxLen + t];
    const terms = change.map((x) => `(${printed(x)}) × (${printed(x)})`).join(', ');
    if (params.variant === 'paper') {
      const n = arrivals(columns, i, t);
      return explained([
        step('Change', 'Δ', '‖φ(s′) − φ(s)‖', `sqrt(sum(${terms}))`, Math.sqrt(squares(change))),
        rewardLine('Δ / √N', `${printed(Math.sqrt(squares(change)))} / sqrt(${n})`, value),
      ]);
    }
    const { bonus } = pseudoCountBonus(distancesTo(E[t], E.slice(0, t + 1)), params);
    const mean = squares(change) / Math.max(1, change.length);
    return explained([step('Change', 'Δ²', 'mean (φ(s′) − φ(s))²', `mean(${terms})`, mean), rewardLine('Δ² × novelty of s', `${printed(mean)} × ${printed(bonus)}`, value)]);
  },
});
