import { describe, expect, test } from 'vitest';
import { advance, automatonPotentials, edgesProblem, ENDED, holds, terminalProblem, type Automaton } from '../../../src/core/mdp/automaton';

const coffee: Automaton = {
  initial: 0,
  terminal: [2],
  edges: [
    { from: 0, to: 1, formula: 'c&!n', reward: 0.5 },
    { from: 0, to: 0, formula: '!c', reward: 0 },
    { from: 1, to: 2, formula: 'o', reward: 1 },
    { from: 1, to: 1, formula: '!o', reward: 0 },
  ],
  undefinedPays: 'terminal-edge',
};

test.each([
  ['', '', true],
  ['a', '', false],
  ['!a', 'b', true],
  ['a&!b', 'a', true],
  ['a&!b', 'ab', false],
  ['a&b|!c', 'c', false],
  ['a&b|!c', 'cab', true],
])('%s with %s true: %s', (formula, letters, expected) => {
  expect(holds(formula, letters)).toBe(expected);
});

test('the first edge that holds is taken, ends are one state, and falling off is paid as asked', () => {
  expect(advance(coffee, 0, 'c')).toEqual({ to: 1, reward: 0.5 });
  expect(advance(coffee, 1, 'o')).toEqual({ to: ENDED, reward: 1 });
  expect(advance(coffee, 0, 'cn')).toEqual({ to: ENDED, reward: 1 });
  expect(advance({ ...coffee, undefinedPays: 'zero' }, 0, 'cn')).toEqual({ to: ENDED, reward: 0 });
});

test('potentials are minus the best discounted reward from each state', () => {
  expect([...automatonPotentials(coffee, 0.5)]).toEqual([[ENDED, 0], [0, -1], [1, -1]]);
});

describe('what cannot be an automaton is named', () => {
  test.each([
    [7, /list of edges/],
    [[null], /edge 1: expected/],
    [[{ from: 0, to: 'x', formula: '', reward: 0 }], /edge 1: "to" is not a number/],
    [[{ from: 0, to: 1, formula: 'a&&b', reward: 0 }], /formula "a&&b"/],
  ])('%j', (edges, message) => {
    expect(edgesProblem(edges)).toMatch(message);
  });

  test('end states', () => {
    expect(terminalProblem([1, 2.5])).toMatch(/state numbers/);
    expect([edgesProblem(coffee.edges), terminalProblem([2])]).toEqual([null, null]);
  });
});
