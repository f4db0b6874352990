import { beforeAll, describe, expect, it } from 'vitest';
import { loadPreset } from '../../src/core/experiment/presets';
import { learnerStream, resolveExperiment } from '../../src/core/experiment/resolve';
import type { ExperimentSpec, TrainingSpec } from '../../src/core/experiment/spec';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { stateActionFeatures } from '../../src/engine/reward-model';
import { simulatePreferences } from '../../src/engine/simulated-person';
import { createTsEngine } from '../../src/engine/ts-engine';
import { learnReward, type LearnedReward } from '../../src/worker/learned-reward';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { deps } from './small-spec';
import { fitRewardModel } from '../support/fit-reward-model';

const { spec: preset } = (await loadPreset('reward-model-ensemble'))!;
const withTraining = (training: Partial<TrainingSpec>): ExperimentSpec => ({ ...preset, training: { ...preset.training, engine: 'ts', ...training } });
const experiment = resolveExperiment(withTraining({}), deps.plugins);

async function learned(rewardModel: TrainingSpec['rewardModel'], seeds = { first: 0, count: 1 }): Promise<LearnedReward> {
  const { rewardModel: _own, ...training } = preset.training;
  return (await Training.start({ ...preset, training: { ...training, engine: 'ts', seeds, ...(rewardModel && { rewardModel }) } }, deps)).learnedReward!;
}

describe('the preset of reward models', () => {
  const finishers: Record<string, number> = {};
  const gaps: Record<string, number> = {};

  beforeAll(async () => {
    const training = await Training.start(withTraining({ iterations: 200 }), deps);
    const { seeds } = preset.training;
    const first: number[] = [];
    const last: number[] = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) {
      for (const figures of report.iteration === 0 ? [first, last] : [last]) {
        report.learners.forEach((learner, k) => {
          figures[learner] = report.metrics[k * METRICS.length + METRICS.indexOf('success')];
          figures[learner + 1000] = report.metrics[k * METRICS.length + METRICS.indexOf('proxy')];
        });
      }
    }
    preset.schemes.forEach(({ name }, scheme) => {
      const learners = Array.from({ length: seeds.count }, (_, seed) => scheme * seeds.count + seed);
      finishers[name] = learners.filter((learner) => last[learner] > 0.5).length;
      gaps[name] = Math.min(...learners.map((learner) => last[learner + 1000] - first[learner + 1000]));
    });
  }, 60_000);

  it('the pessimistic ensemble keeps finishing where one model and the mean of many stop', () => {
    expect(finishers['true']).toBe(8);
    expect(finishers['single']).toBeLessThanOrEqual(2);
    expect(finishers['mean']).toBeLessThanOrEqual(2);
    expect(finishers['cautious']).toBeGreaterThanOrEqual(5);
  });

  it('what stops finishing is paid ever more by its own reward', () => {
    expect(gaps['single']).toBeGreaterThan(0);
    expect(gaps['mean']).toBeGreaterThan(0);
  });
});

