import type { Frame, GroupLayout } from '../contracts/columns';
import { chain, explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed, type ExplanationLine } from '../contracts/explanation';
import { ContentError, asNumberLists, fieldOf } from '../contracts/json-column';
import { addToLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor, informative, positive } from '../contracts/reward-parameters';
import { exp } from '../math/elementary';

type Read = Frame & { group: GroupLayout; passed: readonly unknown[]; signals: Readonly<Record<string, Float64Array>> };

/** Statistics of one group's tests: pass rate over all its turns, density of equal rates, weight. */
interface GroupTests {
  readonly passRate: readonly number[];
  readonly density: readonly number[];
  readonly weights: readonly number[];
}

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((x) => typeof x === 'string');

/** Which tests each turn of a trajectory passes, [turn][test] of 0 and 1. */
function passedOf(columns: Read, tests: readonly string[], i: number): readonly (readonly number[])[] {
  const { maxLen, length } = columns;
  if (tests.length === 0) return asNumberLists(columns.passed[i], fieldOf('passed', i), length[i]);
  const signals = tests.map((name) => columns.signals[name]);
  return Array.from({ length: length[i] }, (_, t) => signals.map((signal) => (signal[i * maxLen + t] > 0 ? 1 : 0)));
}

function statistics(trajectories: readonly (readonly (readonly number[])[])[], alpha: number, sigma: number, delta: number): GroupTests {
  const width = trajectories.find((turns) => turns.length > 0)?.[0].length ?? 0;
  const passes = new Array<number>(width).fill(0);
  let count = 0;
  for (const turns of trajectories) {
    count += turns.length;
    for (const turn of turns) for (let j = 0; j < width; j++) passes[j] += turn[j];
  }
  const passRate = passes.map((sum) => sum / count);
  const density = passRate.map((rate) => passRate.reduce((sum, other) => sum + exp((-(rate - other) * (rate - other)) / (2 * sigma * sigma)), 0));
  return { passRate, density, weights: passRate.map((rate, j) => exp(-alpha * rate) / (density[j] + delta)) };
}

/**
 * Verified partial credit for code: every turn is paid for the tests it passes, rare passes more than common
 * ones, and tests that pass equally often share their weight.
 *
 *     ρ_j = pass rate of test j over the group's turns,  N_j = Σ_m exp(−(ρ_j − ρ_m)² / 2σ²)
 *     w_j = exp(−α ρ_j) / (N_j + δ),  r_t = Σ_j w_j pass_{t,j}
 *
 * `trajectoryReward` is γ^T where the last turn passes everything; it is paid on the last step with its own weight.
 */
