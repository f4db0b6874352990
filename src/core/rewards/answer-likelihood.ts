import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { exp } from '../math/elementary';

/**
 * The policy's own probability p of the right answer, were it asked for now: at the end, or what each step gains of it.
 *
 *     end:    r_T = p(s_{T−1}), the chance of the right answer where the last step gives one
 *     gains:  r_t = p(s_{t+1}) − p(s_t) for t < T − 1,  r_{T−1} = 0
 *
 * p is that of the policy that made the batch, a constant: nothing is learned through it.
 */
export default defineReward({
  id: 'answer-likelihood',
  title: 'Chance of the right answer',
  summary: 'Pays how likely the policy finds the right answer after what it has written, whatever it then answers.',
  formula: String.raw`r_T = \pi(y^* \mid s_{T-1})\quad\text{or}\quad r_t = \pi(y^* \mid s_{t+1}) - \pi(y^* \mid s_t)`,
  provenance: 'own',
  cite: [
    { title: 'RLPR: Extrapolating RLVR to General Domains without Verifiers (the idea)', source: 'arXiv:2506.18254' },
    { title: 'Information Gain-based Policy Optimization (the gains)', source: 'arXiv:2510.14967' },
  ],
  useWhen: 'The right answer is known, and the policy can be asked for it after every step: the table’s form of a likelihood reward.',
  breaksWhen: 'The answer that is given is not looked at, so nothing teaches the policy to give it: with shared parameters its chance drifts.',
  category: 'intrinsic',
  params: {
    pays: {
      kind: 'choice',
      default: 'end',
      help: 'What is paid.',
      options: [
        { value: 'end', title: 'the chance at the end', help: 'On the last step, where it gives an answer.' },
        { value: 'gains', title: 'what each step gains', help: 'On every step but the last.' },
      ],
    },
  },
  needs: { answerLogProbs: 'state', answerAction: 'step-id' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Asked after the first step the right answer has the chance ½; the second step gives an answer and is paid that. The other response gives none.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { answerLogProbs: [-1.38629436111989, -0.693147180559945, 0], answerAction: [-1, 2] } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { answerLogProbs: [-1.38629436111989, 0], answerAction: [-1] } },
        ],
      },
      params: {},
      expect: [[0, 0.5], [0]],
    },
    {
      why: 'From ¼ to ½, then the last step, which is not paid for what it gains.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { answerLogProbs: [-1.38629436111989, -0.693147180559945, 0], answerAction: [-1, 2] } }] },
      params: { pays: 'gains' },
      expect: [[0.25, 0]],
    },
  ],
  price({ nTraj, maxLen, length, answerLogProbs, answerAction }, { pays }, { buffer }) {
    const frame = { nTraj, maxLen, length };
    const chance = (i: number, t: number) => exp(answerLogProbs[i * (maxLen + 1) + t]);
    const reward = payEveryStep(frame, buffer, (i, t, k) => {
      const isLast = t === length[i] - 1;
      if (pays === 'end') return isLast && answerAction[k] >= 0 ? chance(i, t) : 0;
      return isLast ? 0 : chance(i, t + 1) - chance(i, t);
    });
    return { reward };
  },
  explain({ maxLen, length, answerLogProbs, answerAction }, { pays }, { reward }, i, t) {
    const k = i * maxLen + t;
    const isLast = t === length[i] - 1;
    const at = (step: number) => answerLogProbs[i * (maxLen + 1) + step];
    const value = reward[k];
    if (pays === 'end') {
      if (!isLast || answerAction[k] < 0) return explained([rewardLine('0', '0', value)], 'Only a last step that gives an answer is paid.');
      return explained([rewardLine('exp(log π(y*))', `exp(${printed(at(t))})`, value)], 'Paid whatever the answer was.');
    }
    if (isLast) return explained([rewardLine('0', '0', value)], 'The last step is not paid for a gain.');
    const [before, after] = [exp(at(t)), exp(at(t + 1))];
    return explained([
      step('Before the step', 'p_t', 'exp(log π(y*))', `exp(${printed(at(t))})`, before),
      step('After the step', 'p_{t+1}', 'exp(log π(y*))', `exp(${printed(at(t + 1))})`, after),
      rewardLine('p_{t+1} − p_t', `${printed(after)} − ${operand(before)}`, value),
    ]);
  },
});
