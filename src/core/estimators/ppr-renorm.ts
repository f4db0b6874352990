import { discount, weight } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { rewardToGo } from '../math/group-statistics';

/**
 * PPR with ReNorm: judged steps are paid their score, shifted by the outcome so that steps of a failed
 * attempt never look good.
 *
 *     r̂_t = p_t + o − β   for judged steps,   r̂_{T−1} = o,   Â_t = Σ_{k ≥ t} γ^(k−t) r̂_k
 *
 * Rewards are the judge's scores p in [0, 1] (0 where its answer could not be read); the last step is the answer and is paid the outcome o,
 * whatever its reward says. Without `renorm` r̂ = p. `shapedRewards` = r̂.
 */
export default defineEstimator({
  id: 'ppr-renorm',
  title: 'PPR with ReNorm',
  summary: 'Shifts judged step scores by the outcome before adding them up.',
  formula: String.raw`\hat r_t = p_t + o - \beta,\quad \hat A_t = \sum_{k \ge t} \gamma^{k-t}\,\hat r_k`,
  family: 'process',
  provenance: 'read',
  cite: [
    { title: 'Hybrid Reward Normalization for Process-supervised Non-verifiable Agentic Tasks', source: 'arXiv:2509.25598' },
    { title: 'PPR, released code', source: 'Zhuohao-Li/ppr@4b496fac:verl/trainer/main_ppo.py' },
  ],
  useWhen: 'A judge scores each turn from a rubric and the final answer is checked.',
  breaksWhen: 'Failed attempts hold good turns: they are all paid at most 0.',
  params: {
    gamma: discount(1),
    renorm: { kind: 'boolean', default: true, title: 'Shift by the outcome', help: 'Add the outcome minus β to every judged step.' },
    renormBeta: weight(1, 'What is taken off every judged step.', { symbol: 'β', max: 2 }),
  },
  needs: { reward: 'step', outcome: 'trajectory' },
  outputs: { shapedRewards: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Outcome 0.25, β = 1: r̂ = (0.5 − 0.75, 0.25), the reward 9 of the answer is not read. γ = ½: Â_0 = −0.25 + 0.125.',
      input: { trajectories: [{ group: 0, rewards: [0.5, 9], outcome: 0.25 }] },
      params: { gamma: 0.5 },
      expect: [[-0.125, 0.25]],
    },
  ],
  estimate(columns, { gamma, renorm, renormBeta }, { buffer }) {
    const { nTraj, maxLen, length, reward, outcome } = columns;
    const shapedRewards = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const last = i * maxLen + length[i] - 1;
      for (let k = i * maxLen; k < last; k++) shapedRewards[k] = renorm ? reward[k] + outcome[i] - renormBeta : reward[k];
      if (length[i] > 0) shapedRewards[last] = outcome[i];
    }
    return { advantage: rewardToGo(shapedRewards, columns, gamma, buffer), shapedRewards };
  },
  explain(columns, { gamma, renorm, renormBeta }, { advantage, shapedRewards }, i, t) {
    const { reward, outcome, maxLen, length } = columns;
    const k = i * maxLen + t;
    const answer = t === length[i] - 1;
    const formula = answer ? 'o' : renorm ? 'p + o − β' : 'p';
    const text = answer ? fill`${outcome[i]}` : renorm ? fill`${reward[k]} + ${outcome[i]} − ${renormBeta}` : fill`${reward[k]}`;
    return explanation([
      line('Shaped reward', 'r̂', formula, text, shapedRewards![k], 'reward'),
      { ...rewardToGoLine(shapedRewards!, advantage, columns, gamma, i, t), label: 'Advantage', symbol: 'Â', quantity: 'advantage' },
    ]);
  },
});
