import { weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { rewardToGo, type Buffer } from '../math/group-statistics';

const needs = { outcome: 'trajectory', qBase: 'state' } as const;

/** 1 − (1 − q)^K */
function bestOf(q: number, K: number): number {
  let failure = 1;
  for (let k = 0; k < K; k++) failure *= 1 - q;
  return 1 - failure;
}

function progress({ nTraj, maxLen, length, outcome, qBase }: Columns<typeof needs>, alpha: number, K: number, buffer: Buffer): Float64Array {
  const stepRewards = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0, k = i * (maxLen + 1); t < length[i]; t++, k++) stepRewards[i * maxLen + t] = alpha * (bestOf(qBase[k + 1], K) - bestOf(qBase[k], K));
    if (length[i] > 0) stepRewards[i * maxLen + length[i] - 1] += outcome[i];
  }
  return stepRewards;
}

/**
 * PAV: a step is paid the progress it made in the eyes of a prover, which is the base policy with K tries.
 *
 *     Q_μ = 1 − (1 − Q)^K,   r_t = α (Q_μ(s_{t+1}) − Q_μ(s_t)) [+ outcome on the last step],   Â_t = Σ_{k ≥ t} r_k
 *
 * `qBase` is Q of the base policy at s_0 … s_T. The sum telescopes to α(Q_μ(s_T) − Q_μ(s_t)) + outcome. No baseline, undiscounted.
 * `stepRewards` = r.
 */
export default defineEstimator({
  id: 'pav',
  title: 'Process advantage verifier',
  summary: 'Pays the progress a step makes in the eyes of a stronger prover.',
  formula: String.raw`r_t = \alpha\,\bigl(Q_\mu(s_{t+1}) - Q_\mu(s_t)\bigr),\quad Q_\mu = 1 - (1 - Q)^K`,
  family: 'process',
  provenance: 'recalled',
  cite: [{ title: 'Setlur et al., Rewarding Progress: Scaling Automated Process Verifiers for LLM Reasoning', source: 'arXiv:2410.08146' }],
  useWhen: 'Chances of success can be estimated at every step and outcomes are rare.',
  breaksWhen: 'The prover succeeds from everywhere or from nowhere: then no step makes progress.',
  params: {
    alpha: weight(5, 'Weight of progress beside the outcome.', { symbol: 'α', max: 10 }),
    K: { kind: 'integer', default: 4, min: 1, max: 32, symbol: 'K', help: 'Tries of the prover; 1 is the base policy itself.' },
  },
  needs,
  outputs: { stepRewards: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'K = 2: Q = 0, ½, 1 become 0, ¾, 1. α = 2: r = (1.5, 0.5 + 3), Â = (5, 3.5).',
      input: { trajectories: [{ group: 0, rewards: [0, 0], outcome: 3, extra: { qBase: [0, 0.5, 1] } }] },
      params: { alpha: 2, K: 2 },
      expect: [[5, 3.5]],
    },
  ],
  estimate(columns, { alpha, K }, { buffer }) {
    const stepRewards = progress(columns, alpha, K, buffer);
    return { advantage: rewardToGo(stepRewards, columns, 1, buffer), stepRewards };
  },
  explain(columns, { alpha, K }, { advantage, stepRewards }, i, t) {
    const { outcome, qBase, maxLen, length } = columns;
    const at = i * (maxLen + 1) + t;
    const [before, after] = [bestOf(qBase[at], K), bestOf(qBase[at + 1], K)];
    const tries = (q: number) => `1 − ${Array.from({ length: K }, () => fill`(1 − ${q})`).join(' × ')}`;
    const last = t === length[i] - 1;
    const gain = fill`${alpha} × (${after} − ${before})`;
    return explanation([
      line('Prover’s chance before', 'Q_μ', '1 − (1 − Q)^K', tries(qBase[at]), before, 'value'),
      line('Prover’s chance after', "Q_μ'", "1 − (1 − Q')^K", tries(qBase[at + 1]), after, 'value'),
      line('Reward of the step', 'r', last ? "α × (Q_μ' − Q_μ) + outcome" : "α × (Q_μ' − Q_μ)", last ? gain + fill` + ${outcome[i]}` : gain, stepRewards![i * maxLen + t], 'reward'),
      { ...rewardToGoLine(stepRewards!, advantage, columns, 1, i, t), label: 'Advantage', symbol: 'Â', quantity: 'advantage' },
    ]);
  },
});
