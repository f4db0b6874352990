import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import type { TrainingSpec } from '../../src/core/experiment/spec';
import { bestVisits } from '../../src/core/mdp/best-visits';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, parametersOf, smallSpec } from './small-spec';

async function trained(objective: TrainingSpec['objective'], change: Partial<TrainingSpec> = {}) {
  const spec = await smallSpec('boat-race', ['sparse'], { objective, seeds: { first: 0, count: 1 }, iterations: 25, ...change });
  const training = await Training.start(spec, { ...deps, checkpointInterval: 6 });
  const success: number[] = [];
  const kl: number[] = [];
  for (let report = await training.iterate(); report; report = await training.iterate()) {
    success.push(report.metrics[METRICS.indexOf('success')]);
    kl.push(report.metrics[METRICS.indexOf('kl')]);
  }
  return { training, success, kl };
}

describe('training under every objective', () => {
  // Learning rates that suit the size of each objective's update.
  const rates: Record<string, number> = { gspo: 20, dpo: 2, ipo: 0.01, kto: 20, bco: 10 };

  it.each(allPlugins().list('objective').map(({ id }) => id))('%s raises the success of a good reward, and a past policy is made again to the bit', async (id) => {
    const { training, success } = await trained({ id, params: {} }, { learningRate: rates[id] ?? 0.5 });
    expect(training.failures).toEqual([]);
    expect(success.at(-1)!).toBeGreaterThan(success[0]);
    const last = parametersOf(training)[0];
    expect([...(await training.recall(0, 25)).logits]).toEqual(last);
  });
});

describe('the pull to a reference', () => {
  it('keeps the policy near the starting one', async () => {
    const free = await trained({ id: 'reinforce', params: {} });
    const held = await trained({ id: 'reinforce', params: { klWeight: 0.5 } });
    expect(held.kl.at(-1)!).toBeLessThan(0.5 * free.kl.at(-1)!);
  });

  it('is to the learner’s own policy from the iteration that is named, in replays too', async () => {
    const params = { klWeight: 0.5, referenceFrom: 10 };
    const { training, kl } = await trained({ id: 'reinforce', params });
    const toStart = await trained({ id: 'reinforce', params: { klWeight: 0.5 } });
    expect(kl.slice(0, 11)).toEqual(toStart.kl.slice(0, 11));
    expect(kl.at(-1)).not.toEqual(toStart.kl.at(-1));
    expect([...(await training.recall(0, 25)).logits]).toEqual(parametersOf(training)[0]);
    // The checkpoint before iteration 10 has no reference yet: the replay takes it on its way.
    const atEight = await training.recall(0, 8);
    expect(atEight.iteration).toBe(8);
    expect([...(await training.recall(0, 14)).logits]).not.toEqual([...atEight.logits]);
  });
});

it('demonstrations of a best policy reach what the best policy reaches', async () => {
  const spec = await smallSpec('boat-race', ['sparse'], { objective: { id: 'imitation-balance', params: { imitation: 1, imitationAfter: 1 } }, learningRate: 3, iterations: 60 });
  const training = await Training.start(spec, deps);
  await advance(training);
  const table = training.experiment.table!;
  const visits = bestVisits(table, table.metrics[table.truth]);
  expect(table.start.probability.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(visits.reduce((a, b) => a + b)).toBeLessThanOrEqual(table.horizon);
  const report = await Training.start({ ...spec, training: { ...spec.training, iterations: 60 } }, deps);
  const first = (await report.iterate())!.metrics[METRICS.indexOf('success')];
  let last = first;
  for (let next = await report.iterate(); next; next = await report.iterate()) last = next.metrics[METRICS.indexOf('success')];
  expect(last).toBeGreaterThan(0.95);
  expect(last).toBeGreaterThan(first);
});
