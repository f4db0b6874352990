import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { loadPreset } from '../../../src/core/experiment/presets';
import { resolveExperiment } from '../../../src/core/experiment/resolve';
import { compileTable } from '../../../src/core/mdp/compile-table';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { optimalPolicy } from '../../../src/core/mdp/optimal';
import { compareOptima, invarianceInWords, type PolicyInvariance } from '../../../src/core/diagnostics/policy-invariance';
import { solvable } from '../../../src/core/diagnostics/solvable';
import { solveScheme } from '../../../src/core/diagnostics/scheme-optimum';
import type { CompiledScheme } from '../../../src/core/scheme/compile-scheme';
import type { Table } from '../../../src/core/contracts/scenario';

const plugins = allPlugins();

function policyInvariance(scheme: CompiledScheme, plain: Table): PolicyInvariance | string {
  const solved = solvable(scheme, plain);
  return typeof solved === 'string' ? solved : compareOptima(solveScheme(solved.table, solved.pay, scheme.spec.gamma)!);
}

async function checked(preset: string, name: string, weight?: number) {
  const { spec, library } = (await loadPreset(preset))!;
  const found = [...spec.schemes, ...library].find((candidate) => candidate.name === name)!;
  const scheme = { ...found, terms: found.terms.map((term, k) => (k === 1 && weight !== undefined ? { ...term, weight } : term)) };
  const { table, schemes } = resolveExperiment({ ...spec, schemes: [scheme] }, plugins);
  return { table, found: policyInvariance(schemes[0]!, table) };
}

/** A few states with random jumps, pay and success; every row ends with a chance of about one in five. */
function smallTable(seed: number, S = 3, A = 2, horizon = 3): Table {
  const stream = mixSeed(77, seed);
  return compileTable({
    S, A, horizon,
    signals: ['pay', 'extra'],
    metrics: ['success'],
    truth: 'success',
    start: { state: [0, 1], probability: [0.5, 0.5] },
    features: () => [1],
    transitions: () => {
      const p = 0.2 + 0.6 * nextUniform(stream);
      return [p, 1 - p].map((probability) => {
        const done = nextUniform(stream) < 0.3;
        return {
          probability, done,
          next: Math.floor(nextUniform(stream) * S),
          signals: { pay: Math.floor(4 * nextUniform(stream)) / 2, extra: nextUniform(stream) },
          metrics: { success: done && nextUniform(stream) < 0.5 ? 1 : 0 },
        };
      });
    },
  });
}

const rows = (column: Float64Array) => ({ within: column, last: column });

/** Best expected total by trying every continuation of every history: nothing is shared with the code under test. */
function bestByHistories(table: Table, total: (path: readonly number[], ended: boolean) => number): number {
  const from = (s: number, path: readonly number[]): number => {
    let best = -Infinity;
    for (let a = 0; a < table.A; a++) {
      let q = 0;
      for (let r = table.rowStart[s * table.A + a]; r < table.rowStart[s * table.A + a + 1]; r++) {
        const taken = [...path, r];
        const over = table.rowDone[r] === 1 || taken.length === table.horizon;
        q += table.rowProbability[r] * (over ? total(taken, table.rowDone[r] === 1) : from(table.rowNext[r], taken));
      }
      best = Math.max(best, q);
    }
    return best;
  };
  return Array.from(table.start.state, (s, k) => table.start.probability[k] * from(s, [])).reduce((a, b) => a + b, 0);
}

/** Best scheme value from the start, from the solved nodes of step 0. */
function schemeBest(table: Table, solved: NonNullable<ReturnType<typeof solveScheme>>): number {
  return Array.from(table.start.state, (s, k) => {
    const node = solved.state.indexOf(s);
    return table.start.probability[k] * Math.max(...solved.schemeValue.subarray(node * table.A, (node + 1) * table.A));
  }).reduce((a, b) => a + b, 0);
}

