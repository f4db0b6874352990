import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { sharedGamma, signal } from '../contracts/reward-parameters';

/** A hop closes a share of what is left when it is positive, and loses a share of what is there when it is not. */
const hopped = (phi: number, hop: number) => (hop >= 0 ? phi + hop * (1 - phi) : phi + hop * phi);

/**
 * Progress built up from relative hops, as a potential, with a reward for being near the goal.
 *
 *     Φ ← Φ + H (1 − Φ) if H ≥ 0, else Φ + H Φ;   r_t = 1[Φ′ ≥ 1 − δ] + γ Φ′ − Φ
 */
export default defineReward({
  id: 'dopamine-shaping',
  title: 'Hops of progress',
  summary: 'Turns relative progress into a potential, and pays being there beside approaching.',
  formula: String.raw`\Phi' = \Phi + \begin{cases} H (1 - \Phi) & H \ge 0 \\ H \Phi & H < 0 \end{cases},\qquad r_t = \mathbb 1[\Phi' \ge 1 - \delta] + \gamma \Phi' - \Phi`,
  provenance: 'read',
  cite: [{ title: 'Robo-Dopamine: General Process Reward Modeling for High-Precision Robotic Manipulation (from notes on the paper)', source: 'FlagOpen/Robo-Dopamine@7d4415fd' }],
  useWhen: 'A model can say how much nearer one picture is to the goal than another, but not how near.',
  breaksWhen: 'The episode goes on near the goal: being there pays every step.',
  category: 'shaping',
  params: {
    gamma: sharedGamma(0.99),
    delta: { kind: 'number', default: 0.05, min: 0, max: 1, step: 0.01, symbol: 'δ', help: 'How near the goal counts as there.' },
    hop: signal('hop', 'Relative progress of each step, −1 to 1.'),
  },
  needs: { phi0: 'trajectory' },
  outputs: { progress: 'state' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'From ½ half of the rest is closed (¾), then a third of it lost (½), then all closed: there.',
      input: { trajectories: [{ group: 0, length: 3, signals: { hop: [0.5, -0.333333333333333, 1] }, outcome: 0, extra: { phi0: 0.5 } }] },
      params: { gamma: 0.8, delta: 0.25 },
      expect: [[1.1, -0.35, 1.3]],
    },
  ],
  price(columns, { gamma, delta, hop }, { buffer }) {
    const { nTraj, maxLen, length } = columns;
    const progress = buffer(nTraj * (maxLen + 1)).fill(0);
    for (let i = 0; i < nTraj; i++) {
      let phi = (progress[i * (maxLen + 1)] = columns.phi0[i]);
      for (let t = 0; t < length[i]; t++) progress[i * (maxLen + 1) + t + 1] = phi = hopped(phi, columns.signals[hop][i * maxLen + t]);
    }
    const reward = payEveryStep(columns, buffer, (i, t) => {
      const at = i * (maxLen + 1) + t;
      return (progress[at + 1] >= 1 - delta ? 1 : 0) + gamma * progress[at + 1] - progress[at];
    });
    return { reward, progress };
  },
  explain(columns, { gamma, delta, hop }, { reward, progress }, i, t) {
    const at = i * (columns.maxLen + 1) + t;
    const k = i * columns.maxLen + t;
    const [phi, next] = [progress![at], progress![at + 1]];
    const H = columns.signals[hop][k];
    const there = next >= 1 - delta;
    return explained(
      [
        step('Progress', 'Φ′', H >= 0 ? 'Φ + H (1 − Φ)' : 'Φ + H Φ', H >= 0 ? `${printed(phi)} + ${printed(H)} × (1 − ${operand(phi)})` : `${printed(phi)} + ${operand(H)} × ${operand(phi)}`, next),
        rewardLine('1[there] + γ Φ′ − Φ', `${there ? 1 : 0} + ${printed(gamma)} × ${operand(next)} − ${operand(phi)}`, reward[k]),
      ],
      there ? `Progress is within ${printed(delta)} of the goal.` : undefined,
    );
  },
});
