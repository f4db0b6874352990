import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { compileScheme } from '../../../src/core/scheme/compile-scheme';
import type { GateSpec, SchemeSpec, TermSpec, TransformSpec } from '../../../src/core/scheme/scheme-spec';
import { gateMeaning, scheduleMeaning, termMeaning, transformChoices, transformMeaning } from '../../../src/core/scheme/term-meaning';
import { randomMdp } from '../mdp/random-mdp';

const plugins = allPlugins();
const table = randomMdp(1);
const term = (reward: string, weight: number, params: TermSpec['params'] = {}, over: Partial<TermSpec> = {}): TermSpec => ({ reward, label: '', weight, params, gated: false, ...over });
const meaning = (one: TermSpec, gate: GateSpec | null = null) => {
  const spec: SchemeSpec = { name: 'T', terms: [one], gate, gamma: 1, gammaLinked: true, estimator: { id: 'grpo', params: {} }, value: 'zero', whiten: 'none', clip: null, muted: false };
  return termMeaning(compileScheme(spec, plugins, table), 0, (name) => (name === 'event' ? 'Checkpoint' : name));
};
const gate: GateSpec = { source: 'outcome', threshold: 0, inclusive: false, softness: 0 };

describe('a term in one sentence', () => {
  it('says what is paid, how often, when, and how it moves', () => {
    const whole = term('signal', 0.2, { signal: 'event' }, { gated: true, transforms: [{ kind: 'first', count: 3 }], schedule: { kind: 'linear', start: 0, end: 100, to: 0 } });
    expect(meaning(whole, gate)).toBe('Pays 0.2 × “Checkpoint”, at most 3 times, only when the outcome is above 0; from iteration 0 to 100 falling to 0.');
  });

  it('says what is charged, and what was set', () => {
    expect(meaning(term('signal', -1.5, { signal: 'event', cap: 2 }))).toBe('Charges 1.5 × “Checkpoint” with cap 2.');
    expect(meaning(term('outcome', 1))).toBe('Pays 1 × “Outcome”.');
    expect(meaning(term('outcome', 1, {}, { label: 'Finish' }))).toBe('Pays 1 × “Finish” (Outcome).');
  });

  it('leaves the gate out where it does not hold the term', () => {
    expect(meaning(term('outcome', 1), gate)).not.toMatch(/only when/);
  });
});

it('says all conditions of a gate and how they are combined', () => {
  const spec = { terms: [term('outcome', 1, {}, { label: 'Finish' })] } as unknown as SchemeSpec;
  const both: GateSpec = { ...gate, also: [{ source: '', term: 0, threshold: 1, inclusive: true, softness: 0 }] };
  expect(gateMeaning(both, spec, String)).toBe('only when the outcome is above 0 and the total of “Finish” is at least 1');
  expect(gateMeaning({ ...both, combine: 'any', softness: 0.5 }, spec, String)).toBe('more the further the outcome exceeds 0 or the total of “Finish” is at least 1');
});

it('says phases in their order', () => {
  expect(scheduleMeaning(1, { kind: 'steps', phases: [{ at: 40, value: 0 }, { at: 20, value: 0.5 }] })).toBe('0.5 from iteration 20, 0 from iteration 40');
  expect(scheduleMeaning(0, { kind: 'cosine', start: 5, end: 9, to: 2 })).toBe('from iteration 5 to 9 rising gently to 2');
});

it('offers every kind of transform once, with words for each', () => {
  const kinds: Record<TransformSpec['kind'], true> = { clip: true, shift: true, sign: true, power: true, sigmoid: true, 'log-sigmoid': true, first: true, gather: true, standardise: true };
  expect(transformChoices.map(({ make }) => make.kind).sort()).toEqual(Object.keys(kinds).sort());
  for (const { make, meaning: words } of transformChoices) expect([transformMeaning(make).length, words.length].every((n) => n > 5)).toBe(true);
});
