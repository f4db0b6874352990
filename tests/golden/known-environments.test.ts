/**
 * Gymnasium's tables entry by entry, and everything exact that follows from them. The vectors were made by running its
 * `toy_text` classes and by solving the tables independently (12 significant digits); states that no episode acts in hold 0.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exactValues } from '../../src/cli/exact';
import type { Table } from '../../src/core/contracts/scenario';
import { evaluatePolicy, startValue } from '../../src/core/mdp/exact';
import { drive, driveOnce, nearestNode, type CarGrid } from '../../src/core/mdp/mountain-car';
import { expectedMetrics, occupancy } from '../../src/core/mdp/occupancy';
import { optimalPolicy, optimalStationary } from '../../src/core/mdp/optimal';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import cliffWalking from '../../src/core/scenarios/cliff-walking';
import frozenLake from '../../src/core/scenarios/frozen-lake';
import mountainCar from '../../src/core/scenarios/mountain-car';
import taxi from '../../src/core/scenarios/taxi';
import { settings } from '../core/scenarios/reference-policy';

interface GymTable {
  S: number;
  A: number;
  horizonUsed: number;
  probs: number[];
  rewards: number[];
  count: number[];
  p: number[];
  next: number[];
  r: number[];
  term: number[];
  start: [number[], number[]];
  acting: string;
}
interface Solved {
  J: number;
  Jfin1: number;
  JfinG: number;
  V: number[];
  Q: number[];
  Vfin1: number[];
  VfinG: number[];
  maxSuccess: number;
  greedyMask: number[];
  firstGreedyReturn: number;
  firstGreedySuccess: number;
  firstGreedyLen: number;
}
interface Evaluated {
  J: number;
  Jfin1: number;
  JfinG: number;
  success: number;
  truncated: number;
  meanLen: number;
  V: number[];
  Q: number[];
  A?: number[];
  Vfin1: number[];
  occ: number[];
  logits?: number[];
}
const golden = JSON.parse(readFileSync(new URL('./known-environments.json', import.meta.url), 'utf8')) as {
  tables: Record<string, GymTable>;
  optimal: Record<string, Solved>;
  uniform: Record<string, Evaluated>;
  softmax: Record<string, Evaluated[]>;
  pbrs: Record<string, Record<string, { Qshaped: number[]; JshapedStar: number }>>;
  mountaincar: {
    start: [number[], number[]];
    spots: number[][];
    Jstar: number;
    JstarFin1: number;
    maxSuccess: number;
    uniformJ: number;
    uniformFin1: number;
    uniformSuccess: number;
    trueEnv: { nearest: [number, number, number] };
    V: number[];
    Vuniform: number[];
    Vfin1: number[];
    softmax: { seed: number; J: number; Jfin1: number; success: number };
  };
  mountaincarTrace: { start: [number, number]; steps: [number, number, number, number][] };
};

interface Answer {
  optimal: { J: number; V: number[]; Q: number[] };
  policy: { J: number; V: number[]; Q: number[]; A: number[]; success: number; occupancy: number[] };
}
const answer = (table: Table, logits: ArrayLike<number>, options = {}) => exactValues(table, Float64Array.from(logits), options) as Answer;

/** The largest |actual − expected| / (1 + |expected|). */
function worst(actual: ArrayLike<number> | number, expected: readonly number[] | number): number {
  if (typeof expected === 'number') return Math.abs((actual as number) - expected) / (1 + Math.abs(expected));
  const numbers = actual as ArrayLike<number>;
  expect(numbers.length).toBe(expected.length);
  return expected.reduce((most, x, k) => Math.max(most, Math.abs(numbers[k] - x) / (1 + Math.abs(x))), 0);
}
const CLOSE = 1e-9;

/** Σ p by (next, reward, end) of one state and action, as sorted text. */
function merged(rows: readonly [number, number, number, boolean][]): string[] {
  const sum = new Map<string, number>();
  for (const [p, next, reward, end] of rows) {
    const key = `${next} ${reward} ${end}`;
    sum.set(key, (sum.get(key) ?? 0) + p);
  }
  return [...sum].map(([key, p]) => `${key} ${p.toFixed(15)}`).sort();
}

