import { expect, test } from 'vitest';
import { verdict } from '../../src/ui/verdict';
import { titleOf } from '../../src/ui/scheme-words';

const input = { name: 'B', advantage: 0.8, exact: -0.103, largestExact: 0.5, objective: 'Finished', unit: 'share' } as const;

test('a wrong sign says what the scheme does and what the action did', () => {
  expect(verdict(input)).toEqual({
    tone: 'wrong',
    text: 'B rewards this step, yet it cut the chance of “finished” by 10.3 points.',
    point: 'Wrong sign.',
  });
  expect(verdict({ ...input, advantage: -0.8, exact: 0.2 }).text).toBe('B punishes this step, yet it raised the chance of “finished” by 20 points.');
});

test('no signal, agreement, and steps that hardly mattered are told apart', () => {
  expect(verdict({ ...input, advantage: 0 }).tone).toBe('silent');
  expect(verdict({ ...input, advantage: -0.1 }).tone).toBe('agrees');
  expect(verdict({ ...input, exact: 0.005 }).tone).toBe('small');
  expect(verdict({ ...input, exact: 0.0051 }).tone).toBe('agrees');
});

test('what is no number is said to be none', () => {
  expect(verdict({ ...input, advantage: Number.NaN }).point).toBe('Not a number.');
});

test('names of schemes read as titles', () => {
  expect(['sparse', 'gated-cap', 'pbrs-man', 'gated-0.1', 'Dense 2'].map(titleOf)).toEqual(['Sparse', 'Gated cap', 'PBRS man', 'Gated 0.1', 'Dense 2']);
});
