/**
 * What step scores teach, with the mistakes where the reference's learners had them: where the wrong step lies decides much of
 * the outcome, so its draws are part of the figures.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import processNoise from '../../src/core/scenarios/process-noise';
import { Training } from '../../src/worker/training-loop';
import { exactMetrics, settings } from '../core/scenarios/reference-policy';
import { advance, deps, smallSpec, withScheme } from '../worker/small-spec';

const { order } = JSON.parse(readFileSync(new URL('../golden/process-noise-orders.json', import.meta.url), 'utf8')) as { order: number[][] };

/** Mean exact success after 300 updates of twenty learners, each under its own scorer. */
async function success(params: Record<string, unknown>, alpha: number, gated = false): Promise<number> {
  const base = withScheme(await smallSpec('boat-race', ['dense']), 0, {
    terms: [
      { reward: 'outcome', label: 'Outcome', weight: 1, params: {}, gated: false },
      { reward: 'signal', label: 'Step scores', weight: alpha / 6, params: { signal: 'prm', cap: 0, once: false }, gated },
    ],
    gate: gated ? { source: 'outcome', threshold: 0.5, inclusive: true, softness: 0 } : null,
  });
  let sum = 0;
  for (let learner = 0; learner < 20; learner++) {
    const own = { ...params, order: order[learner] };
    const training: ExperimentSpec['training'] = { ...base.training, learningRate: 0.5, trajectories: 32, groupSize: 16, iterations: 300, seeds: { first: learner, count: 1 } };
    const run = await Training.start({ ...base, scenario: { id: 'process-noise', params: own }, training }, { ...deps, figures: false });
    await advance(run);
    sum += exactMetrics(processNoise.table(settings(processNoise, own)), Float64Array.from(run.learners[0].parameters))['success'] / 20;
  }
  return sum;
}

it('iid noise costs little up to 30 %, and half of all labels wrong teaches nothing', async () => {
  expect(await success({ flip: 0.3 }, 0.5)).toBeGreaterThan(0.85);
  expect(await success({ flip: 0.5 }, 0.5)).toBeLessThan(0.1);
});

it('one step that is always scored wrong ruins it', async () => {
  const learned = await success({ wrongSteps: 1 }, 0.5);
  expect(learned).toBeGreaterThan(0.05);
  expect(learned).toBeLessThan(0.3);
});

it('an outcome gate is immune to wrong scores where some solutions succeed, and stalls where none does', async () => {
  const summed = await success({ wrongSteps: 2, prior: 1 }, 2);
  expect(summed).toBeGreaterThan(0.2);
  expect(summed).toBeLessThan(0.5);
  expect(await success({ wrongSteps: 2, prior: 1 }, 2, true)).toBeGreaterThan(0.98);
  expect(await success({ wrongSteps: 2 }, 2, true)).toBeLessThan(0.1);
});
