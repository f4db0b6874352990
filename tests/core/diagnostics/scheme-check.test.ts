import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { checkScheme, type SchemeCheck } from '../../../src/core/diagnostics/scheme-check';
import { tableTensor } from '../../../src/core/diagnostics/table-tensor';
import { updateAgreement, type UpdateAgreement } from '../../../src/core/diagnostics/update-agreement';
import { loadPreset } from '../../../src/core/experiment/presets';
import { resolveExperiment } from '../../../src/core/experiment/resolve';
import { compileTable } from '../../../src/core/mdp/compile-table';

const plugins = allPlugins();

async function experiment(preset: string, name: string, change: object = {}) {
  const { spec, library } = (await loadPreset(preset))!;
  const scheme = { ...[...spec.schemes, ...library].find((candidate) => candidate.name === name)!, ...change };
  return resolveExperiment({ ...spec, schemes: [scheme] }, plugins);
}

function drained(...given: Parameters<typeof updateAgreement>): UpdateAgreement[] {
  const steps = updateAgreement(...given);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

async function check(preset: string, name: string, change: object = {}): Promise<SchemeCheck> {
  return checkScheme(await experiment(preset, name, change), 0);
}

describe('farming', () => {
  it('boat-race dense: the lagoon pays for ever, and who does not see the time never finishes', async () => {
    const { farming } = await check('boat-race', 'dense');
    expect([...farming.cycle!.states].sort((a, b) => a - b)).toEqual([9, 10, 11]);
    expect(farming.cycle!.payPerStep).toBeCloseTo(0.2, 12);
    expect([farming.cycle!.truePerStep, farming.cycle!.isGated]).toEqual([0, false]);
    expect([farming.withClock, farming.best]).toEqual([1, 1]);
    expect(farming.withoutClock).toEqual({ ofScheme: 0, ofTruth: 1, gamma: 1 - 1 / 31, circling: expect.closeTo(0.563, 3) });
    expect(farming.isFarmed).toBe(true);
    expect(farming.words).toMatch(/^lagoon 1, checkpoint → lagoon 2.*0\.2 a step/);
  });

  it.each([['boat-race', 'sparse'], ['boat-race', 'pbrs'], ['key-door', 'sparse'], ['key-door', 'pbrs-man']])('%s %s: no circle pays', async (preset, name) => {
    const { farming } = await check(preset, name);
    expect([farming.cycle, farming.isFarmed]).toEqual([null, false]);
    expect(farming.words).toBe('No way to go in circles pays.');
    expect(farming.withoutClock!.ofScheme).toBeCloseTo(farming.withoutClock!.ofTruth, 12);
  });

  it('says when a gate may still refuse the pay, and which terms it did without', async () => {
    const gated = (await check('boat-race', 'gated')).farming;
    expect([gated.cycle!.isGated, gated.withoutClock, gated.withClock]).toEqual([true, null, 1]);
    const visits = (await check('boat-race', 'first-visit')).farming;
    expect([visits.leftOut, visits.cycle]).toEqual([[], null]);
    const pure = (await check('math-steps', 'pure')).farming;
    expect([pure.leftOut, pure.withoutClock]).toEqual([['Step scores'], null]);
  });
});

describe('reward distance', () => {
  it('is 0 for the truth itself and for the truth at another scale', async () => {
    const { terms } = (await experiment('boat-race', 'sparse')).spec.schemes[0];
    for (const weight of [1, 3]) {
      const { distance } = await check('boat-race', 'sparse', { terms: [{ ...terms[0], weight }] });
      expect(distance).toMatchObject({ gamma: 0.999, starc: expect.closeTo(0, 7), epic: expect.closeTo(0, 7) });
    }
  });

  it('sees through a potential with STARC at its own discount, and not with a payment', async () => {
    for (const gamma of [0.9, 1]) {
      const shaped = await check('boat-race', 'pbrs', { gamma });
      expect((shaped.distance as { starc: number }).starc).toBeLessThan(1e-7);
    }
    const unlinked = await check('boat-race', 'pbrs', { gamma: 0.9, gammaLinked: false });
    expect((unlinked.distance as { starc: number }).starc).toBeGreaterThan(0.05);
    const dense = await check('boat-race', 'dense', { gamma: 0.9 });
    expect((dense.distance as { starc: number }).starc).toBeGreaterThan(0.3);
    expect((dense.distance as { epic: number }).epic).toBeGreaterThan(0.1);
  });

  it('is refused for a gate, with the reason', async () => {
    expect((await check('boat-race', 'gated')).distance).toEqual({ reason: expect.stringContaining('known at the end') });
  });

  it('reads a table row by row: equal arrivals are averaged, ends leave the table', () => {
    const table = compileTable({
      S: 2, A: 1, horizon: 2, signals: [], metrics: ['success'], truth: 'success',
      start: { state: [0], probability: [1] },
      features: () => [1],
      transitions: (state) => state === 0
        ? [{ probability: 0.25, next: 1, metrics: { success: 4 } }, { probability: 0.5, next: 1, metrics: { success: 1 } }, { probability: 0.25, next: 1, done: true, metrics: { success: 7 } }]
        : [{ probability: 1, next: 0 }],
    });
    expect(tableTensor(table, [table.metrics['success']])).toEqual({
      transition: [[[0, 0.75, 0.25]], [[1, 0, 0]], [[0, 0, 1]]],
      rewards: [[[[0, 2, 7]], [[0, 0, 0]], [[0, 0, 0]]]],
    });
  });
});

describe('terms', () => {
  it('add up to the whole variance of the advantage', async () => {
    for (const [preset, name] of [['boat-race', 'dense'], ['swe-agent', 'plain'], ['math-steps', 'sum'], ['math-steps', 'pure']] as const) {
      const { terms } = await check(preset, name);
      expect(terms.reason).toBeNull();
      expect(terms.terms.reduce((sum, { share }) => sum + share!, terms.rest!)).toBeCloseTo(1, 9);
    }
  });

  it('a potential under whole-trajectory groups is cancelled; a payment is not', async () => {
    const { terms } = await check('key-door', 'pbrs-inf');
    // The starting policy never opens the door, so that the outcome is 0 throughout and nothing at all is left to learn from.
    expect(terms.terms.map(({ finding }) => finding)).toEqual(['constant', 'cancelled']);
    expect(terms.reason).toMatch(/nothing is learned/);
    expect((await check('boat-race', 'pbrs')).terms.terms.map(({ finding }) => finding)).toEqual([null, 'cancelled']);
    expect(terms.terms[1].rewardDeviation).toBeGreaterThan(0.01);
    const nozero = await check('key-door', 'pbrs-inf-nozero');
    expect(nozero.terms.terms[1].finding).not.toBe('cancelled');
  });

  it('a large weight dominates, a payment for nothing is constant', async () => {
    const [outcome, checkpoints] = (await experiment('boat-race', 'dense')).spec.schemes[0].terms;
    const heavy = await check('boat-race', 'dense', { terms: [outcome, { ...checkpoints, weight: 50 }] });
    expect(heavy.terms.terms.map(({ finding }) => finding)).toEqual([null, 'dominant']);
    const off = await check('boat-race', 'dense', { terms: [outcome, { ...checkpoints, weight: 0 }] });
    expect(off.terms.terms[1].finding).toBe('constant');
    const alone = await check('boat-race', 'sparse');
    expect(alone.terms.terms.map(({ finding, share }) => [finding, share])).toEqual([[null, expect.closeTo(1, 9)]]);
  });
});

describe('agreement of updates with the truth', () => {
  it('is near 1 for the outcome, and against the truth for checkpoints that pay twenty times as much', async () => {
    const honest = await experiment('boat-race', 'sparse');
    const [start, , half] = drained(honest.schemes[0]!, honest.table, honest.initialLogits, 16);
    expect(start.cosine).toBeGreaterThan(0.9);
    expect(half.cosine === null || half.cosine > 0.8).toBe(true);
    const terms = (await experiment('boat-race', 'dense')).spec.schemes[0].terms;
    const bought = await experiment('boat-race', 'dense', { terms: [terms[0], { ...terms[1], weight: 20 }] });
    const against = drained(bought.schemes[0]!, bought.table, bought.initialLogits, 16)[0];
    expect(against.cosine! + 3 * against.error!).toBeLessThan(0);
  });

  it('is what is reported where a scheme cannot be solved', async () => {
    const { invariance } = await check('math-steps', 'pure');
    expect(invariance).toMatchObject({ kind: 'measured, not decided', reason: expect.stringContaining('Step scores') });
    const { updates } = invariance as Extract<SchemeCheck['invariance'], { updates: unknown }>;
    expect(updates.map(({ mixture }) => mixture)).toEqual([0, 0.25, 0.5, 0.75]);
  });
});
