import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { estimateInput, runEstimator } from '../../src/core/batch/estimator-case';
import { readNeed } from '../../src/core/contracts/columns';
import { defineEstimator, type EstimatorLaw, type EstimatorPlugin } from '../../src/core/contracts/estimator';
import { explanation, fill, line } from '../../src/core/contracts/explanation-lines';
import { completeParameters } from '../../src/core/contracts/parameters';
import { broadcast, groupScores, trajectoryTotals } from '../../src/core/math/group-statistics';
import { firstDifference } from '../golden/compare';
import { advantagesOf, difference, LAW_CHECKS, mutatedInputs, paramsOf, poisonedBuffers } from '../support/estimator-laws';
import { explanationFaults } from '../support/evaluate-explanation';
import { randomTrajectories } from '../support/random-trajectories';

const plugins = allPlugins();
const estimators = plugins.list('estimator');
const byId = estimators.map((plugin) => [plugin.id, plugin] as const);
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Default parameters, then those of every flavour. */
const settingsOf = (plugin: EstimatorPlugin) => [paramsOf(plugin), ...Object.values(plugin.flavours).map(({ params }) => paramsOf(plugin, params))];

test('there are estimators', () => expect(estimators.length).toBeGreaterThan(20));

describe.each(byId)('%s', (id, plugin) => {
  test('says what it is, where it comes from, when to use it and what breaks it', () => {
    const { title, summary, formula, cite, useWhen = '', breaksWhen = '' } = plugin;
    expect(title).not.toBe('');
    expect(formula).not.toBe('');
    expect(cite.length).toBeGreaterThan(0);
    for (const prose of [summary, useWhen, breaksWhen, ...Object.values(plugin.params).map(({ help }) => help)]) expect(prose).toMatch(/^\S.*\.$/s);
  });

  test('its parameters survive JSON, and its defaults and flavours lie within their limits', () => {
    const defaults = completeParameters(plugin.params, {}).values;
    expect(completeParameters(plugin.params, JSON.parse(JSON.stringify(defaults)))).toEqual({ values: defaults, problems: [] });
    for (const { params } of Object.values(plugin.flavours)) expect(completeParameters(plugin.params, params).problems).toEqual([]);
  });

  test('its worked examples come out', () => {
    expect(plugin.examples.length).toBeGreaterThan(0);
    for (const { why, params, input, expect: expected } of plugin.examples) {
      expect(firstDifference(runEstimator(plugin, params, input).advantages, expected), why).toBeNull();
    }
  });

  test('it neither reads stale scratch memory nor writes to padding or to its input', () => {
    for (const params of settingsOf(plugin)) {
      for (const seed of seeds) {
        expect(poisonedBuffers(plugin, params, seed), `seed ${seed}`).toBeNull();
        expect(mutatedInputs(plugin, params, seed), `seed ${seed}`).toBeNull();
      }
    }
  });

  test.each(plugin.laws.map((law) => [law]))('law: %s', (law) => {
    for (const params of settingsOf(plugin)) {
      for (const seed of seeds) expect(LAW_CHECKS[law](plugin, params, seed), `seed ${seed}`).toBeNull();
    }
  });

  test.each(plugin.reducesTo.map((reduction) => [reduction.equals, reduction] as const))('reduces to %s', (equals, { at, with: other = {} }) => {
    const target = plugins.get('estimator', equals);
    const own = paramsOf(plugin, at);
    const shared = Object.fromEntries(Object.entries(own).filter(([key]) => Object.hasOwn(target.params, key)));
    const both = { id, needs: { ...plugin.needs, ...target.needs } };
    for (const seed of seeds) {
      const input = randomTrajectories(both, seed, { degenerate: seed % 2 === 1 });
      expect(difference(advantagesOf(plugin, own, input), advantagesOf(target, paramsOf(target, { ...shared, ...other }), input)), `seed ${seed}`).toBeNull();
    }
  });

  test('other published readings that its page names are estimators, and give other numbers', () => {
    for (const { id: other, why } of plugin.alsoPublished ?? []) {
      expect(why).toMatch(/^\S.*\.$/);
      const target = plugins.get('estimator', other);
      const both = { id, needs: { ...plugin.needs, ...target.needs } };
      const differs = seeds.some((seed) => {
        const input = randomTrajectories(both, seed, { degenerate: seed % 2 === 1 });
        return difference(advantagesOf(plugin, paramsOf(plugin), input), advantagesOf(target, paramsOf(target), input), 1e-3) !== null;
      });
      expect(differs, other).toBe(true);
    }
  });

  test('every step explains itself: the printed arithmetic gives the number', () => {
    for (const params of settingsOf(plugin)) {
      for (const seed of seeds) expect(explanationProblems(plugin, params, seed), `seed ${seed}`).toEqual([]);
    }
    for (const { params, input } of plugin.examples) expect(problemsOn(plugin, params, input)).toEqual([]);
  });

  test('its advantages decompose as it says', () => {
    if (plugin.decomposition?.kind === 'linear') {
      for (const seed of seeds) expect(LAW_CHECKS.linear(plugin, paramsOf(plugin), seed)).toBeNull();
    }
    if (plugin.decomposition?.kind === 'scaled') {
      const { unscaled, divisor } = plugin.decomposition;
      const plain = paramsOf(plugin, unscaled);
      for (const seed of seeds) {
        expect(LAW_CHECKS.linear(plugin, plain, seed)).toBeNull();
        const input = randomTrajectories(plugin, seed);
        const { columns, params } = estimateInput(plugin, {}, input);
        const divided = divisor(columns as never, params as never);
        const expected = advantagesOf(plugin, plain, input).map((steps, i) => steps.map((x) => x / divided[i]));
        expect(difference(advantagesOf(plugin, params, input), expected)).toBeNull();
      }
    }
  });

  test('whatever it needs can be read from logged trajectories', () => {
    const { columns } = estimateInput(plugin, {}, randomTrajectories(plugin, 1));
    for (const [name, need] of Object.entries(plugin.needs)) {
      if (!readNeed(need).optional) expect((columns as Record<string, unknown>)[name], name).toBeDefined();
    }
  });
});

