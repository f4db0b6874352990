import type { Frame } from '../contracts/columns';
import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { ContentError } from '../contracts/json-column';
import { isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { sharedGamma } from '../contracts/reward-parameters';

interface Rule {
  readonly potential: Float64Array;
  readonly zeroTerminal: boolean;
  readonly zeroTimeout: boolean;
}

/** Φ of the t-th visited state; 0 everywhere for an empty potential, and where the trajectory's end is zeroed. */
function potentialAt(columns: Frame & { state: Int32Array; terminated: Float64Array }, rule: Rule, i: number, t: number): number {
  if (rule.potential.length === 0) return 0;
  if (t === columns.length[i] && (columns.terminated[i] ? rule.zeroTerminal : rule.zeroTimeout)) return 0;
  const state = columns.state[i * (columns.maxLen + 1) + t];
  if (state >= rule.potential.length) throw new ContentError('potential', `a number for every state (there are ${rule.potential.length}, and state ${state} is visited)`);
  return rule.potential[state];
}

/**
 * Potential-based shaping: a difference of potentials, which changes no optimal policy because its sum
 * depends on the end points alone.
 *
 *     F_t = c (γ Φ(s_{t+1}) − Φ(s_t)),   Σ_t γᵗ F_t = c (γᵀ Φ(s_T) − Φ(s_0))
 *
 * Φ(s_T) counts as 0 where the task ended and, unless one forgets it, where time ran out: otherwise the
 * policy is paid for being out of time in a promising place.
 */
export default defineReward({
  id: 'pbrs',
  title: 'Potential-based shaping',
  summary: 'Pays the gain in a potential on every step without changing what is optimal.',
  formula: String.raw`F_t = c\,\big(\gamma\,\Phi(s_{t+1}) - \Phi(s_t)\big),\qquad \Phi(s_T) := 0`,
  provenance: 'textbook',
  cite: [{ title: 'Policy invariance under reward transformations', source: 'Ng, Harada and Russell, ICML 1999' }],
  useWhen: 'You can guess how promising a state is and learn by bootstrapping (λ < 1): the guess then speeds learning and cannot mislead it for good.',
  breaksWhen: 'The potential is not zeroed at the end (time-outs included): parking in a high place then pays. With γ < 1, waiting costs (1 − γ)Φ a step. With whole-trajectory returns it changes nothing at all: the sum is a constant of the start.',
  category: 'shaping',
  params: {
    potential: { kind: 'state-table', default: 'potential', symbol: 'Φ', help: 'How promising each state is: a state table of the scenario, or a number per state.' },
    gamma: sharedGamma(1),
    coef: { kind: 'number', default: 1, min: 0, max: 10, step: 0.05, symbol: 'c', help: 'Factor on the shaping.' },
    zeroTerminal: { kind: 'boolean', default: true, help: 'The potential counts as 0 where the task ended.', advanced: true },
    zeroTimeout: { kind: 'boolean', default: true, help: 'The potential counts as 0 where time ran out. Switch it off to see what forgetting it does.' },
  },
  needs: { state: 'state-id', terminated: 'trajectory', base: 'step?' },
  laws: ['telescopes', 'markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: ({ zeroTimeout }) => !zeroTimeout,
  timedMarkov: true,
  logDefaults: { potential: [], zeroTimeout: false },
  outsideGate: true,
  flavours: {
    paper: { title: 'Ng et al.', params: { zeroTerminal: true, zeroTimeout: false }, help: 'Zero where the task ends; a truncated trajectory keeps its last potential for the critic to bootstrap from.' },
    finite: { title: 'Finite horizon', params: { zeroTerminal: true, zeroTimeout: true }, help: 'Time is part of the task, so running out of it is an end like any other.' },
  },
  examples: [
    {
      why: 'Up to state 2 and done: the last potential is 0. The second trajectory runs out of time in state 2 and keeps it; a logged base reward is added.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { base: [0, 0] }, outcome: 0, extra: { terminated: true }, states: [0, 1, 2] },
          { group: 0, length: 2, signals: { base: [0, 5] }, outcome: 0, extra: { terminated: false }, states: [0, 1, 2] },
        ],
      },
      params: { potential: [1, 2, 4], gamma: 0.5, coef: 3 },
      expect: [[0, -6], [0, 5]],
    },
    {
      why: 'Zeroed at the time-out, the same trajectory is paid as if it had ended.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { terminated: false }, states: [0, 1, 2] }] },
      params: { potential: [1, 2, 4], gamma: 0.5, coef: 3, zeroTimeout: true },
      expect: [[0, -6]],
    },
  ],
  price(columns, params, { buffer }) {
    const { gamma, coef } = params;
    let from = 0;
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t === 0) from = potentialAt(columns, params, i, 0);
      const to = potentialAt(columns, params, i, t + 1);
      const shaping = coef * (gamma * to - from);
      from = to;
      return columns.base ? columns.base[k] + shaping : shaping;
    });
    return { reward };
  },
  explain(columns, params, { reward }, i, t) {
    const { gamma, coef, zeroTerminal, zeroTimeout } = params;
    const from = potentialAt(columns, params, i, t);
    const to = potentialAt(columns, params, i, t + 1);
    const k = i * columns.maxLen + t;
    const base = columns.base ? `${printed(columns.base[k])} + ` : '';
    const ended = columns.terminated[i] !== 0;
    const note = !isLastStep(columns, i, t)
      ? undefined
      : (ended ? zeroTerminal : zeroTimeout)
        ? `The ${ended ? 'task ends' : 'time runs out'} here, so the next potential counts as 0.`
        : `The potential is kept where ${ended ? 'the task ends' : 'time runs out'}.`;
    return explained(
      [
        rewardLine(
          `${base ? 'base + ' : ''}c × (γ Φ(s′) − Φ(s))`,
          `${base}${operand(coef)} × (${printed(gamma)} × ${operand(to)} − ${operand(from)})`,
          reward[k],
        ),
      ],
      note,
    );
  },
});
