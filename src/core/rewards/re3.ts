import type { VectorColumn } from '../contracts/columns';
import { explained, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { log } from '../math/elementary';
import { distancesTo } from '../math/pseudo-count';

type Read = { maxLen: number; length: Int32Array; embeddings: VectorColumn };

/** Distances of the state at step t that count: the k smallest, itself (0) included, or the one after them. */
function counted({ maxLen, length, embeddings }: Read, k: number, average: boolean, i: number, t: number): number[] {
  const { width, size, data } = embeddings;
  const at = (step: number) => data.subarray((i * maxLen + step) * width, (i * maxLen + step) * width + size[i]);
  const sorted = distancesTo(at(t), Array.from({ length: length[i] }, (_, step) => at(step))).sort((a, b) => a - b);
  return average ? sorted.slice(0, k) : [sorted[Math.min(k, sorted.length - 1)]];
}

/** r_t = mean of ln(d + 1) over the k nearest (the state itself among them), or ln(d_k + 1) of the k-th other one. */
export default defineReward({
  id: 're3',
  title: 'State entropy',
  summary: 'Pays for being far from the nearest other states, an estimate of entropy.',
  formula: String.raw`r_t = \tfrac1k \sum_{j \le k} \ln(d_{(j)} + 1)`,
  provenance: 'mixed',
  cite: [
    { title: 'State Entropy Maximization with Random Encoders for Efficient Exploration', source: 'arXiv:2102.09430' },
    { title: 'RLeXplore', source: 'RLE-Foundation/rllte@0707f55:re3.py' },
  ],
  useWhen: 'You want states spread out, with a fixed random encoder and nothing to train.',
  breaksWhen: 'The state itself counts as its nearest neighbour: averaging over k = 1 then pays nothing at all.',
  category: 'intrinsic',
  params: {
    k: { kind: 'integer', default: 3, min: 1, max: 1000, symbol: 'k', help: 'How many nearest states count, the state itself among them.' },
    average: { kind: 'boolean', default: true, help: 'Average over the nearest; without it the k-th other state alone counts.' },
  },
  needs: { embeddings: 'step-vector' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The other state is e² − 1 away: the mean of ln 1 and ln e².',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { embeddings: [[0], [6.38905609893065]] } }] },
      params: { k: 2 },
      expect: [[1, 1]],
    },
    {
      why: 'The first other state alone: 2.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { embeddings: [[0], [6.38905609893065]] } }] },
      params: { k: 1, average: false },
      expect: [[2, 2]],
    },
  ],
  price: (columns, { k, average }, { buffer }) => ({
    reward: payEveryStep(columns, buffer, (i, t) => {
      const d = counted(columns, k, average, i, t);
      return d.reduce((sum, x) => sum + log(x + 1), 0) / d.length;
    }),
  }),
  explain(columns, { k, average }, { reward }, i, t) {
    const d = counted(columns, k, average, i, t);
    return explained([rewardLine(average ? 'mean ln(d + 1)' : 'ln(d_k + 1)', `mean(${d.map((x) => `log(${printed(x)} + 1)`).join(', ')})`, reward[i * columns.maxLen + t])]);
  },
});
