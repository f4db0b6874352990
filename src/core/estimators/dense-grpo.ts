import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { positionLines, positionMembers } from '../math/group-explanation';
import { positionScores, stateGains } from '../math/group-statistics';

/**
 * DenseGRPO: every denoising step is paid what it added to the finished picture, and compared with what
 * the same step of the other pictures added.
 *
 *     p_k = R_{k+1} − R_k,   Â_{i,k} = (p_{i,k} − μ_{g,k}) / (σ_{g,k} + ε)
 *
 * `odeRewards` R_0 … R_T are the rewards of the completion from each intermediate state. σ is the population
 * deviation (ddof 0). A group of one gets 0. `processRewards` = p.
 */
export default defineEstimator({
  id: 'dense-grpo',
  title: 'DenseGRPO',
  summary: 'Pays each denoising step its own gain and compares it with the same step of the group.',
  formula: String.raw`\hat A_{i,k} = \frac{(R_{i,k+1} - R_{i,k}) - \mu_{g,k}}{\sigma_{g,k} + \varepsilon}`,
  family: 'denoising',
  provenance: 'mixed',
  cite: [
    { title: 'DenseGRPO', source: 'arXiv:2601.20218' },
    { title: 'Flow-GRPO, PerPromptStatTracker', source: 'yifan123/flow_grpo' },
  ],
  useWhen: 'A cheap completion from every intermediate state tells what the picture would score.',
  breaksWhen: 'The completion is a poor guess at early steps: its noise is then normalised to full size.',
  params: { epsilon: epsilon(1e-4) },
  needs: { odeRewards: 'state', group: 'group' },
  outputs: { processRewards: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Gains [1, 3] and [3, 1]: at both steps μ = 2 and σ = 1, so with ε = ¼ Â = ±1/1.25.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0], extra: { odeRewards: [1, 2, 5] } },
          { group: 0, rewards: [0, 0], extra: { odeRewards: [0, 3, 4] } },
        ],
      },
      params: { epsilon: 0.25 },
      expect: [[-0.8, 0.8], [0.8, -0.8]],
    },
  ],
  estimate(columns, { epsilon: eps }, { buffer }) {
    const processRewards = stateGains(columns.odeRewards, columns, buffer);
    return { advantage: positionScores(processRewards, columns, columns.group, eps, buffer), processRewards };
  },
  explain(columns, { epsilon: eps }, { processRewards }, i, t) {
    const k = i * (columns.maxLen + 1) + t;
    const gain = line('Gain of the step', 'p', 'R_{k+1} − R_k', fill`${columns.odeRewards[k + 1]} − ${columns.odeRewards[k]}`, processRewards![i * columns.maxLen + t], 'reward');
    return explanation([gain, ...positionLines(processRewards!, columns, columns.group, i, t, eps, 'p')], {
      members: positionMembers(processRewards!, columns, columns.group, i, t, 'Gains of the group at this step'),
    });
  },
});
