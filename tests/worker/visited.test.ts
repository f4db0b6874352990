import { beforeAll, describe, expect, it } from 'vitest';
import { learnerStream } from '../../src/core/experiment/resolve';
import type { ExperimentSpec, TrainingSpec } from '../../src/core/experiment/spec';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { initialParameters, meanSquaredNorm } from '../../src/engine/initial-parameters';
import { createOptimiser } from '../../src/engine/optimiser';
import { createTsEngine } from '../../src/engine/ts-engine';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, smallSpec } from './small-spec';

const HIDDEN = [12];
const mlp: Partial<TrainingSpec> = { policy: { kind: 'mlp', hidden: HIDDEN, activation: 'tanh' }, optimiser: 'adam', learningRate: 0.002, engine: 'ts', seeds: { first: 4, count: 1 } };

/** Loss of REINFORCE as it is written down: dL/dlogits of one batch, in every state, with all logits at hand. */
function plainUpdate({ experiment }: Training, logits: Float64Array, iteration: number): { dLogits: Float64Array; visited: Set<number> } {
  const { table, spec } = experiment;
  const { S, A } = table;
  const { trajectories: nTraj, groupSize } = spec.training;
  const { probability, logProbability, threshold } = softmaxPolicy(logits, S, A);
  const { row, maxLen, length } = rollout(table, threshold, { nTraj, groupSize, ...learnerStream(spec.training, 0, iteration) });
  const isVeriFree = spec.schemes[0].name === 'verifree';
  const answerOf = (s: number) => table.answer![s];
  const total = Array.from({ length: nTraj }, (_, i) => {
    const last = row[i * maxLen + length[i] - 1];
    if (!isVeriFree) return table.metrics['success'][last];
    return table.signals['fmt'][last] * Math.exp(logProbability[answerOf(table.rowState[last])]);
  });
  const dLogits = new Float64Array(S * A);
  const visited = new Set<number>();
  const add = (s: number, a: number, weight: number) => {
    for (let b = 0; b < A; b++) dLogits[s * A + b] -= (weight / nTraj) * ((a === b ? 1 : 0) - probability[s * A + b]);
  };
  for (let i = 0; i < nTraj; i++) {
    const group = total.slice(i - (i % groupSize), i - (i % groupSize) + groupSize);
    const mean = group.reduce((sum, x) => sum + x, 0) / groupSize;
    const deviation = Math.sqrt(group.reduce((sum, x) => sum + (x - mean) ** 2, 0) / groupSize);
    for (let t = 0; t < length[i]; t++) {
      const r = row[i * maxLen + t];
      const s = table.rowState[r];
      visited.add(s);
      const givesAnswer = Math.floor(answerOf(s) / A) === s;
      if (isVeriFree && givesAnswer) add(s, answerOf(s) % A, total[i]);
      else add(s, table.rowAction[r], (total[i] - mean) / (deviation + 1e-6));
    }
  }
  return { dLogits, visited };
}

describe('on a table with many states', () => {
  it.each(['out', 'verifree'])('a table learns %s as it is written down', async (name) => {
    const spec = await smallSpec('token-warm', [name], { seeds: { first: 2, count: 1 } });
    const training = await Training.start(spec, { ...deps, figures: false });
    const logits = training.experiment.initialLogits.slice();
    for (let iteration = 0; iteration < 3; iteration++) {
      const { dLogits } = plainUpdate(training, logits, iteration);
      for (let k = 0; k < logits.length; k++) logits[k] -= 10 * dLogits[k];
    }
    await advance(training, 3);
    const { parameters } = training.learners[0];
    expect(Math.max(...Array.from({ length: 30 }, (_, c) => Math.max(...parameters.slice(c * 2728, (c + 1) * 2728).map((x, k) => Math.abs(x - logits[c * 2728 + k])))))).toBeLessThan(1e-9);
    expect(parameters.some((x, k) => Math.abs(x - training.experiment.initialLogits[k]) > 0.1)).toBe(true);
  });

  it('a network learns what it learns when all states are evaluated', async () => {
    const spec = await smallSpec('token-cold', ['out'], mlp);
    const training = await Training.start(spec, { ...deps, figures: false });
    const { table } = training.experiment;
    const { width, data } = table.features;
    const shape = { inputs: width, hidden: HIDDEN, outputs: table.A, activation: 'tanh', population: 1 } as const;
    const network = await createTsEngine().create(shape, data);
    const parameters = initialParameters(shape, 0, { learner: [4], inputSquaredNorm: meanSquaredNorm(data, width) });
    const optimiser = createOptimiser({ kind: 'adam', learningRate: 0.002 }, parameters.length);
    for (let iteration = 0; iteration < 3; iteration++) {
      network.setParameters(parameters);
      const { dLogits } = plainUpdate(training, Float64Array.from(await network.forward()), iteration);
      optimiser.step(parameters, await network.vjp(Float32Array.from(dLogits)));
    }
    await advance(training, 3);
    const difference = Array.from(training.learners[0].parameters, (x, k) => Math.abs(x - parameters[k]));
    expect(Math.max(...difference)).toBeLessThan(1e-6);
  });
});

