import { describe, expect, it } from 'vitest';
import { gateOfConditions, withoutTerm, withTermCopied, withTermMoved } from '../../../src/core/scheme/edit-scheme';
import { conditionsOf } from '../../../src/core/scheme/gate';
import { MAX_TERMS, type ConditionSpec, type SchemeSpec } from '../../../src/core/scheme/scheme-spec';

const reads = (term: number, threshold = term): ConditionSpec => ({ source: '', term, threshold, inclusive: true, softness: 0 });
const onOutcome: ConditionSpec = { source: 'outcome', threshold: 0.5, inclusive: false, softness: 0 };
/** Terms are told apart by their labels; the gate's conditions by the label that they read. */
const scheme = (labels: string, conditions: readonly ConditionSpec[]): SchemeSpec => ({
  name: 'T',
  terms: [...labels].map((label) => ({ reward: 'outcome', label, weight: 1, params: {}, gated: false })),
  gate: gateOfConditions(conditions, { ...onOutcome, combine: 'any' }),
  gamma: 1,
  gammaLinked: true,
  estimator: { id: 'grpo', params: {} },
  value: 'zero',
  whiten: 'none',
  clip: null,
  muted: false,
});
const labels = ({ terms }: SchemeSpec) => terms.map(({ label }) => label).join('');
const read = ({ gate, terms }: SchemeSpec) => conditionsOf(gate).map(({ term, source }) => (term === undefined ? source : terms[term].label));

const gated = scheme('abcd', [reads(2), onOutcome, reads(0), reads(3)]);

describe('edits of the terms leave every condition with the term that it reads', () => {
  it('when a term goes, with those that read it alone', () => {
    expect([labels(withoutTerm(gated, 0)), read(withoutTerm(gated, 0))]).toEqual(['bcd', ['c', 'outcome', 'd']]);
    expect([labels(withoutTerm(gated, 2)), read(withoutTerm(gated, 2))]).toEqual(['abd', ['outcome', 'a', 'd']]);
    expect(read(withoutTerm(gated, 1))).toEqual(['c', 'outcome', 'a', 'd']);
  });

  it('when the last condition goes with its term, the gate goes too', () => {
    expect(withoutTerm(scheme('ab', [reads(1)]), 1).gate).toBeNull();
  });

  it('when a term moves', () => {
    for (const [from, to, order] of [[0, 3, 'bcda'], [3, 0, 'dabc'], [1, 2, 'acbd']] as const) {
      const moved = withTermMoved(gated, from, to);
      expect([labels(moved), read(moved)]).toEqual([order, ['c', 'outcome', 'a', 'd']]);
    }
    expect(withTermMoved(gated, 0, 4)).toBe(gated);
    expect(withTermMoved(gated, 2, 2)).toBe(gated);
  });

  it('when a term is copied, up to as many as a scheme has', () => {
    const copied = withTermCopied(gated, 1);
    expect([labels(copied), read(copied)]).toEqual(['abbcd', ['c', 'outcome', 'a', 'd']]);
    const full = scheme('abcdefgh', []);
    expect(full.terms).toHaveLength(MAX_TERMS);
    expect(withTermCopied(full, 0)).toBe(full);
  });

  it('a gate of one condition is written as gates always were', () => {
    expect(gateOfConditions([onOutcome], gated.gate)).toEqual(onOutcome);
    expect(gated.gate!.combine).toBe('any');
    expect(gateOfConditions([onOutcome, reads(0)], null)!.combine).toBe('all');
  });
});
