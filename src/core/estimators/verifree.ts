import { ddof, epsilon, normByStd, singleton } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, trajectoryTotals } from '../math/group-statistics';

const fresh = (size: number) => new Float64Array(size);
const needs = { reward: 'step', group: 'group', answerAction: 'step-id' } as const;

const givesAnswer = ({ maxLen, answerAction }: Columns<typeof needs>, i: number, t: number) => answerAction[i * maxLen + t] >= 0;

/**
 * GRPO on the reasoning, imitation on the answer: the step that gives the answer has no advantage, and the update adds the
 * gradient of the right answer's log-probability there, weighted by the trajectory's reward.
 *
 *     Â_t = (R_i − μ_g) / (σ_g + ε) before the answer, 0 on it;   ∇ += R_i · ∇ log π(y* | s)
 *
 * With R_i = π(y* | s), the chance of the right answer, both terms together are the gradient of its expectation.
 */
export default defineEstimator({
  id: 'verifree',
  title: 'VeriFree',
  summary: 'Compares the reasoning inside its group and teaches the right answer by imitation, so that no verifier is asked.',
  formula: String.raw`\nabla J = \mathbb E\Big[\sum_{t < T} \hat A_t\,\nabla\log\pi(z_t) + R\,\nabla\log\pi(y^* \mid z)\Big],\quad R = \pi(y^* \mid z)`,
  family: 'group',
  provenance: 'own',
  cite: [{ title: 'Reinforcing General Reasoning without Verifiers (the gradient; our form for tables)', source: 'arXiv:2505.21493' }],
  useWhen: 'The right answer is known and the reward is its likelihood: the answer token gets a signal of its own.',
  breaksWhen: 'There is more than one right answer, or the reward is not the answer’s likelihood: the two terms are then no gradient of one objective.',
  params: { epsilon: epsilon(1e-6), ddof: ddof(0), normByStd: normByStd(true), singleton: singleton('zero') },
  needs,
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'R = 3 and 1: μ = 2, σ = 1, ε = ½, so ±1/1.5 before the answer. The answer itself has no advantage; it is imitated with weight R.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 3], answerAction: [-1, 0] },
          { group: 0, rewards: [1], answerAction: [-1] },
        ],
      },
      params: { epsilon: 0.5 },
      expect: [[0.6666666666666666, 0], [-0.6666666666666666]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group, reward } = columns;
    const total = trajectoryTotals(reward, columns, buffer);
    const advantage = broadcast(groupScores(total, group, params, buffer), columns, buffer);
    const imitation = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        if (!givesAnswer(columns, i, t)) continue;
        advantage[k] = 0;
        imitation[k] = total[i];
      }
    }
    return { advantage, imitation };
  },
  explain(columns, params, { advantage }, i, t) {
    const total = trajectoryTotals(columns.reward, columns, fresh);
    const sum = totalLine(columns.reward, columns, i);
    if (givesAnswer(columns, i, t)) {
      const value = advantage[i * columns.maxLen + t];
      return explanation([sum, line('Advantage', 'Â', '0', fill`${value}`, value, 'advantage')], {
        note: 'This step gives the answer. The right one is imitated here, with the return as its weight, whichever was given.',
      });
    }
    return explanation([sum, ...scoreLines(total[i], groupValues(total, columns.group, i), params)], { members: groupMembers(total, columns.group, i) });
  },
});
