import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep, statesOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';

/**
 * Whether step t turns the trajectory: the steps before went against the final direction and this one goes with it.
 * With `consistent` it must also leave something to gain in that direction.
 */
function turns(R: Float64Array, final: number, t: number, firstStep: boolean, consistent: boolean): boolean {
  const direction = Math.sign(final - R[0]);
  const with_ = (k: number) => Math.sign(R[k + 1] - R[k]) * direction;
  if (!(with_(t) > 0)) return false;
  if (t === 0 ? !firstStep : !(with_(t - 1) < 0)) return false;
  return !consistent || Math.sign(R[t + 1] - R[t]) === Math.sign(final - R[t + 1]);
}

/**
 * Step gains, with the whole remaining effect for turning points.
 *
 *     d_t = R_{t+1} − R_t;  at turning points r_t = η (R_fin − R_t), else r_t = d_t
 */
export default defineReward({
  id: 'tp-grpo',
  title: 'Turning points',
  summary: 'Pays a step its own gain, and a step that turns the trajectory everything that came after.',
  formula: String.raw`d_t = R_{t+1} - R_t,\qquad r_t = \begin{cases} \eta\,(R_{\mathrm{fin}} - R_t) & t \text{ is a turning point} \\ d_t & \text{else} \end{cases}`,
  provenance: 'mixed',
  cite: [
    { title: 'TurningPoint-GRPO', source: 'arXiv:2602.06422' },
    { title: 'Released code', source: 'YunzeTong/TurningPoint-GRPO@f9f6ff4:scripts/my_train_sd3_fast_with_op3.py' },
  ],
  useWhen: 'A step’s own gain is small but everything afterwards follows from it.',
  breaksWhen: 'Later gains are counted again at their own steps, so the rewards of a trajectory no longer add up to its gain.',
  category: 'process',
  params: {
    eta: positive(1, 'η', 'Factor on what a turning point is paid.'),
    firstStep: { kind: 'boolean', default: true, help: 'The first step may be a turning point.' },
    consistent: { kind: 'boolean', default: true, help: 'A turning point must leave more to gain in its own direction.' },
  },
  needs: { outcome: 'trajectory', stateRewards: 'state' },
  outputs: { turningPoint: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Down, then up towards 4: the second step turns and is paid twice 4 − (−1); the rest get their gains.',
      input: { trajectories: [{ group: 0, length: 3, signals: {}, outcome: 4, extra: { stateRewards: [0, -1, 1, 4] } }] },
      params: { eta: 2 },
      expect: [[-1, 10, 3]],
    },
  ],
  price(columns, { eta, firstStep, consistent }, { buffer }) {
    const path = (i: number) => statesOf(columns.stateRewards, columns, i);
    const turningPoint = payEveryStep(columns, buffer, (i, t) => (turns(path(i), columns.outcome[i], t, firstStep, consistent) ? 1 : 0));
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const R = path(i);
      return turningPoint[k] ? eta * (columns.outcome[i] - R[t]) : R[t + 1] - R[t];
    });
    return { reward, turningPoint };
  },
  explain(columns, { eta }, { reward, turningPoint }, i, t) {
    const k = i * columns.maxLen + t;
    const R = statesOf(columns.stateRewards, columns, i);
    return turningPoint![k]
      ? explained([rewardLine('η (R_fin − R_t)', `${printed(eta)} × (${printed(columns.outcome[i])} − ${operand(R[t])})`, reward[k])], 'The trajectory turns here.')
      : explained([rewardLine('R_{t+1} − R_t', `${printed(R[t + 1])} − ${operand(R[t])}`, reward[k])]);
  },
});
