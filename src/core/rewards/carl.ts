import { explained, rewardLine, step, unpaid } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor, signal } from '../contracts/reward-parameters';

const NEAR_MISS_FACTOR = 0.5;
/** The kind of infraction that forfeits the hint as well: a collision, a red light, too close to another car. */
const HINTED = 1;

const speedFactor = (overspeed: number, most: number) => Math.min(1, Math.max(0, 1 - overspeed / most));

/**
 * Route progress times penalties that cannot be traded against it.
 *
 *     r_t = (C_t − C_{t−1}) · clip(1 − v/v_max, 0, 1) · (½ if a near miss) · comfort · lane,  0 outside the lanes
 *
 * The first hard infraction adds the terminal reward (minus the hint for the grave kind) and ends the pay.
 */
export default defineReward({
  id: 'carl',
  title: 'Multiplied driving reward',
  summary: 'Pays route progress, scaled down by every soft violation and ended by a hard one.',
  formula: String.raw`r_t = \Delta C_t \cdot \operatorname{clip}\!\big(1 - \tfrac{v_t}{v_{\max}}, 0, 1\big) \cdot f^{\mathrm{ttc}}_t f^{\mathrm{comfort}}_t f^{\mathrm{lane}}_t`,
  provenance: 'mixed',
  cite: [{ title: 'CaRL: Learning Scalable Planning Policies with Simple Rewards', source: 'autonomousvision/CaRL@5abef66:team_code_roach/reward/simple_reward.py' }],
  useWhen: 'Progress is the point and every soft rule should scale it: with a sum of terms, standing still is often the optimum.',
  breaksWhen: 'Progress is negative: a retreat is scaled down too, so speeding makes going back cheaper.',
  category: 'gated',
  params: {
    terminalReward: factor(0, 'r_end', 'Paid at a hard infraction.', 20),
    terminalHint: factor(1, 'h', 'Taken off besides at a grave infraction; rewards are in per cent of the route.', 20),
    maxOverspeed: { kind: 'number', default: 2.23, min: 0.1, max: 20, step: 0.01, symbol: 'v_max', help: 'Overspeed at which nothing is left of the progress, in m/s.' },
    routeCompletion: signal('routeCompletion', 'Completed share of the route so far, in per cent.'),
    outsideLanes: signal('outsideLanes', '1 while outside the route’s lanes.'),
    overspeed: signal('overspeed', 'Speed above the limit, in m/s.'),
    ttcViolation: signal('ttcViolation', '1 on a near miss.'),
    comfort: signal('comfort', 'Comfort factor.'),
    laneFactor: signal('laneFactor', 'Lane factor.'),
    infraction: signal('infraction', '0 for none, 1 for a grave hard infraction, 2 for another hard one.'),
  },
  needs: {},
  outputs: { terminatedAt: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Half the speed margin and a near miss leave a quarter of 8; outside the lanes nothing; the collision pays 4 − 5 − 1 and ends it.',
      input: {
        trajectories: [
          {
            group: 0,
            length: 4,
            signals: {
              routeCompletion: [8, 10, 14, 20],
              outsideLanes: [0, 1, 0, 0],
              overspeed: [1, 0, -3, 0],
              ttcViolation: [1, 0, 0, 0],
              comfort: [1, 1, 1, 1],
              laneFactor: [1, 1, 1, 1],
              infraction: [0, 0, 1, 0],
            },
            outcome: 0,
            extra: {},
          },
        ],
      },
      params: { terminalReward: -5, terminalHint: 1, maxOverspeed: 2 },
      expect: [[2, 0, -2, 0]],
    },
  ],
  price(columns, params, { buffer }) {
    const { terminalReward, terminalHint, maxOverspeed } = params;
    const s = (name: keyof typeof params, k: number) => columns.signals[params[name] as string][k];
    const terminatedAt = buffer(columns.nTraj);
    for (let i = 0; i < columns.nTraj; i++) terminatedAt[i] = columns.length[i];
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t > terminatedAt[i]) return 0;
      const progress = s('routeCompletion', k) - (t === 0 ? 0 : s('routeCompletion', k - 1));
      const near = s('ttcViolation', k) !== 0 ? NEAR_MISS_FACTOR : 1;
      const inside = s('outsideLanes', k) !== 0 ? 0 : 1;
      const paid = inside * progress * speedFactor(s('overspeed', k), maxOverspeed) * near * s('comfort', k) * s('laneFactor', k);
      const kind = s('infraction', k);
      if (kind === 0) return paid;
      terminatedAt[i] = t;
      return paid + terminalReward - (kind === HINTED ? terminalHint : 0);
    });
    return { reward, terminatedAt };
  },
  explain(columns, params, { reward, terminatedAt }, i, t) {
    if (t > terminatedAt![i]) return unpaid('A hard infraction ended the pay before.');
    const k = i * columns.maxLen + t;
    const s = (name: keyof typeof params, at: number) => columns.signals[params[name] as string][at];
    const now = s('routeCompletion', k);
    const before = t === 0 ? 0 : s('routeCompletion', k - 1);
    const inside = s('outsideLanes', k) !== 0 ? 0 : 1;
    const near = s('ttcViolation', k) !== 0 ? NEAR_MISS_FACTOR : 1;
    const speed = speedFactor(s('overspeed', k), params.maxOverspeed);
    const paid = inside * (now - before) * speed * near * s('comfort', k) * s('laneFactor', k);
    const kind = s('infraction', k);
    const progress = step(
      'Progress with its penalties', 'x', 'ΔC × speed × near miss × comfort × lane × inside',
      `(${printed(now)} − ${operand(before)}) × clip(1 − ${operand(s('overspeed', k))} / ${printed(params.maxOverspeed)}, 0, 1) × ${printed(near)} × ${operand(s('comfort', k))} × ${operand(s('laneFactor', k))} × ${inside}`,
      paid,
    );
    if (kind === 0) return explained([progress, rewardLine('x', printed(paid), reward[k])]);
    const hint = kind === HINTED ? ` − ${operand(params.terminalHint)}` : '';
    return explained(
      [progress, rewardLine(`x + r_end${hint ? ' − h' : ''}`, `${printed(paid)} + ${operand(params.terminalReward)}${hint}`, reward[k])],
      'A hard infraction: nothing is paid after this step.',
    );
  },
});
