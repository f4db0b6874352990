import type { VectorColumn } from '../contracts/columns';
import { explained, list, rewardLine, step } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { distancesTo, pseudoCountBonus } from '../math/pseudo-count';

type Read = { maxLen: number; length: Int32Array; embeddings: VectorColumn };

function bonusAt({ maxLen, length, embeddings }: Read, rule: Parameters<typeof pseudoCountBonus>[1] & { memory: 'rollout' | 'online' }, i: number, t: number) {
  const { width, size, data } = embeddings;
  const at = (step: number) => data.subarray((i * maxLen + step) * width, (i * maxLen + step) * width + size[i]);
  const memory = Array.from({ length: rule.memory === 'online' ? t + 1 : length[i] }, (_, step) => at(step));
  return pseudoCountBonus(distancesTo(at(t), memory), rule);
}

/**
 * Episodic novelty by kernel counts over embeddings.
 *
 *     r_t = 1 / (√(Σ_j ε / (max(d_j / d̄ − ξ, 0) + ε)) + c) over the k nearest in memory, 0 where that similarity exceeds s_max
 *
 * The state itself is in memory and adds 1 to the sum.
 */
export default defineReward({
  id: 'pseudo-counts',
  title: 'Kernel pseudo-counts',
  summary: 'Pays for being unlike what this trajectory has seen.',
  formula: String.raw`r_t = \Big(\sqrt{\textstyle\sum_{j \in \mathrm{kNN}} \frac{\varepsilon}{\max(d_j / \bar d - \xi, 0) + \varepsilon}} + c\Big)^{-1}`,
  provenance: 'mixed',
  cite: [
    { title: 'Never Give Up: Learning Directed Exploration Strategies', source: 'arXiv:2002.06038' },
    { title: 'RLeXplore', source: 'RLE-Foundation/rllte@04485a6:pseudo_counts.py' },
  ],
  useWhen: 'States have embeddings, and visiting a place twice in one trajectory should be worth less.',
  breaksWhen: 'It never fades: a policy that has learned the way goes on looking around.',
  category: 'intrinsic',
  params: {
    k: { kind: 'integer', default: 10, min: 1, max: 1000, symbol: 'k', help: 'Nearest neighbours that count, the state itself among them.' },
    clusterDistance: { kind: 'number', default: 0.008, min: 0, max: 10, step: 0.001, symbol: 'ξ', help: 'Relative distances below this count as the same place.', advanced: true },
    epsilon: { kind: 'number', default: 1e-4, min: 1e-8, max: 1, step: 1e-5, scale: 'log', symbol: 'ε', help: 'Width of the kernel.', advanced: true },
    c: { kind: 'number', default: 1e-3, min: 1e-6, max: 1, step: 1e-4, scale: 'log', symbol: 'c', help: 'Added to the similarity, so that nothing is paid without limit.', advanced: true },
    maxSimilarity: { kind: 'number', default: 8, min: 0.1, max: 100, step: 0.1, symbol: 's_max', help: 'From this similarity on nothing is paid.', advanced: true },
    memory: {
      kind: 'choice',
      default: 'rollout',
      help: 'What a state is compared with.',
      options: [
        { value: 'rollout', title: 'the whole trajectory' },
        { value: 'online', title: 'what came before' },
      ],
    },
  },
  needs: { embeddings: 'step-vector' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The first state compares with itself alone: 1/(1 + 1). The second is as far as can be from it: its kernel adds 1/(2 − 0.5 + 1) = 0.4.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { embeddings: [[0], [3]] } }] },
      params: { k: 2, clusterDistance: 0.5, epsilon: 1, c: 1, memory: 'online' },
      expect: [[0.5, 0.45803989154981]],
    },
    {
      why: 'A similarity of 2 is above the limit.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { embeddings: [[0]] } }] },
      params: { c: 1, maxSimilarity: 1.5 },
      expect: [[0]],
    },
  ],
  price: (columns, rule, { buffer }) => ({ reward: payEveryStep(columns, buffer, (i, t) => bonusAt(columns, rule, i, t).bonus) }),
  explain(columns, rule, { reward }, i, t) {
    const { kernels, similarity } = bonusAt(columns, rule, i, t);
    const value = reward[i * columns.maxLen + t];
    const similar = step('Similarity', 's', '√(Σ kernels) + c', `sqrt(sum(${list(kernels)})) + ${printed(rule.c)}`, similarity);
    return value === 0
      ? explained([similar, rewardLine('0', '0', 0)], 'Too similar to what has been seen: nothing is paid.')
      : explained([similar, rewardLine('1 / s', `1 / ${printed(similarity)}`, value)]);
  },
});