function explanationProblems(plugin: EstimatorPlugin, params: Readonly<Record<string, unknown>>, seed: number): string[] {
  return problemsOn(plugin, params, randomTrajectories(plugin, seed, { degenerate: seed % 3 === 0 }));
}

/** Whatever is wrong with the explanation of any step. */
function problemsOn(plugin: EstimatorPlugin, stored: Readonly<Record<string, unknown>>, input: unknown): string[] {
  const { batch, columns, params, result } = estimateInput(plugin, stored, input);
  const problems: string[] = [];
  for (let i = 0; i < batch.nTraj; i++) {
    for (let t = 0; t < batch.length[i]; t++) {
      const explained = plugin.explain(columns as never, params as never, result as never, i, t);
      const shown = result.advantage[i * batch.maxLen + t];
      const where = `${plugin.id}, trajectory ${i}, step ${t}: `;
      problems.push(...explanationFaults(explained).map((fault) => where + fault));
      if (!(Math.abs(explained.value - shown) <= 1e-9 * (1 + Math.abs(shown)))) problems.push(`${where}explains ${explained.value}, but ${shown} is shown.`);
      const { members } = explained;
      if (members && !(members.values.length > 0 && members.values.every(({ value }) => Number.isFinite(value)))) problems.push(`${where}has no members to show.`);
    }
  }
  return problems;
}

