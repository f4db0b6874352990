import { describe, expect, it } from 'vitest';
import { gatherRows } from '../../src/core/batch/gather';
import { TableBatch } from '../../src/core/batch/table-batch';
import { learnerStream } from '../../src/core/experiment/resolve';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { priceBatch } from '../../src/core/scheme/price-batch';
import { meanReturn } from '../../src/worker/iteration-metrics';
import { METRICS, type Metric } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { deps, smallSpec, withScheme } from './small-spec';

const preferences = { reward: 'bradley-terry', label: 'Preferences', weight: 1, params: {}, gated: false };

async function preferenceSpec(iterations: number): Promise<ExperimentSpec> {
  const spec = await smallSpec('swe-agent', ['outcome', 'plain'], { iterations, seeds: { first: 0, count: 1 } });
  return withScheme(spec, 1, { name: 'preferences', terms: [preferences] });
}

describe('a reward learned from preferences', () => {
  it('is not fitted when no scheme reads it', async () => {
    const training = await Training.start(await smallSpec('swe-agent', ['outcome']), deps);
    expect(training.learnedReward).toBeNull();
  });

  it('pays more for trajectories that end well, and is the same for every seed', async () => {
    const training = await Training.start(await preferenceSpec(1), deps);
    const { table, initialLogits } = training.experiment;
    const policy = softmaxPolicy(initialLogits, table.S, table.A);
    const played = rollout(table, policy.threshold, { nTraj: 512, groupSize: 1, seed: 77, learner: 0, iteration: 0 });
    const batch = new TableBatch(table, played);
    const outcome = batch.column('outcome', 'trajectory') as Float64Array;
    const learned = gatherRows(played, training.learnedReward!, new Float64Array(played.row.length));
    const returns = Array.from({ length: 512 }, (_, i) => learned.subarray(i * batch.maxLen, i * batch.maxLen + batch.length[i]).reduce((a, b) => a + b, 0));
    const mean = (of: (outcome: number) => boolean) => {
      const chosen = returns.filter((_, i) => of(outcome[i]));
      return chosen.reduce((a, b) => a + b) / chosen.length;
    };
    expect(mean((x) => x === 1)).toBeGreaterThan(mean((x) => x === 0) + 0.5);
    const again = await Training.start(await preferenceSpec(1), deps);
    expect(again.learnedReward).toEqual(training.learnedReward);
  });

  it('trains the policy towards what the person wanted, and a page can price its batches again', async () => {
    const spec = await preferenceSpec(60);
    const training = await Training.start(spec, deps);
    const figures: Record<Metric, number>[] = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) {
      const own = report.metrics.subarray(METRICS.length);
      figures.push(Object.fromEntries(METRICS.map((metric, m) => [metric, own[m]])) as Record<Metric, number>);
    }
    expect(figures[59].proxy).toBeGreaterThan(figures[0].proxy);
    expect(figures[59].success).toBeGreaterThan(2 * figures[0].success);

    const snapshot = await training.recall(1, 33);
    const { table, schemes } = training.experiment;
    const { trajectories: nTraj, groupSize } = spec.training;
    const policy = softmaxPolicy(snapshot.logits, table.S, table.A);
    const played = rollout(table, policy.threshold, { nTraj, groupSize, ...learnerStream(spec.training, 0, 33) });
    const columns = { column: (name: string) => (name === 'learnedReward' ? gatherRows(played, snapshot.learnedReward!, new Float64Array(played.row.length)) : '') };
    const priced = priceBatch(new TableBatch(table, played), schemes[1]!, { ...snapshot, value: null, columns });
    expect(meanReturn(priced)).toBe(figures[33].proxy);
  });
});
