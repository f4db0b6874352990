import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import type { ClosedForm, Play } from '../../src/core/contracts/closed-form';
import type { Shape } from '../../src/core/contracts/columns';
import { completeParameters, type Parameter } from '../../src/core/contracts/parameters';
import type { ScenarioPlugin, Table, TableScenario } from '../../src/core/contracts/scenario';
import { directionCosine } from '../../src/core/diagnostics/update-direction';
import { normalDraws } from '../../src/core/math/normal';
import { expectedMetrics, occupancy } from '../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';

const all = allPlugins().list('scenario');
const scenarios = all.filter((scenario) => scenario.world === 'table');
const continuous = all.filter((scenario) => scenario.world === 'closed-form');

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
  expect(continuous.map(({ id }) => id)).toEqual(['denoiser', 'gui-click']);
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
          for (const place of [picture.waiting, picture.wanted]) if (place) expect(place.every((mark) => mark < picture.marks.length)).toBe(true);
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
        } else if (picture.kind === 'hill') {
          expect(picture.pushes.length).toBe(table.A);
          expect(picture.positionOf.length).toBe(table.S);
          expect(picture.positionOf.every((x) => x >= picture.left && x <= picture.right)).toBe(true);
          expect(picture.height.every((y) => y >= 0 && y <= 1)).toBe(true);
        } else if (picture.kind === 'cards') {
          expect(picture.actions.length).toBe(table.A);
          for (const of of [picture.points, picture.dealer, picture.kindOf]) expect(of.length).toBe(table.S);
          expect(picture.points.every((n, s) => (table.absorbing[s] ? n === 0 : n > 0 && n <= picture.limit))).toBe(true);
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

/** A policy near the start, different for every seed. */
const near = ({ start }: ClosedForm, seed: number) => start.map((x, k) => x + 0.3 * Math.sin(1.7 * k + seed));
/** Central differences of a function of a policy, by entry. */
const differences = (policy: Float64Array, of: (policy: Float64Array) => number, h = 1e-5) =>
  policy.map((_, k) => {
    const at = (sign: number) => of(policy.map((x, j) => (j === k ? x + sign * h : x)));
    return (at(1) - at(-1)) / (2 * h);
  });
const sizes = ({ nTraj, steps }: Play): Partial<Record<Shape, number>> => ({ trajectory: nTraj, step: nTraj * steps, state: nTraj * (steps + 1), json: nTraj });
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe.each(continuous.map((scenario) => [scenario.id, scenario] as const))('%s', (_, scenario) => {
  const plain = scenario.closedForm(defaults(scenario), 0.3);
  const play = (world: ClosedForm, policy: Float64Array, nTraj: number, seed: number) => world.play(policy, normalDraws({ seed, learner: 0, iteration: 0 }, nTraj, world.draws));

  it('declares every signal, fact and metric that it has, and no other, in the shapes it says', () => {
    const played = play(plain, plain.start, 6, 1);
    expect(Object.keys(played.facts).sort()).toEqual([...Object.keys(scenario.signals), ...Object.keys(scenario.facts)].sort());
    for (const [name, { shape, data }] of Object.entries(played.facts)) {
      expect(shape === 'step', name).toBe(Object.hasOwn(scenario.signals, name));
      expect((data as ArrayLike<unknown>).length, name).toBe(sizes(played)[shape]);
    }
    expect(Object.keys(plain.metrics(plain.start))).toEqual(Object.keys(scenario.metrics));
    expect(Object.keys(scenario.metrics)).toContain(scenario.truth);
    expect(plain.entries.length).toBe(plain.start.length);
  });

  it('plays whatever a link holds, finite and the same to the bit when played again', () => {
    fc.assert(
      fc.property(settings(scenario), draw, fc.nat(1e6), (params, u, seed) => {
        const world = scenario.closedForm(params, u);
        const policy = near(world, seed);
        world.keepWithin(policy);
        const [one, again] = [play(world, policy, 40, seed), play(scenario.closedForm(params, u), policy, 40, seed)];
        expect(again).toEqual(one);
        for (const column of [one.point, one.completion, one.outcome, one.logProbability, one.advantage, one.value]) expect(column.every(Number.isFinite)).toBe(true);
        expect(one.point.length).toBe(40 * (world.steps + 1) * 2);
      }),
      { numRuns: 15, seed: 4 },
    );
  });

  it('has the exact J of its plays within 4 standard errors, and its exact gradient by differences of J', () => {
    fc.assert(
      fc.property(settings(scenario), draw, fc.nat(1e6), (params, u, seed) => {
        const world = scenario.closedForm(params, u);
        const policy = near(world, seed);
        const J = (at: Float64Array) => world.metrics(at)[scenario.truth];
        const n = 20_000;
        const { outcome } = play(world, policy, n, seed);
        const mean = outcome.reduce((a, b) => a + b, 0) / n;
        const spread = outcome.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
        expect(Math.abs(mean - J(policy))).toBeLessThan(4 * Math.sqrt(spread / n) + 5 / n);
        expect(J(policy)).toBeLessThanOrEqual(world.best + 1e-12);
        const gradient = new Float64Array(policy.length);
        world.gradient(policy, gradient);
        const measured = differences(policy, J);
        const largest = Math.max(1e-6, ...measured.map(Math.abs));
        measured.forEach((x, k) => expect(Math.abs(gradient[k] - x) / largest, world.entries[k]).toBeLessThan(1e-5));
      }),
      { numRuns: 6, seed: 5 },
    );
  });

  it('pushes along the advantages times the gradient of its own log-density, by differences of it', () => {
    const policy = near(plain, 2);
    const played = play(plain, policy, 5, 3);
    expect(Math.max(...plain.logProbability(policy, played).map((x, k) => Math.abs(x - played.logProbability[k])))).toBeLessThan(1e-9);
    const advantage = played.logProbability.map((_, k) => Math.sin(3 * k));
    const direction = new Float64Array(policy.length);
    plain.direction(policy, played, advantage, direction);
    const surrogate = (at: Float64Array) => plain.logProbability(at, played).reduce((sum, x, k) => sum + x * advantage[k], 0) / played.nTraj;
    differences(policy, surrogate).forEach((x, k) => expect(direction[k], plain.entries[k]).toBeCloseTo(x, 5));
  });

  it('has advantages that average to zero at every step, and whose push averages to the exact gradient', () => {
    const policy = near(plain, 4);
    const n = 40_000;
    const { steps } = plain;
    const played = play(plain, policy, n, 7);
    for (let t = 0; t < steps; t++) {
      const of = Float64Array.from({ length: n }, (_, i) => played.advantage[i * steps + t]);
      const mean = of.reduce((a, b) => a + b, 0) / n;
      expect(Math.abs(mean), `step ${t}`).toBeLessThan(4.5 * Math.sqrt(of.reduce((sum, x) => sum + x * x, 0) / n / n));
    }
    const [push, exact] = [new Float64Array(policy.length), new Float64Array(policy.length)];
    plain.direction(policy, played, played.advantage, push);
    plain.gradient(policy, exact);
    expect(directionCosine(push, exact)).toBeGreaterThan(0.99);
    expect(Math.hypot(...push) / Math.hypot(...exact)).toBeCloseTo(1, 1);
  });

  it('starts within its limits, where KL is zero and grows, and has a picture and words for every step', () => {
    const kept = plain.start.slice();
    plain.keepWithin(kept);
    expect(kept).toEqual(plain.start);
    expect(plain.divergence(plain.start)).toBeCloseTo(0, 12);
    expect(plain.divergence(near(plain, 1))).toBeGreaterThan(0);
    // Entropy and KL against averages over plays.
    const policy = near(plain, 1);
    const played = play(plain, policy, 20_000, 8);
    const average = (of: Float64Array) => of.reduce((a, b) => a + b, 0) / of.length;
    expect(-average(played.logProbability)).toBeCloseTo(plain.entropy(policy), 1);
    const ratio = plain.logProbability(plain.start, played).map((x, k) => played.logProbability[k] - x);
    expect(Math.abs(average(ratio) - plain.divergence(policy))).toBeLessThan(0.05 * plain.divergence(policy) + 0.01);
    expect(['screen', 'plane']).toContain(plain.picture(policy).kind);
    for (let t = 0; t < plain.steps; t++) expect(plain.describeStep(played, 0, t)).toMatch(/^[A-Z].*\.$/);
  });
});