/** GRPO with one fault planted in it. */
function broken(fault: (score: Float64Array, columns: { reward: Float64Array; maxLen: number; length: Int32Array; nTraj: number }) => Float64Array): EstimatorPlugin {
  return defineEstimator({
    id: 'broken',
    title: 'Broken',
    summary: 'A planted fault.',
    formula: '0',
    family: 'group',
    provenance: 'own',
    cite: [],
    params: {},
    needs: { reward: 'step', group: 'group' },
    examples: [],
    estimate(columns, _params, { buffer }) {
      const rule = { normByStd: true, ddof: 1, epsilon: 1e-12, singleton: 'zero' } as const;
      const score = groupScores(trajectoryTotals(columns.reward, columns, buffer), columns.group, rule, buffer);
      return { advantage: fault(broadcast(score, columns, buffer), columns) };
    },
    explain: () => explanation([line('', 'Â', '0', '0', 0)]),
  }) as unknown as EstimatorPlugin;
}

const PLANTED: Readonly<Record<EstimatorLaw, EstimatorPlugin>> = {
  'padding-invariant': broken((x, { maxLen }) => x.map((a) => a / maxLen)),
  'order-equivariant': broken((x) => x.map((a, k) => a + k)),
  'zero-on-equal-rewards': broken((x, { reward }) => x.map((a, k) => a + 1 + reward[k])),
  'finite-when-degenerate': broken((x, { length, maxLen }) => x.map((a, k) => (length[Math.floor(k / maxLen)] === 1 ? a / 0 : a))),
  'scale-equivariant': broken((x) => x),
  'scale-invariant': broken((x, { reward }) => x.map((a, k) => a + reward[k])),
  'shift-invariant': broken((x, { reward }) => x.map((a, k) => a + reward[k])),
  'sums-to-zero': broken((x) => x.map((a) => a + 0.01)),
  linear: broken((x) => x),
};

type Given = { nTraj: number; maxLen: number; length: Int32Array; group?: { start: Int32Array; id: Int32Array }; reward?: Float64Array; outcome?: Float64Array };

/** What a fault adds to, or makes of, the number of each step: small and plausible, and against the law. */
const FAULTS: Readonly<Record<EstimatorLaw, (a: number, columns: Given, i: number, t: number) => number>> = {
  'padding-invariant': (a, { maxLen }) => a + 0.01 * maxLen,
  'order-equivariant': (a, _, i) => a + 0.01 * i,
  'zero-on-equal-rewards': (a) => a + 0.01,
  'finite-when-degenerate': (a, { group }, i) => (group && group.start[group.id[i] + 1] - group.start[group.id[i]] === 1 ? a / 0 : a),
  'scale-equivariant': (a) => a + 0.01,
  'scale-invariant': (a, columns, i, t) => a + 0.01 * paidAt(columns, i, t),
  'shift-invariant': (a, columns, i, t) => a + 0.01 * paidAt(columns, i, t),
  'sums-to-zero': (a) => a + 0.01,
  linear: (a) => a + 0.01,
};

/** What the trajectory is paid in all, where the estimator reads it. */
function paidAt({ reward, outcome, maxLen, length }: Given, i: number, t: number): number {
  if (outcome) return outcome[i];
  return reward ? reward.subarray(i * maxLen + t, i * maxLen + length[i]).reduce((a, b) => a + b, 0) : 0;
}

/** An estimator whose every number has the law's fault in it. */
function withFault(plugin: EstimatorPlugin, law: EstimatorLaw): EstimatorPlugin {
  return {
    ...plugin,
    needs: { ...plugin.needs, ...(law === 'finite-when-degenerate' && { group: 'group' }), ...((law === 'scale-invariant' || law === 'shift-invariant') && { reward: 'step' }) },
    estimate(columns, params, context) {
      const result = plugin.estimate(columns, params, context);
      const given = columns as unknown as Given;
      const advantage = result.advantage.map((a, k) => {
        const [i, t] = [Math.floor(k / given.maxLen), k % given.maxLen];
        return t < given.length[i] ? FAULTS[law](a, given, i, t) : a;
      });
      return { ...result, advantage };
    },
  };
}