export default defineReward({
  id: 'verpo',
  title: 'Test-weighted partial credit',
  summary: 'Pays each turn for the tests it passes, hard tests more and look-alike tests less.',
  formula: String.raw`w_j = \frac{e^{-\alpha \rho_j}}{\sum_m e^{-(\rho_j - \rho_m)^2 / 2\sigma^2} + \delta},\qquad r_t = \sum_j w_j\, \mathrm{pass}_{t,j} + \mathbb 1[t = T]\, w_g\, \gamma^T\, \mathbb 1[\text{all pass}]`,
  provenance: 'read',
  cite: [{ title: 'VeRPO: Verifiable Dense Reward Policy Optimization for Code Generation', source: 'arXiv:2601.03525' }],
  useWhen: 'Code is checked by many tests, most of them easy, and counting passes would reward special-casing the easy ones.',
  breaksWhen: 'Tests are flaky: a rare lucky pass looks hard and pays most. When all rates are alike it is the plain share of passed tests.',
  category: 'dense',
  params: {
    alpha: positive(1, 'α', 'How much more a rarely passed test is worth.'),
    sigma: { kind: 'number', default: 0.1, min: 0.01, max: 1, step: 0.01, symbol: 'σ', help: 'How near two pass rates must be for the tests to share their weight.' },
    delta: { kind: 'number', default: 1e-6, min: 0, max: 1, step: 1e-6, symbol: 'δ', help: 'Added to the density.', advanced: true },
    gamma: { kind: 'number', default: 0.9, min: 0, max: 1, step: 0.01, symbol: 'γ', help: 'How much the reward for passing everything shrinks per turn. A constant of the method, not the scheme’s discount.' },
    globalWeight: factor(0, 'w_g', 'Weight of the reward for passing everything, on the last step.'),
    tests: {
      kind: 'json',
      default: ['test'],
      help: 'Signals that are tests: one passes on a step where its signal is above 0. Empty reads the logged lists `passed`.',
      check: (value) => (isNames(value) ? null : 'expected a list of signal names.'),
      signals: (value) => (isNames(value) ? value : []),
      suited: (signals) => signals,
    },
    beta: informative('Weight of the turn advantages beside the trajectory’s; an estimator’s business.'),
  },
  needs: { group: 'group', passed: 'json' },
  reads: ({ tests }) => ((tests as readonly string[]).length > 0 ? ['group'] : ['group', 'passed']),
  logDefaults: { tests: [] },
  outputs: { trajectoryReward: 'trajectory', groups: 'groups' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Both tests pass in half of the turns, so each has density 2 and weight e^{−α/2} / 2 = 1/4; the second trajectory passes everything on its second turn.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { passed: [[0, 0], [1, 0]] } },
          { group: 0, length: 2, signals: {}, outcome: 1, extra: { passed: [[0, 1], [1, 1]] } },
        ],
      },
      params: { alpha: 1.38629436111989, delta: 0, gamma: 0.5, globalWeight: 2 },
      expect: [[0, 0.25], [0.25, 1]],
    },
    {
      why: 'On a table a signal above 0 is a passed test: rates 1 and 1/2 are far apart, so their densities are 1 and α = 0 weighs both 1.',
      input: { trajectories: [{ group: 0, length: 2, signals: { compiles: [1, 1], runs: [0, 3] }, outcome: 0, extra: {} }] },
      params: { alpha: 0, sigma: 0.01, delta: 0, tests: ['compiles', 'runs'] },
      expect: [[1, 2]],
    },
  ],
  price(columns, { alpha, sigma, delta, gamma, globalWeight, tests }, { buffer }) {
    const { nTraj, length, group } = columns;
    const passed = Array.from({ length: nTraj }, (_, i) => passedOf(columns, tests as readonly string[], i));
    const groups = Array.from({ length: group.count }, (_, g) =>
      statistics(Array.from(group.member.subarray(group.start[g], group.start[g + 1]), (i) => passed[i]), alpha, sigma, delta),
    );
    for (let i = 0; i < nTraj; i++) {
      const tests = groups[group.id[i]].weights.length;
      const other = passed[i].find((bits) => bits.length !== tests);
      if (other) throw new ContentError(fieldOf('passed', i), `${tests} tests in every turn, as in the rest of its group (there are ${other.length})`);
    }
    const trajectoryReward = buffer(nTraj);
    for (let i = 0; i < nTraj; i++) {
      let value = passed[i].at(-1)?.every((bit) => bit > 0) ? 1 : 0;
      for (let t = 0; t < length[i]; t++) value *= gamma;
      trajectoryReward[i] = value;
    }
    const reward = payEveryStep(columns, buffer, (i, t) => {
      const { weights } = groups[group.id[i]];
      const bits = passed[i][t];
      let sum = 0;
      for (let j = 0; j < bits.length; j++) sum += weights[j] * bits[j];
      return sum;
    });
    addToLastStep(reward, columns, (i) => globalWeight * trajectoryReward[i]);
    return { reward, trajectoryReward, groups };
  },
  explain(columns, { alpha, sigma, delta, globalWeight, tests }, { reward, trajectoryReward, groups }, i, t) {
    const { passRate, density, weights } = groups![columns.group.id[i]] as GroupTests;
    const names = tests as readonly string[];
    const hits = passedOf(columns, names, i)[t].flatMap((bit, j) => (bit > 0 ? [j] : []));
    const lines = hits.flatMap((j): ExplanationLine[] => {
      const test = names[j] ?? `test ${j + 1}`;
      const near = passRate.map((rate) => passRate[j] - rate).map((d) => `exp(−(${printed(d)}) × (${printed(d)}) / (2 × ${printed(sigma)} × ${printed(sigma)}))`);
      return [
        step(`Density of ${test}`, `N_${j + 1}`, 'Σ e^{−(ρ − ρ_m)²/2σ²}', `sum(${near.join(', ')})`, density[j]),
        step(`Weight of ${test}`, `w_${j + 1}`, 'e^{−α ρ} / (N + δ)', `exp(−${printed(alpha)} × ${printed(passRate[j])}) / (${printed(density[j])} + ${printed(delta)})`, weights[j]),
      ];
    });
    const last = t === columns.length[i] - 1 && globalWeight !== 0;
    const whole = last ? ` + ${operand(globalWeight)} × ${printed(trajectoryReward![i])}` : '';
    const value = reward[i * columns.maxLen + t];
    return explained([...lines, rewardLine(`Σ w${last ? ' + w_g γ^T' : ''}`, `${chain(hits.map((j) => weights[j]))}${whole}`, value)]);
  },
});
