import { expect, it } from 'vitest';
import type { Table } from '../../../src/core/contracts/scenario';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { lookAhead } from '../../../src/core/mdp/look-ahead';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { poolShared, spreadShared } from '../../../src/core/mdp/shared-logits';
import { randomMdp, randomPolicy } from './random-mdp';

const own = randomMdp(4);
const shared: Table = { ...own, logitRow: Uint32Array.of(0, 1, 2, 1, 1, 5, 6) };
const RATE = 0.7;

it.each([
  ['its own row', own],
  ['a row that it shares', shared],
])('the slope of the exact value is that of the update it looks ahead to, every state having %s', (_, table) => {
  const { logits } = randomPolicy(table, 3);
  spreadShared(table, logits);
  const descent = randomPolicy(table, 5).logits;
  const change = randomPolicy(table, 6).logits;
  const reward = table.metrics[table.truth];
  const valueAfter = (gradient: Float64Array) => {
    const step = gradient.slice();
    poolShared(table, step);
    const there = logits.map((z, k) => z - RATE * step[k]);
    spreadShared(table, there);
    return startValue(table, evaluatePolicy(table, softmaxPolicy(there, table.S, table.A).probability, reward).value);
  };
  const at = (x: number) => valueAfter(descent.map((g, k) => g + x * change[k]));
  const ahead = lookAhead(table, reward, logits, RATE);
  const before = logits.slice();
  const slope = ahead.value(descent, change);
  expect(slope).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 9);
  expect(Math.abs(slope)).toBeGreaterThan(0.001);
  // From here itself, to first order, it is another number.
  expect(ahead.value(new Float64Array(logits.length), change)).not.toBeCloseTo(slope, 3);
  expect(logits).toEqual(before);
});

it('says where a step leads to no policy', () => {
  const { logits } = randomPolicy(own, 3);
  const away = new Float64Array(logits.length).fill(-Infinity);
  expect(() => lookAhead(own, own.metrics[own.truth], logits, 1).value(away, logits)).toThrow(/has diverged/);
});
