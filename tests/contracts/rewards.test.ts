import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { MissingColumnError } from '../../src/core/batch/columns-for';
import { logParameters, priceInput, runRewardCase } from '../../src/core/batch/reward-case';
import type { Parameter } from '../../src/core/contracts/parameters';
import { ContentError } from '../../src/core/contracts/json-column';
import { defineReward, type RewardLaw, type RewardPlugin } from '../../src/core/contracts/reward';
import { rewardLine } from '../../src/core/contracts/explain-reward';
import { explanationFaults } from '../support/evaluate-explanation';
import { goldenDifference } from '../support/golden-difference';
import { lawFault } from '../support/reward-laws';
import { knownInputs, varied } from '../support/reward-cases';

const SEEDS = [1, 2, 3];
const plugins = allPlugins().list('reward');

const poison = (size: number) => new Float64Array(size).fill(NaN);

/** Explains every step of every trajectory; the first fault, with its place. */
function explanationFault(plugin: RewardPlugin, params: Readonly<Record<string, unknown>>, input: unknown): string | null {
  const priced = priceInput(plugin, params, input);
  const { nTraj, maxLen, length } = priced.batch;
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0; t < length[i]; t++) {
      const explanation = plugin.explain(priced.columns as never, priced.params as never, priced.result as never, i, t);
      const paid = priced.result.reward[i * maxLen + t];
      const faults = explanationFaults(explanation);
      if (Math.abs(explanation.value - paid) > 1e-9 + 1e-9 * Math.abs(paid)) faults.push(`It explains ${explanation.value}, and ${paid} is paid.`);
      if (faults.length > 0) return `trajectory ${i}, step ${t}: ${faults.join(' ')}`;
    }
  }
  return null;
}

/** Other values of a parameter that a reader could choose. */
function otherValues(parameter: Parameter, value: unknown): unknown[] {
  switch (parameter.kind) {
    case 'number':
      return typeof value === 'number' ? [value * 1.5 + 0.3, value - 0.7] : [0.5, 0];
    case 'integer':
      return [(value as number) + 1, Math.max(parameter.min, (value as number) - 1), parameter.min];
    case 'boolean':
      return [!value];
    case 'choice':
      return parameter.options.map((option) => option.value).filter((option) => option !== value);
    case 'weights':
      return [Object.fromEntries(Object.entries(value as Record<string, number>).map(([name, weight]) => [name, weight * 2 + 1]))];
    case 'numbers':
      return Array.isArray(value) ? [value.map((x: number) => x * 2 + 1), value.map((x: number) => -x)] : [];
    default:
      return [];
  }
}

/** The answer, and the rewards of the same batch a second time with the state that the first one left; what cannot be read is an answer too. */
function twoBatches(plugin: RewardPlugin, params: Readonly<Record<string, unknown>>, input: unknown): unknown {
  try {
    const { state } = priceInput(plugin, params, input).result;
    return { first: runRewardCase(plugin, params, input), again: [...priceInput(plugin, params, input, { state, iteration: 3 }).result.reward] };
  } catch (error) {
    if (error instanceof MissingColumnError || error instanceof ContentError) return error.message;
    throw error;
  }
}

/** Names and structures have no neighbouring values to try. */
const hasNoNeighbours = (parameter: Parameter) => parameter.informative === true || ['signal', 'state-table', 'text', 'json'].includes(parameter.kind);

