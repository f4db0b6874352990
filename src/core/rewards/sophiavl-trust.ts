import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';
import { exp } from '../math/elementary';
import { mean } from '../math/statistics';

const CORRECT = 0.5;
/** Groups in which every outcome is at least this, or at most one minus it, get no process term. */
const UNANIMOUS = 0.9;
/** A thinking score counts only with an outcome of at least this. */
const LEAST_OUTCOME = 0.2;

type Read = Frame & { outcome: Float64Array; group: GroupLayout; thinking: Float64Array; signals: Readonly<Record<string, Float64Array>> };

interface Settings {
  readonly thinkingSignal: string;
  readonly failures: 'ignored' | 'counted';
  readonly unanimous: 'dropped' | 'paid';
}

type Distrust = 'soft' | 'hard' | 'none';

/** The thinking score that counts: logged per trajectory, or the mean of a signal over its steps. */
function thinkingOf(columns: Read, { thinkingSignal: name, failures }: Settings, i: number): number {
  if (failures === 'ignored' && columns.outcome[i] < LEAST_OUTCOME) return 0;
  return name === '' ? columns.thinking[i] : mean(stepsOf(columns.signals[name], columns, i));
}

/** Thinking scores of a group's correct and wrong trajectories, and whether the group is of one mind. */
function sides(columns: Read, settings: Settings, g: number): { correct: number[]; wrong: number[]; unanimous: boolean } {
  const { member, start } = columns.group;
  const members = [...member.subarray(start[g], start[g + 1])];
  const outcomes = members.map((i) => columns.outcome[i]);
  const side = (right: boolean) => members.filter((i) => columns.outcome[i] >= CORRECT === right).map((i) => thinkingOf(columns, settings, i));
  return { correct: side(true), wrong: side(false), unanimous: settings.unanimous === 'dropped' && (outcomes.every((r) => r >= UNANIMOUS) || outcomes.every((r) => r <= 1 - UNANIMOUS)) };
}

function trustOf({ correct, wrong }: { correct: number[]; wrong: number[] }, distrust: Distrust): number {
  if (distrust === 'none' || correct.length === 0 || wrong.length === 0) return 1;
  const gap = mean(correct) - mean(wrong);
  if (gap >= 0) return 1;
  return distrust === 'hard' ? 0 : exp(gap);
}

/**
 * Trust-GRPO: a thinking reward is added with a weight that falls when wrong answers look better than right
 * ones in the group, and fades over training.
 *
 *     γ = 1 if μ_c ≥ μ_w, else exp(μ_c − μ_w);   r_T = R + γ α exp(−n / T) ϑ
 *
 * The released rule ignores the thinking of failures and pays none in groups of one mind; both can be turned off. Hard distrust is
 * γ = 0 instead of the exponential: this project's variant.
 */
