import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';

/**
 * Process scores shifted by the outcome, so that a failed episode pays no positive process reward.
 *
 *     r_t = p_t + R − β on judged turns,  r_T = R on the answer
 *
 * A turn whose score is invalid counts as p = 0 and still receives R − β.
 */
export default defineReward({
  id: 'ppr-renorm',
  title: 'Principled process reward, renormed',
  summary: 'Shifts turn scores by the outcome: never positive in a failure, never negative in a success.',
  formula: String.raw`r_t = p_t + R - \beta \;(t < T),\qquad r_T = R`,
  provenance: 'mixed',
  cite: [{ title: 'Principle Process Reward: released code', source: 'Zhuohao-Li/ppr@4b496fac:verl/workers/reward_score/process_reward.py' }],
  useWhen: 'Turns are judged against principles and good-looking turns of failed episodes should not be encouraged.',
  breaksWhen: 'Episodes differ in length: the shift is paid per turn, so it rewards long successes and short failures.',
  category: 'process',
  params: {
    process: signal('process', 'Score of each turn, as a share of the best.'),
    renorm: { kind: 'boolean', default: true, help: 'Shift by the outcome; without it the scores are paid as they are.' },
    renormBeta: positive(1, 'β', 'What is taken off: with 1, a failure’s turns pay at most 0.'),
  },
  needs: { outcome: 'trajectory', invalidScore: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'In a failure 0.75 − 1; the invalid turn counts as 0 and is shifted too; the answer gets the outcome, whatever it was scored.',
      input: { trajectories: [{ group: 0, length: 3, signals: { process: [0.75, 0.9, 0.9] }, outcome: 0, extra: { invalidScore: [false, true, false] } }] },
      params: {},
      expect: [[-0.25, -1, 0]],
    },
    {
      why: 'In a success with β = ½.',
      input: { trajectories: [{ group: 0, length: 2, signals: { process: [0.25, 0] }, outcome: 1, extra: { invalidScore: [false, false] } }] },
      params: { renormBeta: 0.5 },
      expect: [[0.75, 1]],
    },
  ],
  price(columns, { process, renorm, renormBeta }, { buffer }) {
    const p = columns.signals[process];
    let invalid: readonly number[] = [];
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t === 0) invalid = asNumbers(columns.invalidScore[i], fieldOf('invalidScore', i), columns.length[i]);
      if (t === columns.length[i] - 1) return columns.outcome[i];
      return (invalid[t] ? 0 : p[k]) + (renorm ? columns.outcome[i] - renormBeta : 0);
    });
    return { reward };
  },
  explain(columns, { process, renorm, renormBeta }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const R = columns.outcome[i];
    if (t === columns.length[i] - 1) return explained([rewardLine('R', printed(R), reward[k])], 'The answer is not judged; it gets the outcome.');
    const invalid = asNumbers(columns.invalidScore[i], fieldOf('invalidScore', i))[t];
    const p = invalid ? 0 : columns.signals[process][k];
    return explained(
      [renorm ? rewardLine('p + R − β', `${printed(p)} + ${operand(R)} − ${printed(renormBeta)}`, reward[k]) : rewardLine('p', printed(p), reward[k])],
      invalid ? 'The judge’s score is invalid and counts as 0.' : undefined,
    );
  },
});
