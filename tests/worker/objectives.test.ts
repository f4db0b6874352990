import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import type { TrainingSpec } from '../../src/core/experiment/spec';
import { bestVisits } from '../../src/core/mdp/best-visits';
import { METRICS, type Metric } from '../../src/worker/protocol';
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

describe('a balance of imitation that learns', () => {
  /** Key and door without shaping: reward alone never finds the door, and a policy that does not know the time cannot do all that is shown. */
  async function keyDoor(objective: TrainingSpec['objective'], training: Partial<TrainingSpec> = {}) {
    const spec = await smallSpec('key-door', ['sparse'], { objective, seeds: { first: 0, count: 1 }, iterations: 40, ...training });
    const run = await Training.start(spec, { ...deps, checkpointInterval: 6 });
    const figures: { share: number; success: number; proxy: number }[][] = [];
    for (let report = await run.iterate(); report; report = await run.iterate()) {
      const { metrics } = report;
      const at = (learner: number, metric: Metric) => metrics[learner * METRICS.length + METRICS.indexOf(metric)];
      figures.push(run.learners.map((_, k) => ({ share: at(k, 'imitation'), success: at(k, 'success'), proxy: at(k, 'proxy') })));
    }
    return { run, figures };
  }
  const learned = (params: Record<string, unknown> = {}) => keyDoor({ id: 'imitation-meta', params });

  it('imitates where nothing succeeds yet, follows the reward once it informs, and ends above either alone', async () => {
    const [meta, reward, imitation] = await Promise.all([learned(), keyDoor({ id: 'reinforce', params: {} }), keyDoor({ id: 'imitation-balance', params: { imitation: 1, imitationAfter: 1 } })]);
    const share = meta.figures.map(([{ share }]) => share);
    expect(meta.figures[0][0].success).toBeLessThan(0.001);
    for (let k = 1; k < 4; k++) expect(share[k]).toBeGreaterThan(share[k - 1]);
    expect(Math.max(...share)).toBeGreaterThan(0.75);
    expect(share.at(-1)).toBe(0.05);
    expect(meta.figures.at(-1)![0].success).toBeGreaterThan(0.93);
    expect(reward.figures.at(-1)![0]).toMatchObject({ share: Number.NaN });
    expect(reward.figures.at(-1)![0].success).toBeLessThan(0.01);
    expect(imitation.figures.at(-1)![0].share).toBe(1);
    expect(imitation.figures.at(-1)![0].success).toBeLessThan(0.8);
  });

  it('is blind where it estimates from a batch in which nothing succeeded, and never leaves demonstrations that it is judged by', async () => {
    const { figures } = await learned({ utility: 'batch', entropyRate: 0 });
    const blind = figures.findIndex(([{ proxy }]) => proxy > 0);
    expect(blind).toBeGreaterThan(0);
    expect(figures.slice(0, blind).map(([{ share }]) => share)).toEqual(Array(blind).fill(0.5));
    expect(figures[blind][0].share).not.toBe(0.5);
    const { figures: judged } = await learned({ utility: 'demonstrations', entropyRate: 0 });
    expect(new Set(judged.map(([{ share }]) => share))).toEqual(new Set([0.95]));
  });

  it('moves before the update that it weighs, not after', async () => {
    const held = await keyDoor({ id: 'imitation-meta', params: { imitation: 0.5, least: 0.3, most: 0.3 } }, { iterations: 3 });
    const fixed = await keyDoor({ id: 'imitation-balance', params: { imitation: 0.3, imitationAfter: 0.3 } }, { iterations: 3 });
    expect(held.figures).toEqual(fixed.figures);
    expect(parametersOf(held.run)).toEqual(parametersOf(fixed.run));
  });

  it('is made again to the bit from a checkpoint amid its way, after a branch too, and belongs to each learner alone', async () => {
    const objective = { id: 'imitation-meta', params: {} };
    const { run, figures } = await keyDoor(objective, { iterations: 11, seeds: { first: 0, count: 2 } });
    expect([...(await run.recall(0, 11)).logits]).toEqual(parametersOf(run)[0]);
    expect(figures[10][0].share).not.toBe(figures[10][1].share);
    const { spec } = run.experiment;
    const again = { ...spec, schemes: [{ ...spec.schemes[0], name: 'again' }] as unknown as typeof spec.schemes, training: { ...spec.training, branches: [{ scheme: 0, iteration: 5 }] } };
    const atEnd = parametersOf(run);
    expect(await run.reconfigure(again, [])).toBe(true);
    expect(run.learners.map(({ iteration }) => iteration)).toEqual([5, 5]);
    expect(parametersOf(run)).not.toEqual(atEnd);
    await advance(run);
    expect(parametersOf(run)).toEqual(atEnd);
    const alone = await keyDoor(objective, { iterations: 11, seeds: { first: 1, count: 1 } });
    expect(alone.figures.map(([own]) => own)).toEqual(figures.map(([, second]) => second));
  });

  it('is carried by each network of a population, and replayed', async () => {
    const policy: TrainingSpec['policy'] = { kind: 'mlp', hidden: [8], activation: 'tanh' };
    const network: Partial<TrainingSpec> = { policy, optimiser: 'adam', learningRate: 0.05, engine: 'ts', seeds: { first: 0, count: 2 } };
    const objective = { id: 'imitation-meta', params: { metaRate: 20 } };
    const [long, short] = [await keyDoor(objective, { ...network, iterations: 8 }), await keyDoor(objective, { ...network, iterations: 5 })];
    expect(long.figures[3][0].share).not.toBe(long.figures[3][1].share);
    expect([...(await long.run.recall(0, 5)).logits]).toEqual([...(await short.run.policies())[0]]);
    expect([...(await long.run.recall(0, 8)).logits]).toEqual([...(await long.run.policies())[0]]);
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
