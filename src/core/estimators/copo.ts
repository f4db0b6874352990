import { ddof, epsilon } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { log, sigmoid } from '../math/elementary';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupMoments, groupScores, trajectoryTotals, wholeBatch, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', answer: 'trajectory-id?' } as const;
const LN2 = 0.6931471805599453;
const rule = ({ epsilon, ddof }: { readonly epsilon: number; readonly ddof: number }) => ({ normByStd: true, ddof, epsilon, singleton: 'raw' }) as const;

interface Settings {
  readonly epsilon: number;
  readonly k: number;
  readonly b: number;
  readonly blend: 'soft' | 'soft-with-forced' | 'where-silent';
  readonly ddof: number;
  readonly entropyCoefInReward: boolean;
}

/** H_g = −Σ p log₂(p + 1e-8) over the answers of each group; where a batch has no answers, attempts with equal returns count as agreeing. */
function answerEntropy({ group, ...columns }: Columns<typeof needs>, total: Float64Array, buffer: Buffer): Float64Array {
  const answer = columns.answer ?? total;
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
  const local = groupScores(total, group, rule(settings), buffer);
  const entropy = answerEntropy(columns, total, buffer);
  const { mean } = groupMoments(total, group, 1, buffer);
  const prompt = buffer(group.count);
  for (let g = 0; g < group.count; g++) {
    const n = group.start[g + 1] - group.start[g];
    prompt[g] = mean[g] * (settings.entropyCoefInReward ? 1 - entropyPenalty(entropy[g], n) : 1);
  }
  const overall = groupScores(prompt, wholeBatch(group.count), { ...rule(settings), singleton: 'zero' }, buffer);
  const weight = buffer(columns.nTraj);
  for (let i = 0; i < columns.nTraj; i++) {
    const w = sigmoid(settings.k * (entropy[group.id[i]] - settings.b));
    if (settings.blend === 'where-silent') weight[i] = local[i] === 0 ? 0 : 1;
    else weight[i] = settings.blend === 'soft-with-forced' && local[i] === 0 ? 0 : w;
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
 * With `where-silent` the prompt level counts there alone. One prompt in the batch has b = 0 (undefined in the code).
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
        { value: 'where-silent', title: 'Prompt level only where GRPO is 0' },
      ],
      help: 'When the prompt level counts: by agreement, always where a trajectory has a GRPO score of 0, or only there.',
    },
    entropyCoefInReward: { kind: 'boolean', default: false, title: 'Punish disagreement', help: 'Lower a prompt’s mean by the entropy of its answers.' },
    ddof: ddof(1),
    epsilon: epsilon(1e-6),
  },
  needs,
  outputs: { localAdvantage: 'trajectory', globalAdvantage: 'trajectory', localWeight: 'trajectory' },
  flavours: {
    scripts: { title: 'Scripts', params: { k: 20, b: 0.5 }, help: 'As trained: a sharp switch at half a bit.' },
    defaults: { title: 'Defaults of the code', params: { k: 1, b: 0.5 }, help: 'A soft switch: both levels always count.' },
    gentle: { title: 'Other scripts', params: { k: 5, b: 1 }, help: 'A milder switch at one bit.' },
  },
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
    {
      why: 'No answers are there, and the prompt level counts only where GRPO is 0. Group 0: R = 1, 0, σ = ½, ε = ½: a = ±½. Group 1 is flat: ρ = ½, 1, σ_ρ = ¼, so b = ¼/¾.',
      input: {
        trajectories: [
          { group: 0, rewards: [1] },
          { group: 0, rewards: [0] },
          { group: 1, rewards: [1] },
          { group: 1, rewards: [1] },
        ],
      },
      params: { blend: 'where-silent', ddof: 0, epsilon: 0.5 },
      expect: [[0.5], [-0.5], [0.3333333333333333], [0.3333333333333333]],
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
    const own = scoreLines(total[i], groupValues(total, group, i), rule(params), { result: 'a', label: 'Score inside the group' });
    const outer = scoreLines(prompt[g], Array.from(prompt), { ...rule(params), singleton: 'zero' }, { symbol: 'ρ', result: 'b', label: 'Score of the prompt', mean: 'μ_ρ', deviation: 'σ_ρ' });
    const soft = () =>
      line('Weight of the group level', 'w', '1 / (1 + exp(−k × (H − b)))', fill`1 / (1 + exp(-${params.k} × (${entropy[g]} − ${params.b})))`, weight[i]);
    const decided = (formula: string, value: number) => line('Weight of the group level', 'w', formula, String(value), value);
    const w =
      params.blend !== 'soft' && local[i] === 0 ? decided('0, because a = 0', 0) : params.blend === 'where-silent' ? decided('1, because a ≠ 0', 1) : soft();
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
