import { epsilon } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import type { ExplanationLine } from '../contracts/explanation';
import { exp, log } from '../math/elementary';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, membersOf, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', offPolicy: 'trajectory' } as const;
const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

interface Settings {
  readonly mode: 'soft' | 'anchor';
  readonly tau: number;
  readonly alpha1: number;
  readonly alpha2: number;
  readonly lambdaOff: number;
  readonly epsilon: number;
}

/** Compresses rewards above τ and expands those below. */
function softShape(r: number, { tau, alpha1, alpha2 }: Settings): number {
  if (r >= tau) return tau + alpha1 * log(r - tau + 1);
  return tau - (exp(alpha2 * (tau - r)) - 1) / (exp(alpha2) - 1);
}

/** z-scores over the on-policy members of each group; off-policy ones get λ times the best of them. */
function anchored(total: Float64Array, { group, offPolicy }: Columns<typeof needs>, settings: Settings, buffer: Buffer): Float64Array {
  const score = buffer(total.length).fill(0);
  for (let g = 0; g < group.count; g++) {
    const members = group.member.subarray(group.start[g], group.start[g + 1]);
    const own = members.filter((j) => offPolicy[j] === 0);
    const inside = groupScores(Float64Array.from(own, (j) => total[j]), oneGroup(own.length), rule(settings.epsilon), (size) => new Float64Array(size));
    let best = -Infinity;
    own.forEach((j, m) => {
      score[j] = inside[m];
      best = Math.max(best, inside[m]);
    });
    for (const j of members) if (offPolicy[j] !== 0) score[j] = own.length > 0 ? settings.lambdaOff * best : 0;
  }
  return score;
}

const oneGroup = (n: number) => ({ id: new Int32Array(n), count: n > 0 ? 1 : 0, start: Int32Array.of(0, n), member: Int32Array.from({ length: n }, (_, k) => k), label: ['on-policy'] });

/**
 * TempSamp-R1: a group mixes the policy's own attempts with a reference answer, which must not drown them.
 *
 *     soft    r̃ = τ + α₁ ln(r − τ + 1) if r ≥ τ, else τ − (e^{α₂(τ−r)} − 1)/(e^{α₂} − 1);  Â = GRPO of r̃
 *     anchor  Â_on = z-score over the on-policy members, Â_off = λ · max Â_on
 *
 * `offPolicy` marks reference answers. Bessel-corrected; a group without own attempts gets 0 under `anchor`. `shapedRewards` are r̃
 * in soft mode and the raw rewards in anchor mode.
 */
