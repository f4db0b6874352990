import { epsilon } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { log, sigmoid } from '../math/elementary';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupMoments, groupScores, trajectoryTotals, wholeBatch, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', answer: 'trajectory-id' } as const;
const LN2 = 0.6931471805599453;
const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

interface Settings {
  readonly epsilon: number;
  readonly k: number;
  readonly b: number;
  readonly blend: 'soft' | 'soft-with-forced';
  readonly entropyCoefInReward: boolean;
}

/** H_g = −Σ p log₂(p + 1e-8) over the answers of each group. */
function answerEntropy({ group, answer }: Columns<typeof needs>, buffer: Buffer): Float64Array {
  const entropy = buffer(group.count);
  for (let g = 0; g < group.count; g++) {
    const votes = new Map<number, number>();
    for (let m = group.start[g]; m < group.start[g + 1]; m++) {
      const id = answer[group.member[m]];
      votes.set(id, (votes.get(id) ?? 0) + 1);
    }
    entropy[g] = 0;
    for (const n of votes.values()) {
      const p = n / (group.start[g + 1] - group.start[g]);
      entropy[g] -= (p * log(p + 1e-8)) / LN2;
    }
  }
  return entropy;
}

/** λ H_g with λ = (1 − 1/n) / log₂ n; 0 for a group of one. */
const entropyPenalty = (entropy: number, n: number) => (n > 1 ? ((1 - 1 / n) * LN2 * entropy) / log(n) : 0);

function levels(columns: Columns<typeof needs>, settings: Settings, buffer: Buffer) {
  const { group } = columns;
  const total = trajectoryTotals(columns.reward, columns, buffer);
  const local = groupScores(total, group, rule(settings.epsilon), buffer);
  const entropy = answerEntropy(columns, buffer);
  const { mean } = groupMoments(total, group, 1, buffer);
  const prompt = buffer(group.count);
  for (let g = 0; g < group.count; g++) {
    const n = group.start[g + 1] - group.start[g];
    prompt[g] = mean[g] * (settings.entropyCoefInReward ? 1 - entropyPenalty(entropy[g], n) : 1);
  }
  const overall = groupScores(prompt, wholeBatch(group.count), { ...rule(settings.epsilon), singleton: 'zero' }, buffer);
  const weight = buffer(columns.nTraj);
  for (let i = 0; i < columns.nTraj; i++) {
    const w = sigmoid(settings.k * (entropy[group.id[i]] - settings.b));
    weight[i] = settings.blend === 'soft-with-forced' && local[i] === 0 ? 0 : w;
  }
  return { total, local, entropy, prompt, overall, weight };
}

/**
 * COPO: where a group's answers agree, compare the prompt with other prompts; where they scatter, compare
 * attempts inside the group.
 *
 *     Â_i = w_g a_i + (1 − w_g) b_g,   w_g = sigmoid(k (H_g − b))
 *     a = GRPO,  b_g = (ρ_g − mean ρ) / (std ρ + ε) over prompts,  ρ_g = mean R
 *
 * H_g is the entropy of the group's answers in bits. `entropyCoefInReward` multiplies ρ_g by 1 − λH_g,
 * λ = (1 − 1/n)/log₂ n. `soft-with-forced` sets w = 0 where a_i = 0, so that uniform groups still learn from the prompt level.
 * One prompt in the batch has b = 0 (undefined in the code).
 */
