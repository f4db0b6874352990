import { describe, expect, it } from 'vitest';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import sweAgent from '../../../src/core/scenarios/swe-agent';
import { exactMetrics, settings } from './reference-policy';

const at = (stored: Record<string, unknown> = {}) => {
  const params = settings(sweAgent, stored);
  const table = sweAgent.table(params);
  return { params, table, logits: sweAgent.initialLogits!(params) };
};
const [SEARCH, VIEW, EDIT, TEST, CHAT, SUBMIT] = [0, 1, 2, 3, 4, 5];

/** Outcomes of (s, a) as [next, probability] pairs. */
function outcomes({ table }: ReturnType<typeof at>, state: number, action: number): number[][] {
  const rows = [];
  for (let r = table.rowStart[state * 6 + action]; r < table.rowStart[state * 6 + action + 1]; r++) {
    rows.push([table.rowNext[r], Number(table.rowProbability[r].toFixed(12))]);
  }
  return rows;
}

describe('coding agent', () => {
  it('submits with probability 0.4454 and passes with 0.0997 at its starting policy', () => {
    const { table, logits } = at();
    expect([table.S, table.A, table.horizon, table.truth]).toEqual([10, 6, 20, 'grade']);
    const metrics = exactMetrics(table, logits);
    expect(metrics['completion']).toBeCloseTo(0.4454, 4);
    expect(metrics['pass']).toBeCloseTo(0.0997, 4);
  });

  it('passes with 0.0160 in the hard variant', () => {
    const { table, logits } = at({ variant: 'hard' });
    expect(table.S).toBe(16);
    expect(exactMetrics(table, logits)['pass']).toBeCloseTo(0.016, 4);
  });

  it('takes passing alone as the true objective when asked', () => {
    const { table, logits } = at({ outcome: 'pass' });
    expect(table.truth).toBe('pass');
    const { probability } = softmaxPolicy(logits, table.S, table.A);
    expect(startValue(table, evaluatePolicy(table, probability, table.metrics[table.truth]).value)).toBeCloseTo(0.0997, 4);
  });

  it('moves as described', () => {
    const standard = at();
    expect(outcomes(standard, 0, SEARCH)).toEqual([[3, 0.6], [0, 0.4]]);
    expect(outcomes(standard, 7, SEARCH)).toEqual([[7, 1]]);
    expect(outcomes(standard, 4, VIEW)).toEqual([[4, 1]]);
    expect([0, 3, 6].map((s) => outcomes(standard, s, EDIT))).toEqual([[[2, 0.05], [1, 0.95]], [[5, 0.3], [4, 0.7]], [[8, 0.7], [7, 0.3]]]);
    expect(outcomes(standard, 1, TEST)).toEqual([[4, 0.4], [1, 0.6]]);
    expect(outcomes(standard, 2, TEST)).toEqual([[2, 1]]);
    expect(outcomes(standard, 5, CHAT)).toEqual([[5, 1]]);
    expect(outcomes(standard, 5, SUBMIT)).toEqual([[9, 1]]);
    const hard = at({ variant: 'hard' });
    expect([0, 3, 6, 9, 12].map((s) => outcomes(hard, s, EDIT)[0])).toEqual([[1, 1], [4, 1], [7, 1], [11, 0.05], [14, 0.6]]);
  });

  it('grades a submission by its patch and pays work for every call but chat', () => {
    const { table } = at();
    const row = (state: number, action: number) => table.rowStart[state * 6 + action];
    expect([0, 1, 2].map((q) => table.metrics['grade'][row(q, SUBMIT)])).toEqual([0.1, 0.3, 1]);
    expect([0, 1, 2].map((q) => table.metrics['pass'][row(q, SUBMIT)])).toEqual([0, 0, 1]);
    expect([SEARCH, VIEW, EDIT, TEST, CHAT, SUBMIT].map((a) => table.signals['work'][row(0, a)])).toEqual([1, 1, 1, 1, -1, 1]);
    expect([0, 1].map((k) => table.signals['infoGain'][row(0, SEARCH) + k])).toEqual([1, 0]);
    expect([0, 1].map((k) => table.signals['goodPatch'][row(0, EDIT) + k])).toEqual([1, 0]);
    expect(table.signals['goodPatch'][row(2, EDIT)]).toBe(0);
  });

  it('sees the turn when clocked, and is worth the same at a policy that ignores it', () => {
    const clocked = at({ clocked: true });
    expect(clocked.table.S).toBe(20 * 9 + 1);
    const plain = exactMetrics(at().table, at().logits);
    for (const [name, value] of Object.entries(exactMetrics(clocked.table, clocked.logits))) expect(value).toBeCloseTo(plain[name], 12);
    expect(sweAgent.describeState(9 * 3 + 3 + 2, clocked.params)).toBe('call 4, information 1 of 2, passing patch');
    expect(sweAgent.describeState(180, clocked.params)).toBe('submitted');
  });
});