describe('every law of every estimator is seen to fail on a fault planted in that estimator', () => {
  test.each(byId)('%s', (_id, plugin) => {
    for (const law of plugin.laws) {
      const faulty = withFault(plugin, law);
      expect(seeds.some((seed) => LAW_CHECKS[law](faulty, paramsOf(plugin), seed) !== null), law).toBe(true);
    }
  });

  test.each(byId.filter(([, { reducesTo }]) => reducesTo.length > 0))('%s: so is its reduction', (id, plugin) => {
    for (const { at, equals, with: other = {} } of plugin.reducesTo) {
      const target = plugins.get('estimator', equals);
      const own = paramsOf(plugin, at);
      const shared = Object.fromEntries(Object.entries(own).filter(([key]) => Object.hasOwn(target.params, key)));
      const both = { id, needs: { ...plugin.needs, ...target.needs } };
      const faulty = withFault(plugin, 'sums-to-zero');
      const found = seeds.some((seed) => {
        const input = randomTrajectories(both, seed);
        return difference(advantagesOf(faulty, own, input), advantagesOf(target, paramsOf(target, { ...shared, ...other }), input)) !== null;
      });
      expect(found, equals).toBe(true);
    }
  });
});

describe('a planted fault breaks its law', () => {
  test.each(Object.entries(PLANTED) as [EstimatorLaw, EstimatorPlugin][])('%s', (law, plugin) => {
    expect(seeds.map((seed) => LAW_CHECKS[law](plugin, {}, seed)).filter((problem) => problem !== null)).not.toEqual([]);
  });

  test('scratch memory read before it is written, padding, and input that is written to', () => {
    const stale = { ...broken((x) => x), estimate: (columns: { nTraj: number; maxLen: number }, _p: unknown, { buffer }: { buffer: (n: number) => Float64Array }) => ({ advantage: buffer(columns.nTraj * columns.maxLen) }) };
    expect(poisonedBuffers(stale as unknown as EstimatorPlugin, {}, 1)).not.toBeNull();
    expect(seeds.map((seed) => poisonedBuffers(broken((x) => x.map((a) => a + 1)), {}, seed)).find((problem) => problem !== null)).toContain('padding');
    expect(mutatedInputs(broken((x, { reward }) => (reward.fill(1), x)), {}, 1)).toBe('a column was changed');
  });

  test('an explanation with a wrong term', () => {
    const honest = explanation([line('Advantage', 'Â', '(R − μ) / σ', fill`(${1.2} − ${0.8}) / ${0.5}`, 0.8)]);
    expect(explanationFaults(honest)).toEqual([]);
    expect(explanationFaults(explanation([line('Advantage', 'Â', '(R − μ) / σ', fill`(${1.2} − ${0.81}) / ${0.5}`, 0.8)]))).not.toEqual([]);
    expect(explanationFaults(explanation([line('Advantage', 'Â', 'R − μ', fill`${1.2} + ${0.8}`, 0.4)]))).not.toEqual([]);
  });

  test.each(byId)('%s: a wrong number in the last line of its explanation is caught', (_id, plugin) => {
    const example = plugin.examples[0];
    const { batch, columns, params, result } = estimateInput(plugin, example.params, example.input);
    let caught = 0;
    let informative = 0;
    for (let i = 0; i < batch.nTraj; i++) {
      for (let t = 0; t < batch.length[i]; t++) {
        const explained = plugin.explain(columns as never, params as never, result as never, i, t);
        const last = explained.lines[explained.lines.length - 1];
        if (Math.abs(last.value) < 1e-6) continue;
        informative += 1;
        const wrong = { ...last, value: last.value * 1.05 };
        if (explanationFaults({ value: wrong.value, lines: [wrong] }).length > 0) caught += 1;
      }
    }
    expect(informative).toBeGreaterThan(0);
    expect(caught).toBe(informative);
  });
});