export default defineReward({
  id: 'sophiavl-trust',
  title: 'Trusted thinking reward',
  summary: 'Adds a thinking score as far as the group shows that it can be trusted, and less and less as training goes on.',
  formula: String.raw`\gamma_g = \min\big(1, e^{\mu_c - \mu_w}\big),\qquad r_T = R + \gamma_g\, \alpha\, e^{-n/T}\, \vartheta`,
  provenance: 'code',
  cite: [{ title: 'SophiaVL-R1: Reinforcing MLLMs Reasoning with Thinking Reward', source: 'kxfan2002/SophiaVL-R1@a818494:verl/workers/reward/custom.py' }],
  useWhen: 'A model judges the reasoning and may be fooled: groups that hold both right and wrong answers show whether it is.',
  breaksWhen: 'Few groups hold both: then nothing is distrusted. The distrust is soft, so a judge that is wrong by a little still steers.',
  category: 'process',
  params: {
    alpha: positive(0.3, 'α', 'Weight of the thinking score at the start.'),
    T: { kind: 'number', default: 500, min: 1, max: 100000, step: 1, scale: 'log', symbol: 'T', help: 'Updates after which the thinking score has faded to a third.' },
    steps: { kind: 'number', default: null, nullable: true, min: 0, max: 100000, step: 1, symbol: 'n', help: 'Number of updates so far; empty means the learner’s own count.', advanced: true },
    distrust: {
      kind: 'choice',
      default: 'soft',
      help: 'What is left of the thinking score where wrong answers look better than right ones.',
      advanced: true,
      options: [
        { value: 'soft', title: 'less', help: 'The exponential of the difference.' },
        { value: 'hard', title: 'nothing' },
        { value: 'none', title: 'all of it', help: 'Only the fading over training is left.' },
      ],
    },
    unanimous: {
      kind: 'choice',
      default: 'dropped',
      help: 'Thinking scores in groups that are all right or all wrong.',
      advanced: true,
      options: [
        { value: 'dropped', title: 'left out', help: 'As the released code does.' },
        { value: 'paid', title: 'paid in full' },
      ],
    },
    failures: {
      kind: 'choice',
      default: 'ignored',
      help: 'Thinking scores of trajectories with an outcome below 0.2.',
      advanced: true,
      options: [
        { value: 'ignored', title: 'count as 0', help: 'As the released code does.' },
        { value: 'counted', title: 'count as they are' },
      ],
    },
    thinkingSignal: signal('thinking', 'Signal whose mean over the trajectory is the thinking score; empty reads the logged score `thinking`.'),
  },
  needs: { outcome: 'trajectory', group: 'group', thinking: 'trajectory' },
  reads: ({ thinkingSignal }) => (thinkingSignal === '' ? ['outcome', 'group', 'thinking'] : ['outcome', 'group']),
  logDefaults: { thinkingSignal: '' },
  outputs: { processCoefficient: 'groups', annealing: 'scalar' },
  laws: ['terminal-only', 'zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The wrong answer’s thinking is scored ln 2 higher, so half of α is left; its own outcome of 0.25 is enough for its score to count.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 1, extra: { thinking: 0.2 } },
          { group: 0, length: 1, signals: {}, outcome: 0.25, extra: { thinking: 0.893147180559945 } },
        ],
      },
      params: { alpha: 0.5, steps: 0 },
      expect: [[0, 1.05], [0.473286795139986]],
    },
    {
      why: 'Right answers look better, so all of α counts; after T ln 2 updates half of it has faded. The failed one’s score is ignored.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { clear: [0.6, 0.2] }, outcome: 1, extra: {} },
          { group: 0, length: 1, signals: { clear: [1] }, outcome: 0, extra: {} },
        ],
      },
      params: { alpha: 1, T: 100, steps: 69.3147180559945, thinkingSignal: 'clear' },
      expect: [[0, 1.2], [0]],
    },
    {
      why: 'Hard distrust with every score counted: in the first group wrong looks better, so nothing is paid for thinking; the second, of one mind, is paid in full.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: { clear: [0.25] }, outcome: 1, extra: {} },
          { group: 0, length: 1, signals: { clear: [0.75] }, outcome: 0, extra: {} },
          { group: 1, length: 1, signals: { clear: [0.5] }, outcome: 0, extra: {} },
        ],
      },
      params: { alpha: 2, steps: 0, distrust: 'hard', unanimous: 'paid', failures: 'counted', thinkingSignal: 'clear' },
      expect: [[1], [0], [1]],
    },
  ],
  price(columns, { alpha, T, steps, distrust, ...settings }, { buffer, iteration }) {
    const annealing = exp(-(steps ?? iteration) / T);
    const processCoefficient = Array.from({ length: columns.group.count }, (_, g) => {
      const found = sides(columns, settings, g);
      return found.unanimous ? 0 : trustOf(found, distrust) * alpha * annealing;
    });
    const reward = payOnLastStep(columns, buffer, (i) => columns.outcome[i] + processCoefficient[columns.group.id[i]] * thinkingOf(columns, settings, i));
    return { reward, processCoefficient, annealing };
  },
  explain(columns, { alpha, distrust, ...settings }, { reward, annealing }, i, t) {
    const found = sides(columns, settings, columns.group.id[i]);
    const thinking = thinkingOf(columns, settings, i);
    const outcome = columns.outcome[i];
    const value = reward[i * columns.maxLen + t];
    return explainedOnLastStep(
      columns, i, t,
      () => {
        if (found.unanimous) return [rewardLine('R', printed(outcome), value)];
        const trust = trustOf(found, distrust);
        const coefficient = trust * alpha * annealing!;
        const both = distrust === 'soft' && found.correct.length > 0 && found.wrong.length > 0;
        return [
          step('Trust', 'γ', both ? 'min(1, e^{μ_c − μ_w})' : printed(trust), both ? `min(1, exp(mean(${list(found.correct)}) − mean(${list(found.wrong)})))` : printed(trust), trust),
          step('Coefficient', 'c', 'γ × α × e^{−n/T}', `${printed(trust)} × ${printed(alpha)} × ${printed(annealing!)}`, coefficient),
          rewardLine('R + c × ϑ', `${printed(outcome)} + ${printed(coefficient)} × ${operand(thinking)}`, value),
        ];
      },
      found.unanimous ? 'The group is all right or all wrong, so the thinking score is left out.' : undefined,
    );
  },
});
