import { describe, expect, it } from 'vitest';
import { compileTable, writeThresholds, type TableSource } from '../../../src/core/mdp/compile-table';

const coin: TableSource = {
  S: 3,
  A: 2,
  horizon: 4,
  signals: ['heads'],
  metrics: ['success'],
  truth: 'success',
  stateTables: { height: [1, 2, 0] },
  start: { state: [0], probability: [1] },
  absorbing: [2],
  features: (s) => [s, 1],
  transitions: (s, a) =>
    a === 0
      ? [{ probability: 1, next: s }]
      : [
          { probability: 0.25, next: 1 - s, signals: { heads: 1 } },
          { probability: 0, next: 0 },
          { probability: 0.75, next: 2, done: true, metrics: { success: 1 } },
        ],
};

describe('compiling a table', () => {
  it('lays the outcomes of a state and action side by side and drops impossible ones', () => {
    const table = compileTable(coin);
    expect([...table.rowStart]).toEqual([0, 1, 3, 4, 6, 7, 8]);
    expect([...table.rowState]).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
    expect([...table.rowAction]).toEqual([0, 1, 1, 0, 1, 1, 0, 1]);
    expect([...table.rowNext]).toEqual([0, 1, 2, 1, 0, 2, 2, 2]);
    expect([...table.rowDone]).toEqual([0, 0, 1, 0, 0, 1, 1, 1]);
    expect([...table.signals['heads']]).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
    expect([...table.metrics['success']]).toEqual([0, 0, 1, 0, 0, 1, 0, 0]);
    expect([...table.rowThreshold].slice(0, 3)).toEqual([4294967295, 1073741824, 4294967295]);
    expect([...table.features.data]).toEqual([0, 1, 1, 1, 2, 1]);
    expect([...table.stateTables['height']]).toEqual([1, 2, 0]);
  });

  it('refuses starts in turn that are not equally likely, and shared logits that cannot be shared', () => {
    const two = { state: [0, 1], probability: [0.5, 0.5] };
    expect(compileTable({ ...coin, start: two, starts: 'stratified' }).starts).toBe('stratified');
    expect(() => compileTable({ ...coin, start: { ...two, probability: [0.6, 0.4] }, starts: 'stratified' })).toThrow(/equally likely; their probabilities are 0.6, 0.4/);
    const blind = { ...coin, features: () => [1] };
    expect([...compileTable({ ...blind, logitRow: [0, 0, 2] }).logitRow!]).toEqual([0, 0, 2]);
    expect(() => compileTable({ ...blind, logitRow: [1, 1, 2] })).toThrow(/State 0 shares the logits of state 1, which is not the first/);
    expect(() => compileTable({ ...blind, logitRow: [0, 0, 1] })).toThrow(/State 2 shares the logits of state 1, which is not the first/);
    expect(() => compileTable({ ...blind, logitRow: [0, 0] })).toThrow(/for 2 states; there are 3/);
    expect(() => compileTable({ ...coin, logitRow: [0, 0, 2] })).toThrow(/States 0 and 1 share their logits but differ in feature 0/);
  });

  it('rounds running probabilities to 32 bits and always takes the last', () => {
    const out = new Uint32Array(5);
    writeThresholds(Float64Array.from([9, 1 / 3, 1 / 3, 1 / 3, 9]), 1, 4, out);
    expect([...out]).toEqual([0, 1431655765, 2863311531, 4294967295, 0]);
  });

  const refused: [string, Partial<TableSource>, string][] = [
    ['a horizon of zero', { horizon: 0 }, 'The horizon must be at least 1 step; it is 0.'],
    ['half a step', { horizon: 2.5 }, 'The horizon must be at least 1 step; it is 2.5.'],
    ['too many states', { S: 70_000 }, 'The table has 70,000 states; it needs 1 to 65,536.'],
    ['no action', { A: 0 }, 'The table needs at least 1 action; it has 0.'],
    ['a truth that is no metric', { truth: 'gold' }, 'The true objective "gold" is not among the metrics: success.'],
    ['a name taken twice', { signals: ['success'] }, '"success" names two signals or metrics'],
    ['a reserved name', { signals: ['heads', 'reward'] }, 'cannot be called "reward"'],
    ['probabilities that do not add up', { transitions: () => [{ probability: 0.9, next: 0 }] }, 'State 0, action 0: the probabilities add up to 0.9, not 1.'],
    ['a negative probability', { transitions: (s, a) => [{ probability: s === 1 && a === 1 ? -1 : 1, next: 0 }] }, 'State 1, action 1: -1 is not a probability'],
    ['no outcome at all', { transitions: () => [] }, 'State 0, action 0: the probabilities add up to 0, not 1.'],
    ['a next state outside', { transitions: () => [{ probability: 1, next: 3 }] }, 'State 0, action 0: the next state 3 is outside 0 to 2.'],
    ['an undeclared signal', { transitions: () => [{ probability: 1, next: 0, signals: { tails: 1 } }] }, '"tails" is not one of the declared signals: heads.'],
    ['a signal that is no number', { transitions: () => [{ probability: 1, next: 0, signals: { heads: NaN } }] }, '"heads" is NaN, not a finite number.'],
    ['a start outside', { start: { state: [7], probability: [1] } }, 'The start names state 7; states are 0 to 2.'],
    ['a start that does not add up', { start: { state: [0, 1], probability: [0.5, 0.4] } }, 'The start: the probabilities add up to 0.9, not 1.'],
    ['a state table of another length', { stateTables: { height: [1] } }, 'The state table "height" has 1 numbers; there are 3 states.'],
    ['an infinite potential', { stateTables: { height: [1, Infinity, 0] } }, 'The state table "height" is Infinity in state 1'],
    ['ragged features', { features: (s) => (s === 2 ? [1] : [1, 2]) }, 'State 2 has 1 features; state 0 has 2.'],
  ];
  it.each(refused)('refuses %s and says where', (_, change, message) => {
    expect(() => compileTable({ ...coin, ...change })).toThrow(message);
  });
});
