import { describe, expect, it } from 'vitest';
import { STAGES } from '../../src/worker/protocol';
import { StageClock } from '../../src/worker/stage-clock';
import { Training } from '../../src/worker/training-loop';
import { deps, smallSpec } from './small-spec';

describe('the clock of an iteration’s stages', () => {
  it('gives each stage what passed before its lap, and the rest to no stage', () => {
    let time = 100;
    const clock = new StageClock(() => time);
    clock.start();
    const pass = (milliseconds: number) => (time += milliseconds);
    pass(3);
    clock.lap('forward');
    pass(2);
    clock.lap('rollout');
    pass(5);
    clock.lap('forward');
    pass(1);
    const seen = clock.take();
    expect(Object.fromEntries(STAGES.map((stage, k) => [stage, seen[k]]))).toMatchObject({ forward: 8, rollout: 2, other: 1, backward: 0 });
  });

  it('is looked at in every stage of training, for every learner', async () => {
    // Every look is a millisecond, so a stage's time is the number of its laps.
    let looks = 0;
    const spec = await smallSpec('boat-race', ['sparse', 'dense'], { policy: { kind: 'mlp', hidden: [4], activation: 'tanh' }, engine: 'ts' });
    const training = await Training.start(spec, { ...deps, stageNow: () => looks++ });
    const { stages } = (await training.iterate())!;
    const byStage = Object.fromEntries(STAGES.map((stage, k) => [stage, stages[k]]));
    expect(byStage).toEqual({ forward: 1, rollout: 4, pricing: 4, estimator: 4, aggregation: 4, objective: 4, figures: 4, backward: 1, optimiser: 1, other: 1 });
  });
});
