import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/**
 * A price on leaving the reference policy, paid per step as reinforcement learning from human feedback does.
 *
 *     r_t = −(log π(a_t|s_t) − log π_ref(a_t|s_t)),   whose expected sum is −KL(π ‖ π_ref) over trajectories
 *
 * π is the policy that made the batch, a constant.
 */
export default defineReward({
  id: 'kl-penalty',
  title: 'Distance from the reference',
  summary: 'Charges every step for how much likelier it has become than under the reference policy.',
  formula: String.raw`r_t = -\log\frac{\pi(a_t \mid s_t)}{\pi_{\mathrm{ref}}(a_t \mid s_t)}`,
  provenance: 'textbook',
  cite: [
    { title: 'Fine-Tuning Language Models from Human Preferences', source: 'arXiv:1909.08593' },
    { title: 'Training language models to follow instructions with human feedback', source: 'arXiv:2203.02155' },
  ],
  useWhen: 'A learned reward is only right near the policy that it was learned from.',
  breaksWhen: 'The reward is divided by its spread afterwards, as GRPO does: how strongly the penalty holds then depends on the spread of the other terms.',
  category: 'dense',
  params: {},
  needs: { logProbs: 'step', refLogProbs: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Twice as likely as under the reference costs ln 2; half as likely pays it.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { logProbs: [-0.693147180559945, -1.38629436111989], refLogProbs: [-1.38629436111989, -0.693147180559945] } }] },
      params: {},
      expect: [[-0.693147180559945, 0.693147180559945]],
    },
  ],
  price: ({ nTraj, maxLen, length, logProbs, refLogProbs }, _params, { buffer }) => ({
    reward: payEveryStep({ nTraj, maxLen, length }, buffer, (_i, _t, k) => refLogProbs[k] - logProbs[k]),
  }),
  explain({ maxLen, logProbs, refLogProbs }, _params, { reward }, i, t) {
    const k = i * maxLen + t;
    return explained([rewardLine('log π_ref − log π', `${printed(refLogProbs[k])} − ${operand(logProbs[k])}`, reward[k])]);
  },
});