const TABLES: Record<string, () => Table> = {
  'FrozenLake-4x4-slippery': () => frozenLake.table(settings(frozenLake)),
  'FrozenLake-8x8-det': () => frozenLake.table(settings(frozenLake, { size: '8x8', slippery: false })),
  'CliffWalking-det': () => cliffWalking.table(settings(cliffWalking)),
  Taxi: () => taxi.table(settings(taxi)),
};

it('every table of the vectors is compared', () => {
  expect(Object.keys(golden.tables)).toEqual(Object.keys(TABLES));
});

describe.each(Object.keys(TABLES))('%s', (name) => {
  const table = TABLES[name]();
  const gym = golden.tables[name];

  it('has the outcomes, rewards, ends and starts of Gymnasium', () => {
    expect([table.S, table.A, table.horizon]).toEqual([gym.S, gym.A, gym.horizonUsed]);
    let at = 0;
    let compared = 0;
    for (let sa = 0; sa < gym.S * gym.A; sa++) {
      const rows: [number, number, number, boolean][] = [];
      for (const end = at + gym.count[sa]; at < end; at++) rows.push([gym.probs[gym.p[at]], gym.next[at], gym.rewards[gym.r[at]], gym.term[at] === 1]);
      const state = Math.floor(sa / gym.A);
      expect(table.absorbing[state] === 0, `state ${state}`).toBe(gym.acting[state] === '1');
      if (table.absorbing[state]) continue;
      const own: [number, number, number, boolean][] = [];
      for (let r = table.rowStart[sa]; r < table.rowStart[sa + 1]; r++) {
        own.push([table.rowProbability[r], table.rowNext[r], table.metrics['return'][r], table.rowDone[r] === 1]);
        expect(table.signals['gymReward'][r]).toBe(table.metrics['return'][r]);
      }
      expect(merged(own), `state ${state}, action ${sa % gym.A}`).toEqual(merged(rows));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(40);
    expect([...table.start.state]).toEqual(gym.start[0]);
    expect(worst(table.start.probability, gym.start[1])).toBeLessThan(1e-15);
  });

  it('has the best values of the vectors, without a horizon and with one', () => {
    const best = golden.optimal[name];
    const zeros = new Float64Array(table.S * table.A);
    const forever = answer(table, zeros).optimal;
    expect(worst(forever.J, best.J)).toBeLessThan(CLOSE);
    expect(worst(forever.V, best.V)).toBeLessThan(CLOSE);
    expect(worst(forever.Q, best.Q)).toBeLessThan(CLOSE);
    expect(worst(table.stateTables['optimal'], best.V)).toBeLessThan(CLOSE);
    const plain = answer(table, zeros, { horizon: gym.horizonUsed }).optimal;
    expect(worst(plain.J, best.Jfin1)).toBeLessThan(CLOSE);
    expect(worst(plain.V, best.Vfin1)).toBeLessThan(CLOSE);
    const discounted = answer(table, zeros, { horizon: gym.horizonUsed, gamma: 0.99 }).optimal;
    expect(worst(discounted.J, best.JfinG)).toBeLessThan(CLOSE);
    expect(worst(discounted.V, best.VfinG)).toBeLessThan(CLOSE);
    const { value } = optimalPolicy(table, table.metrics['success']);
    expect(worst(startValue(table, value), best.maxSuccess)).toBeLessThan(CLOSE);
  });

  it('has the same best actions, and the same return when the first of them is taken', () => {
    const best = golden.optimal[name];
    const { actionValue } = optimalStationary(table, table.metrics['return'], 0.99);
    const probability = new Float64Array(table.S * table.A);
    for (let s = 0; s < table.S; s++) {
      const q = [...actionValue.subarray(s * table.A, (s + 1) * table.A)];
      const most = Math.max(...q);
      const ties = q.map((x) => x >= most - 1e-9 * (1 + Math.abs(most)));
      probability[s * table.A + ties.indexOf(true)] = 1;
      if (!table.absorbing[s]) expect(ties.reduce((mask, tie, a) => mask + (tie ? 2 ** a : 0), 0), `state ${s}`).toBe(best.greedyMask[s]);
    }
    const metrics = expectedMetrics(table, probability, occupancy(table, probability).visits);
    expect(worst(metrics['return'], best.firstGreedyReturn)).toBeLessThan(CLOSE);
    expect(worst(metrics['success'], best.firstGreedySuccess)).toBeLessThan(CLOSE);
    expect(worst(metrics['length'], best.firstGreedyLen)).toBeLessThan(CLOSE);
  });

  it.each([
    ['uniform', golden.uniform[name]],
    ['a random softmax', golden.softmax[name][0]],
  ] as const)('has the values, advantages, success and occupancy of the vectors under %s policy', (_, own) => {
    const logits = own.logits ?? new Float64Array(table.S * table.A);
    const { policy } = answer(table, logits);
    expect(worst(policy.J, own.J)).toBeLessThan(CLOSE);
    expect(worst(policy.V, own.V)).toBeLessThan(CLOSE);
    expect(worst(policy.Q, own.Q)).toBeLessThan(CLOSE);
    if (own.A) expect(worst(policy.A, own.A)).toBeLessThan(CLOSE);
    expect(worst(policy.success, own.success)).toBeLessThan(CLOSE);
    expect(worst(policy.occupancy, own.occ)).toBeLessThan(CLOSE);
    const finite = answer(table, logits, { horizon: gym.horizonUsed });
    expect(worst(finite.policy.J, own.Jfin1)).toBeLessThan(CLOSE);
    expect(worst(finite.policy.V, own.Vfin1)).toBeLessThan(CLOSE);
    expect(worst(finite.policy.success, own.success)).toBeLessThan(CLOSE);
    expect(worst(answer(table, logits, { horizon: gym.horizonUsed, gamma: 0.99 }).policy.J, own.JfinG)).toBeLessThan(CLOSE);
    const { probability } = softmaxPolicy(Float64Array.from(logits), table.S, table.A);
    const metrics = expectedMetrics(table, probability, occupancy(table, probability).visits);
    expect(worst(metrics['length'], own.meanLen)).toBeLessThan(CLOSE);
    expect(worst(metrics['return'], own.Jfin1)).toBeLessThan(CLOSE);
  });
});

describe.each(Object.keys(golden.pbrs))('shaping %s by potentials', (name) => {
  const table = TABLES[name]();
  it.each([
    ['manhattan', 1],
    ['manhattan/20', 1 / 20],
  ] as const)('%s shifts Q by the potential', (potential, scale) => {
    const phi = table.stateTables['nearness'].map((x) => x * scale);
    const reward = table.metrics['return'].map((r, row) => r + (table.rowDone[row] ? 0 : 0.99 * phi[table.rowNext[row]]) - phi[table.rowState[row]]);
    const { value, actionValue } = optimalStationary(table, reward, 0.99);
    const shaped = golden.pbrs[name][potential];
    expect(worst(actionValue, shaped.Qshaped)).toBeLessThan(CLOSE);
    expect(worst(startValue(table, value), shaped.JshapedStar)).toBeLessThan(CLOSE);
  });
});

describe('the mountain car', () => {
  const car = golden.mountaincar;
  const params = settings(mountainCar);
  const table = mountainCar.table(params);
  const zeros = new Float64Array(table.S * table.A);

  it('moves as Gymnasium’s car does', () => {
    let [x, v] = golden.mountaincarTrace.start;
    for (const [action, position, velocity, done] of golden.mountaincarTrace.steps) {
      const next = driveOnce(x, v, action);
      expect(Math.abs(next.position - position)).toBeLessThan(1e-12);
      expect(Math.abs(next.velocity - velocity)).toBeLessThan(1e-12);
      expect(next.done).toBe(done === 1);
      [x, v] = [next.position, next.velocity];
    }
  });

  it('has the start and the outcomes of the vectors', () => {
    expect([table.S, table.A, table.horizon]).toEqual([4032, 3, 200]);
    expect([...table.start.state]).toEqual(car.start[0]);
    expect(worst(table.start.probability, car.start[1])).toBeLessThan(1e-12);
    for (const [state, action, pay, ...outcomes] of car.spots) {
      const expected = new Map<number, number>();
      for (let k = 0; k < outcomes.length; k += 2) expected.set(outcomes[k], (expected.get(outcomes[k]) ?? 0) + outcomes[k + 1]);
      const sa = state * 3 + action;
      const own = new Map<number, number>();
      for (let r = table.rowStart[sa]; r < table.rowStart[sa + 1]; r++) {
        expect(table.metrics['return'][r]).toBe(pay);
        expect(table.rowDone[r] === 1).toBe(table.rowNext[r] >= 63 * 63);
        own.set(table.rowNext[r], (own.get(table.rowNext[r]) ?? 0) + table.rowProbability[r]);
      }
      for (const next of new Set([...expected.keys(), ...own.keys()])) {
        expect(Math.abs((own.get(next) ?? 0) - (expected.get(next) ?? 0)), `state ${state}, action ${action} to ${next}`).toBeLessThan(1e-10);
      }
    }
  });

  it('has the best values of the vectors', () => {
    const forever = answer(table, zeros);
    expect(worst(forever.optimal.J, car.Jstar)).toBeLessThan(CLOSE);
    expect(worst(forever.optimal.V, car.V)).toBeLessThan(CLOSE);
    expect(worst(forever.policy.J, car.uniformJ)).toBeLessThan(CLOSE);
    expect(worst(forever.policy.V, car.Vuniform)).toBeLessThan(CLOSE);
    expect(worst(forever.policy.success, car.uniformSuccess)).toBeLessThan(CLOSE);
    const finite = answer(table, zeros, { horizon: 200 });
    expect(worst(finite.optimal.J, car.JstarFin1)).toBeLessThan(CLOSE);
    expect(worst(finite.optimal.V, car.Vfin1)).toBeLessThan(CLOSE);
    expect(worst(finite.policy.J, car.uniformFin1)).toBeLessThan(CLOSE);
    const success = optimalPolicy(table, table.metrics['success']).value;
    expect(worst(startValue(table, success), car.maxSuccess)).toBeLessThan(CLOSE);
  });

  it('has the values of a random softmax policy', () => {
    // The vectors hold the seed; logits are round(4u − 2) to three decimals, u from mulberry32, row by row.
    let a = car.softmax.seed;
    const logits = zeros.map(() => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return Number((((t ^ (t >>> 14)) >>> 0) * 2 ** -30 - 2).toFixed(3));
    });
    const { policy } = answer(table, logits);
    expect(worst(policy.J, car.softmax.J)).toBeLessThan(CLOSE);
    expect(worst(policy.success, car.softmax.success)).toBeLessThan(CLOSE);
    expect(worst(answer(table, logits, { horizon: 200 }).policy.J, car.softmax.Jfin1)).toBeLessThan(CLOSE);
  });

  it('has a best policy that drives the true car to the flag', () => {
    const { actionValue } = optimalStationary(table, table.metrics['return'], 0.99);
    const best = (state: number) => [0, 1, 2].reduce((a, b) => (actionValue[state * 3 + b] > actionValue[state * 3 + a] + 1e-9 ? b : a));
    const steps = Array.from({ length: 200 }, (_, i) => trueSteps(params, best, -0.6 + (0.2 * (i + 0.5)) / 200));
    const [success, mean, most] = car.trueEnv.nearest;
    expect(steps.filter((n) => n <= 200).length / 200).toBe(success);
    expect(steps.reduce((a, b) => a + b) / 200).toBeCloseTo(mean, 9);
    expect(Math.max(...steps)).toBe(most);
  });

  it('pays every true step of a repeated action, and splits a start between nodes where none is at rest', () => {
    const four = mountainCar.table(settings(mountainCar, { repeat: 4, nv: 62 }));
    expect(four.horizon).toBe(50);
    expect([...new Set(four.metrics['return'])].sort((a, b) => a - b)).toEqual([-4, -3, -2, -1, 0]);
    expect([...four.start.probability].reduce((a, b) => a + b)).toBeCloseTo(1, 14);
    expect(new Set([...four.start.state].map((s) => s % 62))).toEqual(new Set([30, 31]));
    const exact = evaluatePolicy(four, softmaxPolicy(new Float64Array(four.S * 3), four.S, 3).probability, four.metrics['length']);
    expect(startValue(four, exact.value)).toBeLessThanOrEqual(50);
  });
});

/** Steps of the true car under a policy on the grid's nearest node; 201 when it does not arrive within 200. */
function trueSteps(grid: CarGrid, policy: (state: number) => number, start: number): number {
  let car = { position: start, velocity: 0, done: false };
  for (let t = 1; t <= 200; t++) {
    car = drive(car.position, car.velocity, policy(nearestNode(grid, car.position, car.velocity)), 1);
    if (car.done) return t;
  }
  return 201;
}
