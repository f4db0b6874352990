import { chain, explained, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';

/** Verdicts between the expanded step and the last, which the outcome replaces: neither end counts. */
const middle = (verdict: Float64Array, c: number): Float64Array => verdict.subarray(c + 1, Math.max(c + 1, verdict.length - 1));

/** u = (1/N)(Σ_{j<N} v_j (N − j)/N + F); F alone when nothing lies between. */
function hybrid(v: Float64Array, F: number): number {
  const N = v.length;
  if (N === 0) return F;
  return (v.reduce((sum, x, j) => sum + (x * (N - j)) / N, 0) + F) / N;
}

/**
 * The value a step gets when it is expanded in a tree search: verified steps after it, the near ones more, and the answer.
 *
 *     u_c = (1/N) (Σ_{j < N} v_j (N − j) / N + F)
 *
 * v are the tool-verified verdicts (±1) between the step and the last one, F = ±1 the final correctness. `ancestors`
 * gives what the same expansion adds to the steps before it: u_c times `delay` per step of distance.
 */
export default defineReward({
  id: 'groundedprm-hybrid',
  title: 'Verified steps and outcome, mixed',
  summary: 'Scores a step by the checked steps that follow it and by the final answer.',
  formula: String.raw`u_c = \frac1N \Big(\sum_{j=0}^{N-1} v_j\, \frac{N - j}{N} + F\Big)`,
  provenance: 'mixed',
  cite: [
    { title: 'GroundedPRM: Tree-Guided and Fidelity-Aware Process Reward Modeling', source: 'arXiv:2510.14942' },
    { title: 'Released pipeline', source: 'JerryPlain/GroundedPRMCode@76ec81e5:pipeline/MCTS/mcts.py' },
  ],
  useWhen: 'Steps can be checked by a tool, and averages over random continuations blame the wrong step.',
  breaksWhen: 'Many steps follow: the final answer is divided by their number too and hardly counts.',
  category: 'process',
  params: {
    verdict: signal('stepVerdict', 'Verdict on each step, 1 or −1.'),
    delay: { kind: 'number', default: 0.9, min: 0, max: 1, step: 0.01, help: 'How much of the value reaches the step before, and again the one before that.' },
  },
  needs: { outcome: 'trajectory' },
  outputs: { ancestors: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Expanding the first of four: verdicts 1 and −1 lie between, weighted 1 and ½, plus F = 1, halved. From the third on only F is left.',
      input: { trajectories: [{ group: 0, length: 4, signals: { stepVerdict: [1, 1, -1, 1] }, outcome: 1, extra: {} }] },
      params: {},
      expect: [[0.75, 0, 1, 1]],
    },
  ],
  price(columns, { verdict, delay }, { buffer }) {
    const reward = payEveryStep(columns, buffer, (i, t) => hybrid(middle(stepsOf(columns.signals[verdict], columns, i), t), columns.outcome[i]));
    const ancestors = Array.from({ length: columns.nTraj }, (_, i) =>
      Array.from({ length: columns.length[i] }, (__, c) => {
        const shares: number[] = [];
        for (let distance = 0, share = reward[i * columns.maxLen + c]; distance <= c; distance++) shares.unshift((share *= delay));
        return shares;
      }),
    );
    return { reward, ancestors };
  },
  explain(columns, { verdict }, { reward }, i, t) {
    const v = middle(stepsOf(columns.signals[verdict], columns, i), t);
    const F = columns.outcome[i];
    const value = reward[i * columns.maxLen + t];
    if (v.length === 0) return explained([rewardLine('F', printed(F), value)], 'No verified step lies between this one and the last.');
    const faded = Array.from(v, (x, j) => (x * (v.length - j)) / v.length);
    return explained(
      [
        step('Verdicts, fading', 'S', 'Σ v_j (N − j) / N', chain(faded), faded.reduce((a, b) => a + b, 0)),
        rewardLine('(S + F) / N', `(${printed(faded.reduce((a, b) => a + b, 0))} + ${operand(F)}) / ${v.length}`, value),
      ],
      `Verdicts of the steps between: ${list(v)}.`,
    );
  },
});
