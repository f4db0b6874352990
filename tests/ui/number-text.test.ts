import { expect, test } from 'vitest';
import { readNumber, showNumber, weightRange } from '../../src/ui/number-text';

test.each([
  ['0.25', 0.25],
  ['−0.02', -0.02],
  ['-3e-2', -0.03],
  ['0,5', 0.5],
  [' 12 ', 12],
  ['60%', 0.6],
])('“%s” is read as %d', (text, value) => expect(readNumber(text)).toBe(value));

test.each(['', 'abc', 'NaN', 'Infinity', '1.2.3', '--1'])('“%s” is refused with a sentence', (text) => {
  expect(readNumber(text)).toMatch(/[.]$/);
});

test('limits are named', () => {
  expect(readNumber('7', { max: 5 })).toBe('7 is above the largest value, 5.00.');
  expect(readNumber('−7', { min: 0 })).toBe('−7 is below the least value, 0.00.');
  expect(readNumber('2.5', { whole: true })).toBe('2.5 is not a whole number.');
});

test('values are shown to the step, with what it takes more when they lie between', () => {
  expect(showNumber(0.25)).toBe('0.25');
  expect(showNumber(-0.02)).toBe('−0.02');
  expect(showNumber(1, 0.001)).toBe('1.000');
  expect(showNumber(0.125, 0.01)).toBe('0.125');
  expect(showNumber(16, 1)).toBe('16');
  expect(showNumber(1e-6, 0.01)).toBe('1e−6');
  expect(showNumber(2.5e7, 0.01)).toBe('2.5e7');
  expect(showNumber(0.003, 0.01)).toBe('0.003');
});

test('a weight lies inside the range of its slider', () => {
  for (const weight of [0, 0.001, 0.2, 1, 1.01, 3, 40, -0.02, -1, -30]) {
    const { min, max, step } = weightRange(weight);
    expect(weight).toBeGreaterThanOrEqual(min);
    expect(weight).toBeLessThanOrEqual(max);
    expect(step).toBeGreaterThan(0);
  }
  expect(weightRange(0.25)).toEqual({ min: 0, max: 1, step: 0.01 });
  expect(weightRange(-0.02)).toEqual({ min: -0.1, max: 0, step: 0.001 });
});