describe('solving a scheme', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('agrees with backward induction and with every history tried, gated or not (table %i)', (seed) => {
    const table = smallTable(seed);
    const { pay, extra } = table.signals;
    for (const gamma of [1, 0.7]) {
      const plain = solveScheme(table, { open: rows(pay), gated: null, gate: null }, gamma)!;
      expect(schemeBest(table, plain)).toBeCloseTo(startValue(table, optimalPolicy(table, pay, { gamma }).value), 10);
      const gate = { gate: table.metrics['success'], timeOutGate: 0.25 };
      const gated = solveScheme(table, { open: rows(extra), gated: rows(pay), gate }, gamma)!;
      const byHistories = bestByHistories(table, (path, ended) => {
        const sum = (of: Float64Array) => path.reduceRight((later, r) => of[r] + gamma * later, 0);
        return sum(extra) + (ended ? gate.gate[path[path.length - 1]] : gate.timeOutGate) * sum(pay);
      });
      expect(schemeBest(table, gated)).toBeCloseTo(byHistories, 10);
    }
  });

  it('brackets the true value of a policy that is optimal under the scheme', () => {
    for (let seed = 0; seed < 20; seed++) {
      const table = smallTable(seed, 4, 3, 5);
      const { action } = optimalPolicy(table, table.signals['pay']);
      const truth = table.metrics['success'];
      // The lowest of the best actions, followed step by step from behind.
      let next = new Float64Array(table.S);
      for (let t = table.horizon - 1; t >= 0; t--) {
        const deterministic = Float64Array.from({ length: table.S * table.A }, (_, sa) => (action[t * table.S + Math.floor(sa / table.A)] === sa % table.A ? 1 : 0));
        const step = truth.map((x, r) => x + (table.rowDone[r] ? 0 : next[table.rowNext[r]]));
        next = evaluatePolicy(table, deterministic, step, { horizon: 1 }).value.slice(0, table.S);
      }
      const solved = solveScheme(table, { open: rows(table.signals['pay']), gated: null, gate: null }, 1)!;
      expect(solved.best).toBeCloseTo(startValue(table, optimalPolicy(table, truth).value), 12);
      expect(startValue(table, next)).toBeGreaterThanOrEqual(solved.least - 1e-9);
      expect(startValue(table, next)).toBeLessThanOrEqual(solved.most + 1e-9);
      const { verdict, lost } = compareOptima(solved);
      expect(verdict === 'changed').toBe(lost.most > 1e-6);
    }
  });
});

describe('policy invariance of the presets', () => {
  it.each([
    ['boat-race', 'sparse', 'invariant'],
    ['boat-race', 'pbrs', 'invariant'],
    ['boat-race', 'dense', 'on-path'],
    ['boat-race', 'gated', 'on-path'],
    ['key-door', 'sparse', 'invariant'],
    ['key-door', 'pbrs-man', 'invariant'],
    ['key-door', 'pbrs-inf', 'invariant'],
    ['key-door', 'pbrs-man-nozero', 'on-path'],
    ['key-door', 'pbrs-inf-nozero', 'on-path'],
    ['key-door', 'naive-prox', 'on-path'],
    // One action of it loses 8e-10 of the truth: less than a millionth does not count.
    ['swe-agent', 'plain', 'on-path'],
    ['swe-agent', 'outcome', 'invariant'],
  ])('%s %s is %s', async (preset, scheme, verdict) => {
    const { found } = await checked(preset, scheme);
    expect((found as PolicyInvariance).verdict).toBe(verdict);
  });

  it('checkpoints of 1 each are worth more than the way home: the whole race is lost, and it says where the two part', async () => {
    const { found, table } = await checked('boat-race', 'dense', 1);
    const { best, lost, counterexample } = found as PolicyInvariance;
    expect([best, lost.least, lost.most]).toEqual([1, 1, 1]);
    const { state, schemeAction, trueAction, trueValues, schemeValues } = counterexample!;
    expect(table.rowNext[table.rowStart[state * 2 + schemeAction]]).toBeGreaterThanOrEqual(9);
    expect(schemeAction).not.toBe(trueAction);
    expect(trueValues).toEqual([0, 1]);
    expect(schemeValues[0]).toBeGreaterThan(schemeValues[1]);
    const words = invarianceInWords(found as PolicyInvariance, { state: (s) => `place ${s}`, action: (a) => `action ${a}` });
    expect(words).toContain(`in place ${state}, action ${schemeAction} is worth`);
    expect(words).toContain("optimum loses 1 of the true value");
  });

  it.each([['gated-cap', 'invariant'], ['first-visit', 'on-path']] as const)('boat-race %s is solved with what it remembers: %s', async (name, verdict) => {
    const { found } = await checked('boat-race', name);
    expect(found).toMatchObject({ verdict, best: 1, lost: { least: 0, most: 0 } });
  });

  it('math-steps pure is refused with the reason', async () => {
    expect((await checked('math-steps', 'pure')).found).toMatch(/pays by more than the state and the action\.$/);
  });
});
