/** Shares of the reward terms against the advantage they make up, and against pricing each term alone. */
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { TableBatch } from '../../../src/core/batch/table-batch';
import { rollout } from '../../../src/core/mdp/rollout';
import { compileScheme } from '../../../src/core/scheme/compile-scheme';
import { EMPTY_SIDE, priceBatch, type Side } from '../../../src/core/scheme/price-batch';
import type { SchemeSpec, TermSpec } from '../../../src/core/scheme/scheme-spec';
import { termShares } from '../../../src/core/scheme/term-shares';
import { randomMdp, randomPolicy } from '../mdp/random-mdp';

const plugins = allPlugins();
const term = (reward: string, weight: number, params: TermSpec['params'] = {}, gated = false): TermSpec => ({ reward, label: reward, weight, params, gated });
const scheme = (over: Partial<SchemeSpec>): SchemeSpec => ({
  name: 'Test',
  terms: [term('outcome', 1.5), term('signal', 0.7, { signal: 'cost' }, true), term('signal', -0.4, { signal: 'event', cap: 2 }, true)],
  gate: { source: 'outcome', threshold: 0.5, inclusive: true, softness: 0 },
  gamma: 0.9,
  gammaLinked: true,
  estimator: { id: 'mc-return', params: {} },
  value: 'zero',
  whiten: 'none',
  clip: null,
  muted: false,
  ...over,
});

function price(spec: SchemeSpec, side: Partial<Side> = {}) {
  const table = randomMdp(3);
  const played = rollout(table, randomPolicy(table, 3).threshold, { nTraj: 24, groupSize: 6, seed: 3, learner: 0, iteration: 0 });
  return { table, priced: priceBatch(new TableBatch(table, played), compileScheme(spec, plugins, table), { ...EMPTY_SIDE, ...side }) };
}

function sharesOf(spec: SchemeSpec, side: Partial<Side> = {}) {
  const { priced } = price(spec, side);
  const shares = termShares(priced);
  if (shares.kind === 'none') throw new Error(shares.reason);
  return { shares, priced };
}

function largestGap(spec: SchemeSpec, side: Partial<Side> = {}): number {
  const { shares, priced } = sharesOf(spec, side);
  return priced.advantage.reduce((most, x, k) => Math.max(most, Math.abs(x - shares.terms.reduce((sum, { share }) => sum + share[k]!, 0))), 0);
}

const linear = ['mc-return', 'reinforce-baseline', 'rloo', 'dr-grpo'];
const scaled = ['grpo', 'grpo-trl'];

describe('shares of the terms', () => {
  it.each([...linear, ...scaled])('add up to the advantage under %s, without a rest', (id) => {
    const spec = scheme({ estimator: { id, params: {} } });
    expect(largestGap(spec)).toBeLessThan(1e-12);
    expect(sharesOf(spec).shares.terms.map(({ label }) => label)).toEqual(['outcome', 'signal', 'signal']);
  });

  it.each(linear)('equal pricing each term alone under %s', (id) => {
    const spec = scheme({ estimator: { id, params: {} } });
    const { shares } = sharesOf(spec);
    expect(shares.kind).toBe('linear');
    spec.terms.forEach((only, k) => {
      const alone = price({ ...spec, terms: [only] }).priced.advantage;
      shares.terms[k]!.share.forEach((x, j) => expect(x).toBeCloseTo(alone[j]!, 12));
    });
  });

  it('hold the deviation fixed where the estimator divides by it', () => {
    const { shares } = sharesOf(scheme({ estimator: { id: 'grpo', params: {} } }));
    expect(shares.kind).toBe('scaled');
  });

  it('leave what a critic takes away to the rest', () => {
    const { table } = price(scheme({}));
    const value = Float64Array.from({ length: table.S }, (_, s) => Math.sin(s));
    const spec = scheme({ estimator: { id: 'gae', params: { lambda: 0.8 } }, value: 'learned' });
    const { shares, priced } = sharesOf(spec, { value });
    expect(shares.terms.at(-1)!.label).toBe('rest');
    const free = price({ ...spec, value: 'zero' }).priced.advantage;
    priced.advantage.forEach((x, k) => {
      expect(shares.terms.at(-1)!.share[k]).toBeCloseTo(x - free[k]!, 12);
    });
  });

  it('add up after whitening and clipping too', () => {
    expect(largestGap(scheme({ whiten: 'batch', clip: 0.8 }))).toBeLessThan(1e-12);
  });

  it('are refused with a reason where the estimator is not linear', () => {
    const shares = termShares(price(scheme({ estimator: { id: 'pure', params: {} } })).priced);
    expect(shares).toMatchObject({ kind: 'none', reason: expect.stringContaining('not linear') });
  });
});