export default defineEstimator({
  id: 'copo',
  title: 'COPO',
  summary: 'Blends comparison inside the group with comparison between prompts, by how much answers agree.',
  formula: String.raw`\hat A_i = w_g\, a_i + (1 - w_g)\, b_g,\quad w_g = \sigma\bigl(k (H_g - b)\bigr)`,
  family: 'group',
  provenance: 'read',
  cite: [
    { title: 'COPO: Consistency-Aware Policy Optimization', source: 'arXiv:2508.04138' },
    { title: 'COPO, code', source: 'hijih/copo-code@095afa5a:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Many groups agree on one answer and would teach nothing under GRPO.',
  breaksWhen: 'Prompts differ in difficulty by nature: the prompt level then rewards easy prompts.',
  params: {
    k: { kind: 'number', default: 20, min: 0, max: 100, step: 1, help: 'Sharpness of the switch between the two levels.' },
    b: { kind: 'number', default: 0.5, min: 0, max: 5, step: 0.05, help: 'Entropy in bits at which both levels count the same.' },
    blend: {
      kind: 'choice',
      default: 'soft',
      options: [
        { value: 'soft', title: 'Soft' },
        { value: 'soft-with-forced', title: 'Soft, prompt level where GRPO is 0' },
      ],
      help: 'Whether a trajectory with a GRPO score of 0 always takes the prompt level.',
    },
    entropyCoefInReward: { kind: 'boolean', default: false, title: 'Punish disagreement', help: 'Lower a prompt’s mean by the entropy of its answers.' },
    epsilon: epsilon(1e-6),
  },
  needs,
  outputs: { localAdvantage: 'trajectory', globalAdvantage: 'trajectory', localWeight: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'k = 0 makes every w = ½. Group 0: R = 2, 0, σ + ε = 2: a = ±½; group 1 is flat: a = 0. ρ = 1, 3: b = ∓½. Blend: 0, −½; ¼, ¼.',
      input: {
        trajectories: [
          { group: 0, rewards: [2], extra: { answer: 1 } },
          { group: 0, rewards: [0], extra: { answer: 2 } },
          { group: 1, rewards: [1, 2], extra: { answer: 1 } },
          { group: 1, rewards: [3], extra: { answer: 1 } },
        ],
      },
      params: { k: 0, epsilon: 0.5857864376269049 },
      expect: [[0], [-0.5], [0.25, 0.25], [0.25]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { local, overall, weight } = levels(columns, params, buffer);
    const globalAdvantage = buffer(columns.nTraj);
    const blend = buffer(columns.nTraj);
    for (let i = 0; i < columns.nTraj; i++) {
      globalAdvantage[i] = overall[columns.group.id[i]];
      blend[i] = weight[i] * local[i] + (1 - weight[i]) * globalAdvantage[i];
    }
    return { advantage: broadcast(blend, columns, buffer), localAdvantage: local, globalAdvantage, localWeight: weight };
  },
  explain(columns, params, { advantage }, i, t) {
    const { group, maxLen } = columns;
    const { total, local, entropy, prompt, overall, weight } = levels(columns, params, (size) => new Float64Array(size));
    const g = group.id[i];
    const own = scoreLines(total[i], groupValues(total, group, i), rule(params.epsilon), { result: 'a', label: 'Score inside the group' });
    const outer = scoreLines(prompt[g], Array.from(prompt), { ...rule(params.epsilon), singleton: 'zero' }, { symbol: 'ρ', result: 'b', label: 'Score of the prompt', mean: 'μ_ρ', deviation: 'σ_ρ' });
    const forced = params.blend === 'soft-with-forced' && local[i] === 0;
    const w = forced
      ? line('Weight of the group level', 'w', '0, because a = 0', '0', 0)
      : line('Weight of the group level', 'w', '1 / (1 + exp(−k × (H − b)))', fill`1 / (1 + exp(-${params.k} × (${entropy[g]} − ${params.b})))`, weight[i]);
    const value = advantage[i * maxLen + t];
    return explanation(
      [totalLine(columns.reward, columns, i), ...own, ...outer, w, line('Advantage', 'Â', 'w × a + (1 − w) × b', fill`${weight[i]} × ${local[i]} + (1 − ${weight[i]}) × ${overall[g]}`, value, 'advantage')],
      {
        parts: [
          { label: 'Inside the group', value: weight[i] * local[i] },
          { label: 'Between prompts', value: (1 - weight[i]) * overall[g] },
        ],
        members: groupMembers(total, group, i),
      },
    );
  },
});
