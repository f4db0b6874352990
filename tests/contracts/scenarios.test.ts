import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { completeParameters, type Parameter } from '../../src/core/contracts/parameters';
import type { ScenarioPlugin, Table, TableScenario } from '../../src/core/contracts/scenario';
import { expectedMetrics, occupancy } from '../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';

const scenarios = allPlugins().list('scenario').filter((scenario) => scenario.world === 'table');

/** Parameter values a link could carry: within the limits, at them, beyond them, or of the wrong kind. */
function hostile(parameter: Parameter): fc.Arbitrary<unknown> {
  const nonsense = fc.constantFrom<unknown>(null, NaN, Infinity, 'x', [], {}, true, -1e9, 1e9, 0.5);
  if (parameter.kind === 'number') return fc.oneof(fc.double({ min: parameter.min, max: parameter.max, noNaN: true }), nonsense);
  if (parameter.kind === 'integer') return fc.oneof(fc.integer({ min: parameter.min, max: parameter.max }), nonsense);
  if (parameter.kind === 'choice') return fc.oneof(fc.constantFrom(...parameter.options.map((option) => option.value)), nonsense);
  if (parameter.kind === 'boolean') return fc.oneof(fc.boolean(), nonsense);
  return nonsense;
}

const settings = (scenario: ScenarioPlugin) =>
  fc
    .record(Object.fromEntries(Object.entries(scenario.params).map(([key, parameter]) => [key, hostile(parameter)])), { requiredKeys: [] })
    .map((stored) => completeParameters(scenario.params, stored).values as never);

const defaults = (scenario: ScenarioPlugin) => completeParameters(scenario.params, {}).values as never;
const initialLogits = (scenario: TableScenario, { S, A }: Table, params: never) =>
  scenario.initialLogits?.(params) ?? new Float64Array(S * A);

/** Exact E[(Σ_t column)²] of an episode, by backward induction on E[X] and E[X²] of what is still to come. */
function secondMoment(table: Table, probability: Float64Array, column: Float64Array): number {
  const { S, A, rowStart, rowNext, rowDone, rowProbability, absorbing } = table;
  let [first, second] = [new Float64Array(S), new Float64Array(S)];
  for (let t = 0; t < table.horizon; t++) {
    const [mean, square] = [new Float64Array(S), new Float64Array(S)];
    for (let s = 0; s < S; s++) {
      if (absorbing[s]) continue;
      for (let sa = s * A; sa < (s + 1) * A; sa++) {
        for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) {
          const p = probability[sa] * rowProbability[r];
          const [x, y] = rowDone[r] ? [0, 0] : [first[rowNext[r]], second[rowNext[r]]];
          mean[s] += p * (column[r] + x);
          square[s] += p * (column[r] ** 2 + 2 * column[r] * x + y);
        }
      }
    }
    [first, second] = [mean, square];
  }
  return [...table.start.state].reduce((sum, s, k) => sum + table.start.probability[k] * second[s], 0);
}

it('there are scenarios to test', () => {
  expect(scenarios.map(({ id }) => id)).toEqual(expect.arrayContaining(['boat-race', 'key-door', 'math-steps', 'swe-agent']));
});

describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (_, scenario) => {
  it('compiles whatever a link holds, with probabilities that add up and thresholds that agree', () => {
    fc.assert(
      fc.property(settings(scenario), (params) => {
        const table = scenario.table(params);
        expect(table.A).toBe(scenario.actionNames.length);
        // States of a sequence model are prefixes; there are many, and only those that a batch visits are evaluated.
        expect(table.S).toBeLessThanOrEqual(table.prefix ? 65_536 : 4096);
        expect(table.features.data.length).toBe(table.S * table.features.width);
        // One expectation for all rows: a large table has tens of thousands.
        const wrong: string[] = [];
        for (let sa = 0; sa < table.S * table.A; sa++) {
          let sum = 0;
          let before = 0;
          for (let r = table.rowStart[sa]; r < table.rowStart[sa + 1]; r++) {
            sum += table.rowProbability[r];
            if (table.rowState[r] * table.A + table.rowAction[r] !== sa) wrong.push(`row ${r} names another state or action than ${sa}`);
            if (!(Math.abs((table.rowThreshold[r] - before) / 2 ** 32 - table.rowProbability[r]) < 2 ** -31)) wrong.push(`threshold of row ${r}`);
            before = table.rowThreshold[r];
          }
          if (!(Math.abs(sum - 1) < 1e-12)) wrong.push(`the probabilities of ${sa} add up to ${sum}`);
          if (before !== 2 ** 32 - 1) wrong.push(`the last threshold of ${sa} is ${before}`);
        }
        expect(wrong.slice(0, 5)).toEqual([]);
      }),
      { numRuns: 15, seed: 4 },
    );
  });

  it('declares every signal, metric and state table that it has, and no other', () => {
    const table = scenario.table(defaults(scenario));
    expect(Object.keys(table.signals)).toEqual(Object.keys(scenario.signals));
    expect(Object.keys(table.metrics)).toEqual(Object.keys(scenario.metrics));
    expect(Object.keys(table.stateTables).sort()).toEqual(Object.keys(scenario.stateTables).sort());
    expect(Object.keys(table.metrics)).toContain(table.truth);
    for (const signal of Object.values(table.signals)) expect(signal.some((x) => x !== 0)).toBe(true);
  });

  it('pays nothing in absorbing states, where every action stays and is done', () => {
    const table = scenario.table(defaults(scenario));
    const columns = [...Object.values(table.signals), ...Object.values(table.metrics)];
    const wrong: string[] = [];
    for (let r = 0; r < table.rows; r++) {
      const [from, to, done] = [table.rowState[r], table.rowNext[r], table.rowDone[r]];
      // What ends the task leads to an absorbing state, and only that does.
      if (!table.absorbing[from] && table.absorbing[to] !== done) wrong.push(`row ${r} ends at ${to}: ${done}`);
      if (table.absorbing[from] && (to !== from || done !== 1 || columns.some((column) => column[r] !== 0))) wrong.push(`row ${r} leaves or pays`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    for (const potential of Object.values(table.stateTables)) for (let s = 0; s < table.S; s++) if (table.absorbing[s]) expect(potential[s]).toBe(0);
  });

  it('keeps shares between 0 and 1 in every trajectory', () => {
    const table = scenario.table(defaults(scenario));
    const { threshold } = softmaxPolicy(initialLogits(scenario, table, defaults(scenario)), table.S, table.A);
    const { row, length, maxLen } = rollout(table, threshold, { nTraj: 2000, groupSize: 1, seed: 9, learner: 0, iteration: 0 });
    for (const [name, { unit }] of Object.entries(scenario.metrics)) {
      if (unit === 'number') continue;
      const total = Array.from(length, (steps, i) => {
        let sum = 0;
        for (let t = 0; t < steps; t++) sum += table.metrics[name][row[i * maxLen + t]];
        return sum;
      });
      expect(Math.min(...total), name).toBeGreaterThanOrEqual(0);
      expect(Math.max(...total), name).toBeLessThanOrEqual(unit === 'share' ? 1 : maxLen);
    }
  });

  it('has rollouts that repeat bit for bit and whose metrics agree with the exact ones within 4 standard errors', () => {
    fc.assert(
      fc.property(settings(scenario), fc.nat(1e6), (params, seed) => {
        const table = scenario.table(params);
        const logits = initialLogits(scenario, table, params).map((x, k) => x + Math.sin(1.7 * k + seed));
        const { probability, threshold } = softmaxPolicy(logits, table.S, table.A);
        const exact = expectedMetrics(table, probability, occupancy(table, probability).visits);
        const n = Math.min(20_000, 4 * Math.ceil(500_000 / table.horizon));
        // Groups of one: members of a group share their start, and would count as one.
        const options = { nTraj: n, groupSize: 1, seed, learner: 0, iteration: 0 };
        const { row, length, maxLen, terminated } = rollout(table, threshold, options);
        const again = rollout(table, threshold, options);
        expect(Buffer.from(again.row.buffer).equals(Buffer.from(row.buffer))).toBe(true);
        expect(again.terminated).toEqual(terminated);
        for (const [name, column] of Object.entries(table.metrics)) {
          let sum = 0;
          for (let i = 0; i < n; i++) for (let t = 0; t < length[i]; t++) sum += column[row[i * maxLen + t]];
          const spread = Math.max(0, secondMoment(table, probability, column) - exact[name] ** 2);
          expect(Math.abs(sum / n - exact[name]), name).toBeLessThan(4 * Math.sqrt(spread / n) + 5 / n);
        }
      }),
      { numRuns: 6, seed: 5 },
    );
  });

  it('has a picture and words for every state', () => {
    fc.assert(
      fc.property(settings(scenario), (params) => {
        const table = scenario.table(params);
        const picture = scenario.picture(params);
        const words = Array.from({ length: table.S }, (_, s) => scenario.describeState(s, params));
        expect(words.filter((text) => !/^\S.*\S$/.test(text))).toEqual([]);
        const within = (of: Int32Array, size: number) => {
          expect(of.length).toBe(table.S);
          expect(of.findIndex((place, s) => place < (table.absorbing[s] ? -1 : 0) || place >= size)).toBe(-1);
        };
        if (picture.kind === 'grid') {
          within(picture.cellOf, picture.columns * picture.rows);
          expect(picture.carries.length).toBe(table.S);
          expect(picture.wall.length).toBe(picture.columns * picture.rows);
          expect(picture.cellOf.filter((cell) => cell >= 0 && picture.wall[cell] !== 0)).toHaveLength(0);
          for (const { cell } of picture.marks) expect(picture.wall[cell]).toBe(0);
        } else if (picture.kind === 'track') {
          within(picture.nodeOf, picture.nodes.length);
          for (const { x, y } of picture.nodes) for (const z of [x, y]) expect(z >= 0 && z <= 1).toBe(true);
          // Every move that changes the place follows a link.
          const links = new Set(picture.links.map(({ from, to }) => `${from} ${to}`));
          for (let r = 0; r < table.rows; r++) {
            const [from, to] = [picture.nodeOf[table.rowState[r]], picture.nodeOf[table.rowNext[r]]];
            if (from !== to) expect(links.has(`${from} ${to}`), `${from} to ${to}`).toBe(true);
          }
        } else if (picture.kind === 'tokens') {
          expect(picture.tokens.length).toBe(table.A);
          within(picture.promptOf, picture.prompts.length);
          expect(picture.verdictOf.length).toBe(table.S * table.A);
          expect(picture.verdictOf.every((verdict) => verdict < picture.verdicts.length)).toBe(true);
        } else {
          expect(picture.actions.length).toBe(table.A);
          for (const gauge of picture.gauges) within(gauge.of, gauge.levels.length);
        }
      }),
      { numRuns: 15, seed: 6 },
    );
  });

  it('starts its policy with one finite logit for every state and action', () => {
    fc.assert(
      fc.property(settings(scenario), (params) => {
        const table = scenario.table(params);
        const logits = initialLogits(scenario, table, params);
        expect(logits.length).toBe(table.S * table.A);
        expect(logits.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 15, seed: 7 },
    );
  });

  if ('horizon' in scenario.params) {
    it('refuses a horizon of zero with a sentence', () => {
      expect(() => scenario.table({ ...(defaults(scenario) as object), horizon: 0 } as never)).toThrow('The horizon must be at least 1 step; it is 0.');
    });
  }
});
