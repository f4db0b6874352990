import { explained, rewardLine, step, weighted } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, positive } from '../contracts/reward-parameters';

const opens = (outcome: number, threshold: number, inclusive: boolean) => outcome > threshold || (inclusive && outcome === threshold);

/**
 * Gated reward accumulation: immediate rewards count only in trajectories whose outcome is above a threshold.
 *
 *     r_t = 1[R > δ] · w_s Σ_k w_k s_k,t, and w_o·R on the last step, gate or no gate
 *
 * The gate is known only at the end of the trajectory, so no step's reward is known before.
 */
export default defineReward({
  id: 'gra',
  title: 'Gated reward accumulation',
  summary: 'Immediate rewards count only where the outcome passes a threshold.',
  formula: String.raw`r_t = \mathbb 1[R > \delta]\; w_s \sum_k w_k\, s_{k,t} + \mathbb 1[t = T]\, w_o R`,
  provenance: 'mixed',
  cite: [{ title: 'Stabilizing Long-term Multi-turn Reinforcement Learning with Gated Rewards', source: 'arXiv:2508.10548' }],
  useWhen: 'Immediate rewards help but pull the policy away from finishing: the gate takes away what unfinished trajectories earn by them.',
  breaksWhen: 'Successful trajectories can still farm before they finish. With every gate shut only the outcome differs, and groups may lose their variance; a threshold below the lowest outcome is no gate at all.',
  category: 'gated',
  params: {
    threshold: { kind: 'number', default: 0, min: -5, max: 5, step: 0.05, symbol: 'δ', help: 'The outcome must be above this for immediate rewards to count.' },
    inclusive: { kind: 'boolean', default: false, help: 'An outcome exactly at the threshold opens the gate too.', advanced: true },
    stepWeight: positive(1, 'w_s', 'Common factor on all immediate rewards.'),
    outcomeWeight: outcomeWeight(1),
    weights: { kind: 'weights', default: { signal: 1 }, min: -5, max: 5, help: 'What each immediate signal is worth.' },
  },
  needs: { outcome: 'trajectory' },
  outputs: { gateOpen: 'trajectory' },
  logDefaults: { weights: {} },
  laws: ['zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The same signals in a success and a failure; an outcome of exactly 0 keeps the strict gate shut.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { format: [1, 1], tool: [0, 2] }, outcome: 1, extra: {} },
          { group: 0, length: 2, signals: { format: [1, 1], tool: [0, 2] }, outcome: 0, extra: {} },
          { group: 0, length: 1, signals: { format: [1], tool: [1] }, outcome: -1, extra: {} },
        ],
      },
      params: { stepWeight: 0.5, outcomeWeight: 3, weights: { format: 1, tool: 0.5 } },
      expect: [[0.5, 4], [0, 0], [-3]],
    },
  ],
  price(columns, { threshold, inclusive, stepWeight, outcomeWeight: wo, weights }, { buffer }) {
    const terms = Object.entries(weights).map(([name, weight]) => ({ weight, x: columns.signals[name] }));
    const gateOpen = buffer(columns.nTraj);
    for (let i = 0; i < columns.nTraj; i++) gateOpen[i] = opens(columns.outcome[i], threshold, inclusive) ? 1 : 0;
    const reward = payEveryStep(columns, buffer, (i, _t, k) => {
      if (gateOpen[i] === 0) return 0;
      let sum = 0;
      for (const { weight, x } of terms) sum += weight * x[k];
      return stepWeight * sum;
    });
    addToLastStep(reward, columns, (i) => wo * columns.outcome[i]);
    return { reward, gateOpen };
  },
  explain(columns, { threshold, inclusive, stepWeight, outcomeWeight: wo, weights }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const outcome = columns.outcome[i];
    const gate = opens(outcome, threshold, inclusive) ? 1 : 0;
    const names = Object.keys(weights);
    const w = names.map((name) => weights[name]);
    const x = names.map((name) => columns.signals[name][k]);
    const sum = w.reduce((total, weight, j) => total + weight * x[j], 0);
    const paid = isLastStep(columns, i, t) ? ` + ${operand(wo)} × ${operand(outcome)}` : '';
    return explained(
      [
        step('Weighted signals', 'Σ', names.map((name) => `w·${name}`).join(' + ') || '0', weighted(w, x), sum),
        rewardLine(`gate × w_s × Σ${paid ? ' + w_o R' : ''}`, `${gate} × ${printed(stepWeight)} × ${operand(sum)}${paid}`, reward[k]),
      ],
      `The outcome ${printed(outcome)} is ${gate ? '' : 'not '}${inclusive ? 'at or ' : ''}above ${printed(threshold)}, so the gate is ${gate ? 'open' : 'shut'}.`,
    );
  },
});