describe('the settings of a reward model', () => {
  it('missing, mean 400 pairs of 256 trajectories, one network, and the same reward for every seed, to the bit', async () => {
    const { table, initialLogits, spec } = experiment;
    const { learner } = learnerStream(spec.training, 0, 0);
    const played = rollout(table, softmaxPolicy(initialLogits, table.S, table.A).threshold, { nTraj: 256, groupSize: 1, seed: 2, learner, iteration: 0 });
    const utility = Float64Array.from(played.length, (steps, i) => played.row.subarray(i * played.maxLen, i * played.maxLen + steps).reduce((sum, row) => sum + table.metrics.success[row], 0));
    const train = simulatePreferences(utility, 400, { temperature: 0.2, flipRate: 0.05 }, 2, learner);
    const features = stateActionFeatures(table.features, table.rowState, table.rowAction, table.A);
    const { reward } = await fitRewardModel(createTsEngine(), { ...features, row: played.row, maxLen: played.maxLen, length: played.length, train }, { seed: 2, learner });
    const { columns, report } = await learned(undefined, { first: 0, count: 3 });
    expect(columns).toEqual([{ learnedReward: reward, learnedSpread: new Float64Array(table.rows), learnedSingle: reward }]);
    expect(report.utility).toEqual(utility);
    expect(report).toMatchObject({ networks: 1, people: 1 });
  });

  it('with a person for each seed, a seed has the model that it has alone', async () => {
    const block = { pairs: 10, members: 3, perSeed: true };
    const { columns, report } = await learned(block, { first: 4, count: 3 });
    expect(report).toMatchObject({ networks: 12, people: 3 });
    expect(columns).toHaveLength(3);
    expect(columns[2]).toEqual((await learned(block, { first: 6, count: 1 })).columns[0]);
    expect(columns[2]).not.toEqual(columns[1]);
    expect(columns[0]!.learnedSingle).toEqual((await learned({ pairs: 10, perSeed: true }, { first: 4, count: 1 })).columns[0]!.learnedReward);
  });

  it('each seed is trained on its own model', async () => {
    const trained = await Training.start(withTraining({ iterations: 1, seeds: { first: 0, count: 2 } }), deps);
    const alone = await Training.start(withTraining({ iterations: 1, seeds: { first: 1, count: 1 } }), deps);
    const proxy = METRICS.indexOf('proxy');
    const [both, one] = [(await trained.iterate())!, (await alone.iterate())!];
    // Learners by scheme and seed: the second seed of scheme 1 is learner 3.
    expect(both.metrics[3 * METRICS.length + proxy]).toBe(one.metrics[METRICS.length + proxy]);
    expect(both.metrics[2 * METRICS.length + proxy]).not.toBe(one.metrics[METRICS.length + proxy]);
  });

  it('reports what the person wanted and what was learned of it', async () => {
    const { report } = await learned({ pairs: 2000, temperature: 0.01, flipRate: 0, stepCost: 0.01, members: 4 });
    expect(report.loss).toHaveLength(150);
    expect(report.loss.at(-1)!).toBeLessThan(report.loss[0]!);
    expect(report.heldOut[0]!).toBeGreaterThan(0.85);
    const best = report.utility.indexOf(Math.max(...report.utility));
    const worst = report.utility.indexOf(Math.min(...report.utility));
    expect(report.learned[best]!).toBeGreaterThan(report.learned[worst]! + 1);
    expect(Math.min(...report.spread)).toBeGreaterThan(0);
    const noisy = await learned({ pairs: 2000, temperature: 0.01, flipRate: 0.4, stepCost: 0.01, members: 4 });
    expect(noisy.report.heldOut[0]!).toBeLessThan(0.7);
  });

  it('a person who sees ten steps and likes checkpoints labels nothing else', async () => {
    const { report, columns } = await learned({ clip: 10, wants: 'checkpoints', temperature: 1 });
    expect(Math.max(...report.utility)).toBeLessThanOrEqual(10);
    expect(new Set(report.utility).size).toBeGreaterThan(3);
    expect(columns[0]!.learnedReward).toHaveLength(experiment.table.rows);
  });

  it('that score the last step alone say nothing of the way there', async () => {
    const { report } = await learned({ scores: 'last', pairs: 400, temperature: 0.1, stepCost: 0.01 });
    const { table, initialLogits, spec } = experiment;
    const played = rollout(table, softmaxPolicy(initialLogits, table.S, table.A).threshold, { nTraj: 256, groupSize: 1, seed: 2, learner: learnerStream(spec.training, 0, 0).learner, iteration: 0 });
    const last = (i: number) => played.row[i * played.maxLen + played.length[i] - 1];
    const byRow = new Map<number, number>();
    for (let i = 0; i < 256; i++) {
      const before = byRow.get(last(i));
      if (before !== undefined) expect(report.learned[i]).toBe(before);
      byRow.set(last(i), report.learned[i]!);
    }
  });

  it('name the field where they want what the scenario lacks', async () => {
    const wanting = resolveExperiment(withTraining({ rewardModel: { wants: 'glory' } }), deps.plugins);
    await expect(learnReward(wanting)).rejects.toThrow('training.rewardModel.wants: the scenario has no metric “glory”. Use one of: success, checkpoints, length.');
  });
});