describe('success on starts that no batch begins with', () => {
  const figure = ({ metrics }: { metrics: Float64Array }, name: (typeof METRICS)[number]) => metrics[METRICS.indexOf(name)];

  it('stays what it was where a table learns, because prompts share nothing', async () => {
    const training = await Training.start(await smallSpec('token-warm', ['out'], { iterations: 11, seeds: { first: 2, count: 1 } }), deps);
    const first = (await training.iterate())!;
    expect([figure(first, 'success'), figure(first, 'heldOut')].map((x) => x.toFixed(4))).toEqual(['0.2911', '0.2911']);
    for (let iteration = 1; iteration < 10; iteration++) expect(figure((await training.iterate())!, 'heldOut')).toBeNaN();
    const last = (await training.iterate())!;
    expect(figure(last, 'success')).toBeGreaterThan(0.35);
    expect(figure(last, 'heldOut')).toBeCloseTo(0.2911, 4);
  });

  it('is no number where batches begin everywhere', async () => {
    const training = await Training.start(await smallSpec('key-door', ['sparse']), deps);
    expect(figure((await training.iterate())!, 'heldOut')).toBeNaN();
  });
});

describe('a network whose batches visit few states', () => {
  let spec: ExperimentSpec;
  let training: Training;
  const figures: Float64Array[] = [];
  beforeAll(async () => {
    spec = await smallSpec('token-cold', ['out', 'verifree'], { ...mlp, iterations: 14, objective: { id: 'ppo-clip', params: { epochs: 2 } } });
    training = await Training.start(spec, { ...deps, checkpointInterval: 5 });
    for (let report = await training.iterate(); report; report = await training.iterate()) figures.push(report.metrics.slice());
  });

  it('has all figures in every iteration, and those of exact values now and then', () => {
    const column = (name: (typeof METRICS)[number]) => figures.map((metrics) => metrics[METRICS.indexOf(name)]);
    expect(column('entropy').every((x) => x > 1 && x < Math.log(5))).toBe(true);
    expect(column('length').every((x) => x > 2 && x < 6)).toBe(true);
    expect(column('success').filter(Number.isFinite).length).toBeGreaterThan(0);
    expect(column('success').filter(Number.isFinite).length).toBeLessThan(14);
  });

  it('shows a past iteration with its policy in every state', async () => {
    const { table } = training.experiment;
    const { logits, iteration } = await training.recall(1, 13);
    expect(iteration).toBe(13);
    const policy = softmaxPolicy(logits, table.S, table.A);
    const { trajectories: nTraj, groupSize } = spec.training;
    const { length } = rollout(table, policy.threshold, { nTraj, groupSize, ...learnerStream(spec.training, 0, 13) });
    const shown = figures[13][METRICS.length + METRICS.indexOf('length')];
    expect(length.reduce((a, b) => a + b) / nTraj).toBe(shown);
    expect(logits.filter((x) => x === 0).length).toBeLessThan(20);
  });

  it('says which layers pretrained weights are for, and which weights there are', async () => {
    const policy = { kind: 'mlp', hidden: HIDDEN, activation: 'tanh' } as const;
    await expect(Training.start({ ...spec, training: { ...spec.training, policy: { ...policy, pretrained: 'token-mlp' } } }, deps)).rejects.toThrow('9157 numbers; this network has 941');
    await expect(Training.start({ ...spec, training: { ...spec.training, policy: { ...policy, pretrained: 'other' } } }, deps)).rejects.toThrow('There are: token-mlp');
  });
});
