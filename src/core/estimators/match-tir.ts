import { epsilon, normByStd } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupValues, positionMembers, rewardToGoLine, runningAt, scoreLines, totalLine } from '../math/group-explanation';
import { groupScores, positionMoments, rewardToGo, trajectoryTotals } from '../math/group-statistics';

const fresh = (size: number) => new Float64Array(size);

/**
 * MatchTIR: half the trajectory's GRPO score, half the turn's own score against the same turn of the group.
 *
 *     a_i = (R_i − μ_g) / (σ_g + ε)                     R undiscounted
 *     d_{i,t} = (D_{i,t} − μ_t) / (σ_t + ε)             D_{i,t} = Σ_{k ≥ t} 0.9^(k−t) r_k
 *     Â_{i,t} = (a_i + d_{i,t}) / 2
 *
 * Both σ with Bessel's correction. A group of one, and a turn that only one member reached, pass raw. The turn
 * level always divides by its σ. `turnDiscount` is the estimator's own constant, not the scheme's γ.
 */
export default defineEstimator({
  id: 'match-tir',
  title: 'MatchTIR',
  summary: 'Averages a trajectory score and a turn score, so that good turns of bad attempts are kept.',
  formula: String.raw`\hat A_{i,t} = \tfrac12\left(\frac{R_i - \mu_g}{\sigma_g + \varepsilon} + \frac{D_{i,t} - \mu_t}{\sigma_t + \varepsilon}\right)`,
  family: 'turns',
  provenance: 'code',
  cite: [{ title: 'MatchTIR: Fine-Grained Supervision for Tool-Integrated Reasoning via Bipartite Matching', source: 'quchangle1/MatchTIR@f614ce11:Code/verl/trainer/ppo/core_algos.py' }],
  useWhen: 'Turns carry their own rewards, from matching tool calls against a reference for example.',
  breaksWhen: 'Turn t means different things in different attempts, so comparing by turn number compares nothing.',
  params: {
    epsilon: epsilon(1e-6),
    normByStd: normByStd(true),
    turnDiscount: { kind: 'number', default: 0.9, min: 0, max: 1, step: 0.01, title: 'Turn discount', help: 'Discount from turn to turn in the turn score; fixed at 0.9 in the released code.' },
  },
  needs: { reward: 'step', group: 'group' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'R = 3, 1: μ = 2, σ = sqrt(2), and ε = 0.5858 makes the divisor 2, so a = ±½. D with discount ½: [1 + ½·2, 2] and [1]. Turn 0: ±½/(0.7071 + 0.5858) = ±0.38673; turn 1 alone passes 2/1.5858 = 1.26120. Â is half the sum.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [1] }] },
      params: { epsilon: 0.5857864376269049, turnDiscount: 0.5 },
      expect: [[0.443364770, 0.880601937], [-0.443364770]],
    },
  ],
  estimate(columns, { epsilon: eps, normByStd: divide, turnDiscount }, { buffer }) {
    const { nTraj, maxLen, length, group } = columns;
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const score = groupScores(total, group, { normByStd: divide, ddof: 1, epsilon: eps, singleton: 'raw' }, buffer);
    const turn = rewardToGo(columns.reward, columns, turnDiscount, buffer);
    const { alive, mean, deviation } = positionMoments(turn, columns, group, 1, buffer);
    const advantage = buffer(turn.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const row = group.id[i] * maxLen;
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        const alone = alive[row + t] === 1;
        const own = alone ? turn[k] / (1 + eps) : (turn[k] - mean[row + t]) / (deviation[row + t] + eps || 1);
        advantage[k] = (score[i] + own) / 2;
      }
    }
    return { advantage };
  },
  explain(columns, { epsilon: eps, normByStd: divide, turnDiscount }, { advantage }, i, t) {
    const { reward, group, maxLen } = columns;
    const total = trajectoryTotals(reward, columns, fresh);
    const turn = rewardToGo(reward, columns, turnDiscount, fresh);
    const k = i * maxLen + t;
    const level = scoreLines(total[i], groupValues(total, group, i), { normByStd: divide, ddof: 1, epsilon: eps, singleton: 'raw' }, { result: 'a', label: 'Score of the trajectory' });
    const turns = runningAt(columns, group, i, t).map((j) => turn[j * maxLen + t]);
    const own = scoreLines(turn[k], turns, { normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }, { symbol: 'D', result: 'd', label: 'Score of the turn', mean: 'μ_t', deviation: 'σ_t' });
    const a = level[level.length - 1].value;
    const d = own[own.length - 1].value;
    const discounted = { ...rewardToGoLine(reward, turn, columns, turnDiscount, i, t), symbol: 'D', label: 'Turn return' };
    return explanation(
      [totalLine(reward, columns, i), ...level, discounted, ...own, line('Advantage', 'Â', '(a + d) / 2', fill`(${a} + ${d}) / 2`, advantage[k], 'advantage')],
      {
        parts: [
          { label: 'Trajectory', value: a / 2 },
          { label: 'Turn', value: d / 2 },
        ],
        members: positionMembers(turn, columns, group, i, t, 'Turn returns of the group'),
      },
    );
  },
});
