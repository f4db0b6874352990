import type { Frame } from '../contracts/columns';
import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asText, asTexts, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor, positive, signal } from '../contracts/reward-parameters';
import { exp, log } from '../math/elementary';

type Read = Frame & { events: readonly unknown[]; resetEvent: readonly unknown[] };

/** How often the message of step t has appeared up to then; the message of the reset counts once. */
function appearances(columns: Read, i: number, t: number): number {
  const events = asTexts(columns.events[i], fieldOf('events', i), columns.length[i]);
  const seen = [asText(columns.resetEvent[i], fieldOf('resetEvent', i)), ...events.slice(0, t + 1)];
  return seen.filter((event) => event === events[t]).length;
}

/**
 * A preference model's score of messages, above a threshold and divided by how often the message came.
 *
 *     r̃ = (f − m) / √v (or f);  r_t = c_e·extrinsic + c_m · r̃ 1[r̃ > θ] / N^β
 */
export default defineReward({
  id: 'motif',
  title: 'Preferred messages',
  summary: 'Pays messages that a language model would prefer, each less the more often it has come.',
  formula: String.raw`\tilde r = \frac{f - m}{\sqrt v},\qquad r_t = c_e\, x_t + c_m\, \frac{\tilde r\, \mathbb 1[\tilde r > \theta]}{N(\text{message})^\beta}`,
  provenance: 'mixed',
  cite: [
    { title: 'Motif: Intrinsic Motivation from Artificial Intelligence Feedback', source: 'facebookresearch/motif@51b5f473' },
    { title: 'Online Intrinsic Rewards for Decision Making Agents from Large Language Model Feedback', source: 'facebookresearch/oni@f0f86e8a' },
  ],
  useWhen: 'A game says in words what happened, and a language model has an opinion on which messages are good news.',
  breaksWhen: 'Good news can be brought about again and again: the count is what stops that, and only within a trajectory.',
  category: 'intrinsic',
  params: {
    mean: { kind: 'number', default: 0, min: -100, max: 100, step: 0.01, symbol: 'm', help: 'Mean of the scores.', advanced: true },
    var: { kind: 'number', default: 1, min: 1e-6, max: 1000, step: 0.01, symbol: 'v', help: 'Variance of the scores.', advanced: true },
    rewNorm: { kind: 'boolean', default: true, help: 'Standardise the scores by that mean and variance.' },
    threshold: { kind: 'number', default: 0, min: -1000, max: 100, step: 0.05, symbol: 'θ', help: 'Scores up to here pay nothing; −1000 lets all through.' },
    beta: { kind: 'number', default: 3, min: 0, max: 10, step: 0.1, symbol: 'β', help: 'How fast a repeated message loses its worth.' },
    llmCoef: positive(0.1, 'c_m', 'Weight of the messages.'),
    extrinsicCoef: factor(0.1, 'c_e', 'Weight of the extrinsic reward.', 100),
    rm: signal('rm', 'Score of each step’s message.'),
    extrinsic: signal('extrinsic', 'The extrinsic reward.'),
  },
  needs: { events: 'json', resetEvent: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The key’s 5 is (5 − 1)/2 = 2, divided by 1, then by 2³. The door’s 2 is ½, below the threshold. "start" came once at reset.',
      input: {
        trajectories: [
          { group: 0, length: 4, signals: { rm: [5, 5, 2, 5], extrinsic: [0, 1, 0, 0] }, outcome: 0, extra: { events: ['key', 'key', 'door', 'start'], resetEvent: 'start' } },
        ],
      },
      params: { mean: 1, var: 4, threshold: 0.5, llmCoef: 2, extrinsicCoef: 3 },
      expect: [[4, 3.5, 0, 0.5]],
    },
  ],
  price(columns, p, { buffer }) {
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const f = columns.signals[p.rm][k];
      const r = p.rewNorm ? (f - p.mean) / Math.sqrt(p.var) : f;
      const faded = r > p.threshold ? r / exp(p.beta * log(appearances(columns, i, t))) : 0;
      return p.extrinsicCoef * columns.signals[p.extrinsic][k] + p.llmCoef * faded;
    });
    return { reward };
  },
  explain(columns, p, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const f = columns.signals[p.rm][k];
    const r = p.rewNorm ? (f - p.mean) / Math.sqrt(p.var) : f;
    const n = appearances(columns, i, t);
    const extrinsic = `${operand(p.extrinsicCoef)} × ${operand(columns.signals[p.extrinsic][k])}`;
    const score = p.rewNorm ? step('Score', 'r̃', '(f − m) / √v', `(${printed(f)} − ${operand(p.mean)}) / sqrt(${printed(p.var)})`, r) : step('Score', 'r̃', 'f', printed(f), r);
    return explained(
      [
        score,
        r > p.threshold
          ? rewardLine('c_e x + c_m r̃ / N^β', `${extrinsic} + ${printed(p.llmCoef)} × ${operand(r)} / exp(${printed(p.beta)} × log(${n}))`, reward[k])
          : rewardLine('c_e x', extrinsic, reward[k]),
      ],
      r > p.threshold ? `The message has come ${n} times in this trajectory.` : 'The score is not above the threshold.',
    );
  },
});