export default defineEstimator({
  id: 'temp-samp-r1',
  title: 'TempSamp-R1',
  summary: 'Lets a reference answer guide the group without drowning the policy’s own attempts.',
  formula: String.raw`\tilde r = \begin{cases}\tau + \alpha_1 \ln(r - \tau + 1) & r \ge \tau\\ \tau - \frac{e^{\alpha_2(\tau - r)} - 1}{e^{\alpha_2} - 1} & r < \tau\end{cases}`,
  family: 'reweighting',
  provenance: 'read',
  cite: [{ title: 'TempSamp-R1: Effective Temporal Sampling with Reinforcement Fine-Tuning for Video LLMs', source: 'arXiv:2509.18056' }],
  useWhen: 'The policy rarely finds good answers by itself and references exist.',
  breaksWhen: 'References are far better than anything sampled: own attempts then all look bad.',
  params: {
    mode: {
      kind: 'choice',
      default: 'soft',
      options: [
        { value: 'soft', title: 'Soft shaping' },
        { value: 'anchor', title: 'Anchor' },
      ],
      help: 'Whether rewards are reshaped, or references scored from the best own attempt.',
    },
    tau: { kind: 'number', default: 0.8, min: 0, max: 1, step: 0.05, symbol: 'τ', help: 'Reward above which gains are compressed.' },
    alpha1: { kind: 'number', default: 0.01, min: 0, max: 1, step: 0.01, symbol: 'α₁', help: 'Strength of the compression above τ.' },
    alpha2: { kind: 'number', default: 1, min: 0.05, max: 5, step: 0.05, symbol: 'α₂', help: 'Curvature of the expansion below τ.' },
    lambdaOff: { kind: 'number', default: 1.2, min: 0, max: 3, step: 0.05, symbol: 'λ', help: 'Reference’s advantage as a multiple of the best own one.' },
    epsilon: epsilon(1e-6),
  },
  needs,
  outputs: { shapedRewards: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Anchor: own attempts 3 and 1 score ±½ (σ + ε = 2), the reference 1.5 times the best.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { offPolicy: false } },
          { group: 0, rewards: [1], extra: { offPolicy: false } },
          { group: 0, rewards: [9], extra: { offPolicy: true } },
        ],
      },
      params: { mode: 'anchor', lambdaOff: 1.5, epsilon: 0.5857864376269049 },
      expect: [[0.5, 0.5], [-0.5], [0.75]],
    },
    {
      why: 'Soft, τ = ½, α₁ = 1, α₂ = ln 3: r = ½ stays ½; r = 1.5 gives ½ + ln 2 = 1.1931; r = −½ gives ½ − (3 − 1)/2 = −½. Mean 0.39772, σ = 0.85120; ε = 1.',
      input: {
        trajectories: [
          { group: 0, rewards: [0.5], extra: { offPolicy: false } },
          { group: 0, rewards: [1, 0.5], extra: { offPolicy: true } },
          { group: 0, rewards: [-0.5], extra: { offPolicy: false } },
        ],
      },
      params: { tau: 0.5, alpha1: 1, alpha2: 1.0986122886681098, epsilon: 1 },
      expect: [[0.055253098], [0.429685330, 0.429685330], [-0.484938428]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    if (params.mode === 'anchor') return { advantage: broadcast(anchored(total, columns, params, buffer), columns, buffer), shapedRewards: total };
    for (let i = 0; i < total.length; i++) total[i] = softShape(total[i], params);
    return { advantage: broadcast(groupScores(total, columns.group, rule(params.epsilon), buffer), columns, buffer), shapedRewards: total };
  },
  explain(columns, params, { shapedRewards, advantage }, i, t) {
    const { group, offPolicy, maxLen } = columns;
    const own = totalLine(columns.reward, columns, i);
    const members = groupMembers(shapedRewards!, group, i, 'Rewards of the group');
    if (params.mode === 'soft') {
      const shaped = softLine(own.value, shapedRewards![i], params);
      return explanation([own, shaped, ...scoreLines(shapedRewards![i], groupValues(shapedRewards!, group, i), rule(params.epsilon), { symbol: 'r̃' })], { members });
    }
    const onPolicy = Array.from(membersOf(group, i)).filter((j) => offPolicy[j] === 0);
    const values = onPolicy.map((j) => shapedRewards![j]);
    if (offPolicy[i] === 0) return explanation([own, ...scoreLines(own.value, values, rule(params.epsilon))], { members });
    if (values.length === 0) return explanation([own, line('Advantage', 'Â', '0, no own attempts', '0', 0, 'advantage')], { members });
    const best = scoreLines(Math.max(...values), values, rule(params.epsilon), { result: 'a_max', label: 'Best own attempt' });
    const top = best[best.length - 1].value;
    return explanation([own, ...best, line('Advantage', 'Â', 'λ × a_max', fill`${params.lambdaOff} × ${top}`, advantage[i * maxLen + t], 'advantage')], { members, note: 'This is a reference answer.' });
  },
});

function softLine(r: number, shaped: number, settings: Settings): ExplanationLine {
  const { tau, alpha1, alpha2 } = settings;
  if (r >= tau) return line('Shaped reward', 'r̃', 'τ + α₁ × log(R − τ + 1)', fill`${tau} + ${alpha1} × log(${r} − ${tau} + 1)`, shaped, 'reward');
  return line('Shaped reward', 'r̃', 'τ − (exp(α₂ × (τ − R)) − 1) / (exp(α₂) − 1)', fill`${tau} − (exp(${alpha2} × (${tau} − ${r})) − 1) / (exp(${alpha2}) − 1)`, shaped, 'reward');
}
