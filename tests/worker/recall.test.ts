import { describe, expect, it } from 'vitest';
import { Checkpoints } from '../../src/worker/checkpoints';
import { meanReturn } from '../../src/worker/iteration-metrics';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { learnerStream } from '../../src/core/experiment/resolve';
import type { TrainingSpec } from '../../src/core/experiment/spec';
import { TableBatch } from '../../src/core/batch/table-batch';
import { priceBatch } from '../../src/core/scheme/price-batch';
import { advance, deps, smallSpec } from './small-spec';

const mlp: Partial<TrainingSpec> = { policy: { kind: 'mlp', hidden: [8, 8], activation: 'tanh' }, optimiser: 'adam', learningRate: 0.02, engine: 'ts' };

describe('a past iteration, regenerated', () => {
  it.each<[string, string, string[], Partial<TrainingSpec>]>([
    ['a tabular policy with a learned critic', 'key-door-gae', ['sparse', 'pbrs-inf'], {}],
    ['a tabular policy under a gate', 'boat-race', ['dense', 'gated-cap'], {}],
    ['an MLP with Adam', 'boat-race', ['sparse', 'first-visit'], mlp],
    ['an MLP under several epochs of PPO', 'boat-race', ['sparse', 'dense'], { ...mlp, objective: { id: 'ppo-clip', params: { epochs: 3 } } }],
    ['a tabular policy under several epochs of PPO', 'boat-race', ['sparse', 'dense'], { objective: { id: 'ppo-clip', params: {} } }],
  ])('%s: policy, carried state and batch are those of the learner, to the bit', async (_, id, names, options) => {
    const spec = await smallSpec(id, names, options);
    const training = await Training.start(spec, { ...deps, checkpointInterval: 7 });
    const seen: { logits: number[] | null; critic: number[] | null; figures: number[] }[] = [];
    for (;;) {
      const learner = training.learners[2];
      const held = { logits: spec.training.policy.kind === 'tabular' ? [...learner.parameters] : null, critic: learner.critic && [...learner.critic] };
      const report = await training.iterate();
      if (!report) break;
      seen.push({ ...held, figures: [...report.metrics.subarray(2 * METRICS.length, 3 * METRICS.length)] });
    }
    const { table, schemes } = training.experiment;
    for (const iteration of [0, 1, 6, 7, 13, 20, 29]) {
      const snapshot = await training.recall(1, iteration);
      expect(snapshot.iteration).toBe(iteration);
      const { logits, critic, figures } = seen[iteration];
      if (logits) expect([...snapshot.logits]).toEqual(logits);
      expect(snapshot.critic && [...snapshot.critic]).toEqual(critic);

      const policy = softmaxPolicy(snapshot.logits, table.S, table.A);
      const { trajectories: nTraj, groupSize } = spec.training;
      const played = rollout(table, policy.threshold, { nTraj, groupSize, ...learnerStream(spec.training, 0, iteration) });
      const batch = new TableBatch(table, played);
      const priced = priceBatch(batch, schemes[1]!, { ...snapshot, value: snapshot.critic, columns: null });
      expect(meanReturn(priced)).toBe(figures[METRICS.indexOf('proxy')]);
      expect(batch.length.reduce((a, b) => a + b) / nTraj).toBe(figures[METRICS.indexOf('length')]);
    }
    expect(seen).toHaveLength(30);
  });

  it('does not disturb the run', async () => {
    const spec = await smallSpec('key-door-gae', ['sparse', 'subgoal']);
    const plain = await Training.start(spec, deps);
    const asked = await Training.start(spec, deps);
    await advance(plain);
    for (let k = 5; k <= 30; k += 5) {
      await advance(asked, k);
      await asked.recall(1, k - 3);
    }
    expect(asked.learners.map(({ parameters, critic }) => [[...parameters], [...critic!]])).toEqual(
      plain.learners.map(({ parameters, critic }) => [[...parameters], [...critic!]]),
    );
  });

  it('still works when memory is short: checkpoints thin out, the interval doubles, iteration 0 stays', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense'], { iterations: 64 });
    const roomy = await Training.start(spec, { ...deps, checkpointInterval: 1 });
    const tight = await Training.start(spec, { ...deps, checkpointInterval: 1, checkpointBudget: 20_000 });
    await advance(roomy);
    await advance(tight);
    for (const iteration of [0, 17, 40, 63]) {
      expect([...(await tight.recall(1, iteration)).logits]).toEqual([...(await roomy.recall(1, iteration)).logits]);
    }
  });

  it('keeps within its budget', async () => {
    const spec = await smallSpec('boat-race', ['sparse'], { iterations: 64 });
    const training = await Training.start(spec, deps);
    const checkpoints = new Checkpoints(1, 4_000);
    for (let k = 0; k < 64; k++) {
      for (const learner of training.learners) checkpoints.offer(learner, null);
      await training.iterate();
      expect(checkpoints.bytes).toBeLessThanOrEqual(4_000);
    }
    expect(checkpoints.interval).toBeGreaterThan(1);
    expect(checkpoints.nearest(0, 3)!.iteration).toBe(0);
  });
});
