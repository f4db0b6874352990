import { describe, expect, test } from 'vitest';
import { loadPreset } from '../../../src/core/experiment/presets';
import { readSpec } from '../../../src/core/experiment/spec';

const { spec } = (await loadPreset('boat-race'))!;
const problemsOf = (policy: object) => {
  const read = readSpec({ ...spec, training: { ...spec.training, policy } });
  return 'problems' in read ? read.problems : [];
};
const mlp = (hidden: readonly number[]) => ({ kind: 'mlp', hidden, activation: 'tanh' });
const transformer = (change: object) => ({ kind: 'transformer', width: 32, layers: 2, heads: 4, ...change });

describe('networks that a spec can ask for', () => {
  test.each([mlp([1]), mlp([256, 256, 256, 256]), transformer({ width: 16, layers: 1, heads: 2 }), transformer({ width: 64, layers: 4, heads: 4 })])('%j is within the limits', (policy) => {
    expect(problemsOf(policy)).toEqual([]);
  });

  test.each([
    [mlp([64, 257]), '/training/policy/hidden/1', '257 is out of range. Use a whole number from 1 to 256.'],
    [mlp([0]), '/training/policy/hidden/0', '0 is out of range. Use a whole number from 1 to 256.'],
    [mlp([1.5]), '/training/policy/hidden/0', '1.5 is out of range. Use a whole number from 1 to 256.'],
    [mlp([8, 8, 8, 8, 8]), '/training/policy/hidden', '5 hidden layers are asked for. Use 1 to 4.'],
    [mlp([]), '/training/policy/hidden', '0 hidden layers are asked for. Use 1 to 4.'],
    [transformer({ width: 68 }), '/training/policy/width', '68 is out of range. Use a whole number from 16 to 64.'],
    [transformer({ width: 18, heads: 2 }), '/training/policy/width', 'A transformer’s width is a multiple of 4.'],
    [transformer({ layers: 5 }), '/training/policy/layers', '5 is out of range. Use a whole number from 1 to 4.'],
    [transformer({ heads: 5 }), '/training/policy/heads', '5 is out of range. Use a whole number from 2 to 4.'],
    [transformer({ heads: 3 }), '/training/policy/heads', 'A width of 32 cannot be shared out among 3 heads. Use a number of heads that divides it.'],
  ])('%j is refused by field, with what to use instead', (policy, field, message) => {
    expect(problemsOf(policy)).toContainEqual({ field, message });
  });
});