describe.each(plugins.map((plugin) => [plugin.id, plugin] as const))('%s', (_, plugin) => {
  test('says what it is', () => {
    expect(plugin.title.length).toBeGreaterThan(2);
    expect(plugin.summary).toMatch(/[.]$/);
    expect(plugin.formula.length).toBeGreaterThan(2);
    expect(plugin.useWhen ?? '').toMatch(/\w.*[.]$/);
    expect(plugin.breaksWhen ?? '').toMatch(/\w.*[.]$/);
    expect(plugin.examples.length).toBeGreaterThan(0);
    if (!['own', 'textbook'].includes(plugin.provenance)) expect(plugin.cite.length).toBeGreaterThan(0);
    for (const [key, parameter] of Object.entries(plugin.params)) expect(parameter.help, key).toMatch(/\w.*[.]$/);
  });

  test.each(plugin.examples.map((example) => [example.why, example] as const))('example: %s', (__, { input, params, expect: expected }) => {
    expect(goldenDifference(runRewardCase(plugin, params, input).rewards, expected, 'rewards')).toBeNull();
  });

  test.each([...plugin.laws])('law: %s', (law) => {
    expect(lawFault(law, plugin, SEEDS)).toBeNull();
  });

  test('writes every cell, reads only what it is given and changes none of it', () => {
    for (const { params, input } of knownInputs(plugin)) {
      for (const seed of SEEDS) {
        const trajectories = varied(input, seed);
        const before = structuredClone(trajectories);
        const clean = priceInput(plugin, params, trajectories);
        const columns = JSON.stringify(clean.columns);
        const poisoned = priceInput(plugin, params, trajectories, { buffer: poison });
        expect(poisoned.result.reward).toEqual(clean.result.reward);
        for (let i = 0; i < clean.batch.nTraj; i++) {
          const padding = poisoned.result.reward.subarray(i * clean.batch.maxLen + clean.batch.length[i], (i + 1) * clean.batch.maxLen);
          expect(padding.every((x) => x === 0)).toBe(true);
        }
        const state = structuredClone(clean.result.state);
        const again = plugin.price(clean.columns as never, clean.params as never, { buffer: poison, state: clean.result.state, iteration: 1, detail: true });
        expect(again.reward.every((x) => Number.isFinite(x))).toBe(true);
        expect(clean.result.state).toEqual(state);
        expect(JSON.stringify(clean.columns)).toBe(columns);
        expect(trajectories).toEqual(before);
      }
    }
  });

  test('explains every step by arithmetic that holds at the printed precision', () => {
    for (const { params, input } of knownInputs(plugin)) {
      expect(explanationFault(plugin, params, input)).toBeNull();
      expect(explanationFault(plugin, params, varied(input, 5))).toBeNull();
    }
  });

  test('every parameter matters in some known case', () => {
    const idle = Object.entries(plugin.params).filter(([key, parameter]) => {
      if (hasNoNeighbours(parameter)) return false;
      const tried = knownInputs(plugin).flatMap(({ params, input }) => [{ params, input }, { params: {}, input }]);
      return !tried.some(({ params, input }) => {
        const given = twoBatches(plugin, params, input);
        const value = logParameters(plugin, params)[key];
        return otherValues(parameter, value).some((other) => goldenDifference(twoBatches(plugin, { ...params, [key]: other }, input), given) !== null);
      });
    });
    expect(idle.map(([key]) => key)).toEqual([]);
  });
});

describe('a planted fault is seen', () => {
  const prose = { title: 'Broken', summary: 'Broken.', formula: 'r', provenance: 'own', cite: [], category: 'dense' } as const;
  const trajectories = [
    { group: 0, length: 3, signals: { prm: [0.5, 2, 0.25] }, outcome: 1, extra: { terminated: true }, states: [0, 1, 2, 1] },
    { group: 0, length: 1, signals: { prm: [0.75] }, outcome: 0, extra: { terminated: true }, states: [2, 0] },
  ];
  const broken = (pay: (i: number, t: number, k: number, world: { nTraj: number; maxLen: number; length: Int32Array }) => number, padding = 0) =>
    defineReward({
      ...prose,
      id: 'broken',
      markov: true,
      params: {
        potential: { kind: 'state-table', default: [0, 1, 2], help: 'Φ.' },
        gamma: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.1, help: 'γ.' },
        coef: { kind: 'number', default: 1, min: 0, max: 1, step: 0.1, help: 'c.' },
      },
      needs: {},
      examples: [{ why: 'plain', input: { trajectories }, params: {}, expect: [[0, 0, 0], [0]] }],
      price(columns, _params, { buffer }) {
        const reward = buffer(columns.nTraj * columns.maxLen).fill(padding);
        for (let i = 0; i < columns.nTraj; i++) {
          for (let t = 0; t < columns.length[i]; t++) reward[i * columns.maxLen + t] = pay(i, t, i * columns.maxLen + t, columns);
        }
        return { reward };
      },
      explain: (_columns, _params, { reward }, i, t) => ({ value: reward[i * 3 + t], lines: [rewardLine('1 + 1', '1 + 1', 2)] }),
    }) as unknown as RewardPlugin;

  const faulty: Record<RewardLaw, RewardPlugin> = {
    markov: broken((_i, t) => t),
    telescopes: broken(() => 1),
    'padding-invariant': broken((_i, _t, _k, { maxLen }) => maxLen),
    'order-equivariant': broken((i) => i),
    'finite-when-degenerate': broken((_i, _t, _k, { nTraj }) => 1 / (nTraj - 1)),
    'zero-when-gate-shut': broken(() => 0.1),
    'sum-preserving': broken((_i, t) => (t === 0 ? 0.99 : 0)),
    'non-positive': broken(() => 0.1),
    'bounded-by-one': broken(() => 1.1),
    'terminal-only': broken((_i, t) => (t === 0 ? 1 : 0)),
  };

  test.each(Object.keys(faulty) as RewardLaw[])('law: %s', (law) => {
    expect(lawFault(law, faulty[law], SEEDS)).toEqual(expect.any(String));
  });

  test('a wrong term in an explanation', () => {
    const plugin = broken(() => 3);
    expect(explanationFault(plugin, {}, { trajectories })).toMatch(/explains|last line/);
    expect(explanationFaults({ value: 2.01, lines: [rewardLine('1 + 1', '1 + 1.004', 2.01)] })).toHaveLength(1);
    expect(explanationFaults({ value: 2.004, lines: [rewardLine('1 + 1', '1 + 1.004', 2.004)] })).toEqual([]);
  });
});
