import { describe, expect, it } from 'vitest';
import { compileTable, type TableSource } from '../../../src/core/mdp/compile-table';
import { prefixPositions } from '../../../src/core/mdp/token-prefix';

/** Two states behind a prompt of two tokens: nodes 2 and 3 are the prompt, state 1 follows state 0. */
const prefix = { parent: [3, 0, -1, 2], token: [1, 0, 2, 2], symbols: 3 };

const source = (change: Partial<TableSource> = {}): TableSource => ({
  S: 2,
  A: 1,
  horizon: 2,
  signals: [],
  metrics: ['success'],
  truth: 'success',
  start: { state: [0], probability: [1] },
  features: (state) => [state],
  transitions: (state) => [{ probability: 1, next: 1, done: state === 1, metrics: { success: state } }],
  prefix,
  ...change,
});

describe('a table of token prefixes', () => {
  it('knows each node and how long its sequence is', () => {
    const table = compileTable(source());
    expect(table.prefix).toEqual({ parent: Int32Array.of(3, 0, -1, 2), token: Uint8Array.of(1, 0, 2, 2), symbols: 3, depth: 4 });
    expect([...prefixPositions(table.prefix!)]).toEqual([2, 3, 0, 1]);
    expect(compileTable(source({ prefix: undefined }))).not.toHaveProperty('prefix');
  });

  it.each([
    [{ ...prefix, parent: [-1], token: [0] }, 'names 1 parents and 1 tokens'],
    [{ ...prefix, token: [1, 0, 3, 2] }, 'Token 3 of prefix node 2'],
    [{ ...prefix, parent: [3, 4, -1, 2] }, 'Prefix node 1 follows node 4'],
    [{ ...prefix, parent: [1, 0, -1, 2] }, 'run in a circle'],
  ])('refuses what is no forest of tokens (%#)', (bad, message) => {
    expect(() => compileTable(source({ prefix: bad }))).toThrow(message);
  });
});
