import { expect, test } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { priceInput } from '../../../src/core/batch/reward-case';

const plugins = allPlugins();
const visiting = (...states: number[]) => ({ trajectories: [{ group: 0, length: states.length - 1, signals: {}, outcome: 0, extra: {}, states }] });

test('novelty of a lone state shrinks by (1 − η)² for every arrival', () => {
  const novelty = plugins.get('reward', 'rnd-novelty');
  const params = { beta: 1, rate: 0.25 };
  const first = priceInput(novelty, params, visiting(0, 7, 7, 7)).result;
  const second = priceInput(novelty, params, visiting(0, 7), { state: first.state }).result;
  expect(first.reward[0]).toBeGreaterThan(0.05);
  expect(first.reward[2]).toBe(first.reward[0]);
  expect(second.reward[0] / first.reward[0]).toBeCloseTo(0.75 ** 6, 10);
});

test('another seed is another network, and its predictor starts afresh', () => {
  const novelty = plugins.get('reward', 'rnd-novelty');
  const { state } = priceInput(novelty, { rate: 0.9 }, visiting(0, 7, 7, 7)).result;
  const other = priceInput(novelty, { rate: 0.9, seed: 2 }, visiting(0, 7), { state }).result.reward[0];
  expect(other).toBe(priceInput(novelty, { rate: 0.9, seed: 2 }, visiting(0, 7)).result.reward[0]);
  expect(other).toBeGreaterThan(0.01);
});

test('a wide coding keeps an unvisited state new, a narrow one does not', () => {
  const novelty = plugins.get('reward', 'rnd-novelty');
  const left = (width: number) => {
    const params = { width, rate: 0.5, beta: 1 };
    const everywhere = Array.from({ length: 21 }, (_, s) => s);
    const before = priceInput(novelty, params, visiting(0, 100)).result.reward[0];
    const { state } = priceInput(novelty, params, visiting(...everywhere)).result;
    return priceInput(novelty, params, visiting(0, 100), { state }).result.reward[0] / before;
  };
  expect(left(256)).toBeGreaterThan(0.6);
  expect(left(2)).toBeLessThan(left(256));
});

test('counts run on from batch to batch unless they are not carried', () => {
  const count = plugins.get('reward', 'count-bonus');
  const { state } = priceInput(count, { beta: 1 }, visiting(0, 4, 4)).result;
  expect(priceInput(count, { beta: 1 }, visiting(0, 4, 5), { state }).result.reward).toEqual(Float64Array.of(1 / Math.sqrt(3), 1));
  expect(priceInput(count, { beta: 1, carry: false }, visiting(0, 4, 5), { state }).result.reward).toEqual(Float64Array.of(1, 1));
});

test('the thinking reward fades with the learner’s own updates', () => {
  const trust = plugins.get('reward', 'sophiavl-trust');
  const trajectories = [1, 0].map((outcome) => ({ group: 0, length: 1, signals: {}, outcome, extra: { thinking: 1 } }));
  const at = (iteration: number) => priceInput(trust, { alpha: 1, T: 100 }, { trajectories }, { iteration }).result.reward[0];
  expect(at(0)).toBe(2);
  expect(at(100)).toBeCloseTo(1 + Math.exp(-1), 12);
});
