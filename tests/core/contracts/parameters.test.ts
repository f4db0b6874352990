import { describe, expect, it } from 'vitest';
import { groupLayout } from '../../../src/core/contracts/columns';
import { operand, printed } from '../../../src/core/contracts/explanation';
import { completeParameters, type Parameters } from '../../../src/core/contracts/parameters';

const parameters = {
  gamma: { kind: 'number', default: 0.99, min: 0, max: 1, step: 0.01, help: 'Discount.' },
  clip: { kind: 'number', default: null, nullable: true, min: 0, max: 10, step: 0.1, help: 'Clip.' },
  ddof: { kind: 'integer', default: 1, min: 0, max: 1, help: 'Bessel.' },
  form: { kind: 'choice', default: 'sum', options: [{ value: 'sum', title: 'Sum' }, { value: 'min', title: 'Minimum' }], help: 'Form.' },
  on: { kind: 'boolean', default: true, help: 'Switch.' },
  weights: { kind: 'weights', default: { a: 1 }, min: -2, max: 2, help: 'Weights.' },
  potential: { kind: 'state-table', default: 'zero', help: 'Potential.' },
  list: { kind: 'numbers', default: null, min: 0, max: 5, maxLength: 3, help: 'List.' },
  edges: { kind: 'json', default: [], help: 'Edges.', check: (value) => (Array.isArray(value) ? null : 'expected a list of edges.') },
} as const satisfies Parameters;

const complete = (stored: Record<string, unknown>, options = {}) => completeParameters(parameters, stored, options);

describe('completing parameters', () => {
  it('fills every default and finds nothing to say', () => {
    const { values, problems } = complete({});
    expect(problems).toEqual([]);
    expect(values).toEqual(Object.fromEntries(Object.entries(parameters).map(([key, p]) => [key, p.default])));
  });

  it.each([
    ['gamma', 1.5, 1, /outside 0 to 1/],
    ['gamma', NaN, 0.99, /finite number/],
    ['gamma', '0.5', 0.99, /finite number/],
    ['gamma', null, 0.99, /finite number/],
    ['ddof', 0.4, 0, /whole number/],
    ['form', 'product', 'sum', /one of sum, min/],
    ['on', 1, true, /true or false/],
    ['weights', { a: Infinity }, { a: 1 }, /weight of "a"/],
    ['potential', [1, NaN], 'zero', /state table/],
    ['list', [1, 2, 3, 4], null, /at most 3/],
    ['edges', 'none', [], /list of edges/],
  ])('%s = %s becomes %s and is reported by name', (key, given, used, message) => {
    const { values, problems } = complete({ [key]: given });
    expect(values[key]).toEqual(used);
    expect(problems).toHaveLength(1);
    expect(problems[0].key).toBe(key);
    expect(problems[0].message).toMatch(message);
  });

  it('clamps weights and lists silently inside the value, and keeps null where null means off', () => {
    expect(complete({ weights: { a: 9, b: -9 }, list: [-1, 9], clip: null })).toEqual({
      values: expect.objectContaining({ weights: { a: 2, b: -2 }, list: [0, 5], clip: null }),
      problems: [],
    });
  });

  it('leaves published constants beyond a slider alone when asked not to clamp', () => {
    expect(complete({ gamma: 1.5 }, { clamp: false })).toMatchObject({ values: { gamma: 1.5 }, problems: [] });
  });

  it('reports unknown keys, also those every object inherits', () => {
    const { problems } = complete({ lamda: 1, toString: 1 });
    expect(problems.map((problem) => problem.key)).toEqual(['lamda', 'toString']);
  });
});

describe('group layout', () => {
  it('numbers groups by first appearance and keeps members in batch order', () => {
    const layout = groupLayout(['b', 'a', 'b', 'c', 'a']);
    expect([...layout.id]).toEqual([0, 1, 0, 2, 1]);
    expect([...layout.start]).toEqual([0, 2, 4, 5]);
    expect([...layout.member]).toEqual([0, 2, 1, 4, 3]);
    expect(layout.label).toEqual(['b', 'a', 'c']);
  });
});

describe('printed numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [0.98, '0.98'],
    [-0.4142135, '−0.4142'],
    [12345.678, '12346'],
    [1e-6, '1e-6'],
    [-2.5e-7, '−2.5e-7'],
    [3.2e9, '3.2e9'],
    [100, '100'],
    [999.96, '1000'],
    [0.00012347, '0.0001235'],
  ])('%s is printed as %s', (x, text) => expect(printed(x)).toBe(text));

  it('wear parentheses as operands when negative', () => {
    expect(operand(-2)).toBe('(−2)');
    expect(operand(2)).toBe('2');
  });
});
