import { describe, expect, it } from 'vitest';
import { ClosedFormBatch } from '../../src/core/batch/closed-form-batch';
import { learnerStream, resolveSpec, type ClosedFormExperiment } from '../../src/core/experiment/resolve';
import { readSpec, type ExperimentSpec, type TrainingSpec } from '../../src/core/experiment/spec';
import { normalDraws } from '../../src/core/math/normal';
import { EMPTY_SIDE, priceBatch } from '../../src/core/scheme/price-batch';
import { METRICS, type Metric } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, parametersOf, smallSpec, withScheme } from './small-spec';

const presets: [string, string[]][] = [
  ['gui-click', ['binary', 'gaussian', 'distance']],
  ['denoiser', ['broadcast', 'gains', 'turning-point']],
];
const figure = (metrics: ArrayLike<number>, k: number, metric: Metric) => metrics[k * METRICS.length + METRICS.indexOf(metric)];
const closedForm = (training: Training) => training.resolved as ClosedFormExperiment;
const withTraining = (spec: ExperimentSpec, training: Partial<TrainingSpec>): ExperimentSpec => ({ ...spec, training: { ...spec.training, ...training } });

describe.each(presets)('%s', (id, names) => {
  it('trains the same to the bit again, and a past iteration comes back with its batch and its prices', async () => {
    const spec = await smallSpec(id, names);
    const training = await Training.start(spec, { ...deps, checkpointInterval: 7 });
    const seen: { policy: number[]; proxy: number }[] = [];
    for (;;) {
      const policy = [...training.learners[2].parameters];
      const report = await training.iterate();
      if (!report) break;
      seen.push({ policy, proxy: figure(report.metrics, 2, 'proxy') });
    }
    const again = await Training.start(spec, deps);
    await advance(again);
    expect(parametersOf(again)).toEqual(parametersOf(training));
    const { scenario, worlds, schemes } = closedForm(training);
    const world = worlds.of(0);
    for (const iteration of [0, 6, 7, 20, 29]) {
      const snapshot = await training.recall(1, iteration);
      expect([...snapshot.logits]).toEqual(seen[iteration].policy);
      const play = world.play(snapshot.logits, normalDraws(learnerStream(spec.training, 0, iteration), spec.training.trajectories, world.draws));
      const { reward } = priceBatch(new ClosedFormBatch(scenario, world, play, spec.training.groupSize), schemes[1]!, EMPTY_SIDE);
      expect(reward.reduce((a, b) => a + b, 0) / play.nTraj).toBeCloseTo(seen[iteration].proxy, 12);
    }
  });

  it('reports exact figures of every iteration: success is the exact objective, KL begins at zero', async () => {
    const training = await Training.start(await smallSpec(id, names), deps);
    const { scenario, worlds } = closedForm(training);
    for (let iteration = 0; iteration < 5; iteration++) {
      const before = parametersOf(training);
      const { metrics } = (await training.iterate())!;
      training.learners.forEach(({ seedIndex }, k) => {
        expect(figure(metrics, k, 'success')).toBe(worlds.of(seedIndex).metrics(Float64Array.from(before[k]))[scenario.truth]);
        expect(figure(metrics, k, 'kl'), `iteration ${iteration}`).toBeCloseTo(worlds.of(seedIndex).divergence(Float64Array.from(before[k])), 12);
        for (const metric of METRICS) if (metric !== 'cosine' && metric !== 'heldOut' && metric !== 'imitation') expect(Number.isFinite(figure(metrics, k, metric)), metric).toBe(true);
      });
      if (iteration === 0) expect(Math.max(...training.learners.map((_, k) => figure(metrics, k, 'kl')))).toBeCloseTo(0, 12);
    }
  });

  it('gives schemes under one seed the same luck and the same scenario, and seeds their own', async () => {
    const spec = await smallSpec(id, [names[0], names[0], names[1]]);
    const training = await Training.start(spec, deps);
    await advance(training, 10);
    const [a0, a1, b0, b1, c0] = parametersOf(training);
    expect(b0).toEqual(a0);
    expect(b1).toEqual(a1);
    expect(a1).not.toEqual(a0);
    expect(c0).not.toEqual(a0);
    const { worlds } = closedForm(training);
    const pictures = [0, 1].map((seed) => worlds.of(seed).picture(worlds.of(seed).start));
    expect(JSON.stringify(pictures[0]) === JSON.stringify(pictures[1])).toBe(id === 'denoiser');
  });

  it('goes on under an edited reward from where it is, or starts that scheme anew', async () => {
    const spec = await smallSpec(id, names);
    const training = await Training.start(spec, deps);
    await advance(training, 12);
    const held = parametersOf(training);
    const edited = withScheme(spec, 1, { clip: 0.5 });
    expect(await training.reconfigure(withTraining(edited, { branches: [{ scheme: 1, iteration: 12 }] }), [])).toBe(true);
    expect(parametersOf(training)).toEqual(held);
    await advance(training, 14);
    const plain = await Training.start(spec, deps);
    await advance(plain, 14);
    expect(parametersOf(training)[2]).not.toEqual(parametersOf(plain)[2]);
    expect(parametersOf(training)[0]).toEqual(parametersOf(plain)[0]);
    expect(await training.reconfigure(spec, [1])).toBe(true);
    await advance(training, 14);
    expect(parametersOf(training)).toEqual(parametersOf(plain));
    expect(await training.reconfigure({ ...spec, scenario: { ...spec.scenario, params: id === 'denoiser' ? { noise: 'decay' } : { width: 0.3 } } }, [])).toBe(false);
  });

  it('trains by Adam too', async () => {
    const spec = withTraining(await smallSpec(id, [names[1]]), { optimiser: 'adam', learningRate: 0.05, iterations: 60 });
    const training = await Training.start(spec, deps);
    const { scenario, worlds } = closedForm(training);
    const success = () => training.learners.map(({ seedIndex, parameters }) => worlds.of(seedIndex).metrics(parameters as Float64Array)[scenario.truth]);
    const before = success();
    await advance(training);
    success().forEach((x, k) => expect(x).toBeGreaterThan(2 * before[k]));
  });
});

describe('what needs a table is refused in a sentence', () => {
  const start = async (change: (spec: ExperimentSpec) => ExperimentSpec, id = 'denoiser') => Training.start(change(await smallSpec(id, [id === 'denoiser' ? 'gains' : 'sparse'])), deps);

  it('a table of logits, a network, another objective; and a Gaussian policy on a table', async () => {
    await expect(start((spec) => withTraining(spec, { policy: { kind: 'tabular' } }))).rejects.toThrow('Denoiser is continuous and has a Gaussian policy of its own; its policy is "tabular".');
    await expect(start((spec) => withTraining(spec, { objective: { id: 'ppo-clip', params: {} } }))).rejects.toThrow('is trained by REINFORCE alone; its objective is "ppo-clip".');
    await expect(start((spec) => withTraining(spec, { policy: { kind: 'gaussian' } }), 'boat-race')).rejects.toThrow('takes a table of logits or a neural network; its policy is "gaussian".');
  });

  it.each([
    ['an estimator with a critic', { estimator: { id: 'gae', params: {} }, value: 'learned' as const }, "reads V of the scheme's reward. Denoiser is continuous"],
    ['an estimator with an exact V', { estimator: { id: 'gae', params: {} }, value: 'exact' as const }, 'Set its V to zero or choose another estimator.'],
    ['an estimator that numbers states', { estimator: { id: 'gigpo', params: {} } }, 'so there is no number of a state'],
    ['a reward model', { terms: [{ reward: 'bradley-terry', label: '', weight: 1, params: {}, gated: false }] }, 'so there is no reward model over the rows of a table'],
    ['a signal of another scenario', { terms: [{ reward: 'signal', label: '', weight: 1, params: { signal: 'cp' }, gated: false }] }, 'This scenario has no signal "cp". Its signals are: stepGain, gainToGo, exactStep.'],
  ])('%s', async (_, change, sentence) => {
    const training = await start((spec) => withScheme(spec, 0, { ...('terms' in change ? { estimator: { id: 'rloo', params: {} } } : {}), ...change }));
    const report = training.failures.length > 0 ? null : await training.iterate();
    const [failure] = [...training.failures, ...(report?.failures ?? [])];
    expect(failure?.message).toContain(sentence);
  });

  it('an estimator with V set to zero can be priced', async () => {
    const training = await start((spec) => withScheme(spec, 0, { estimator: { id: 'gae', params: {} }, value: 'zero' }));
    expect(training.failures).toEqual([]);
    expect((await training.iterate())!.failures).toEqual([]);
  });
});

it('values outside their limits are clamped and said, as on a table', async () => {
  const spec = withScheme(await smallSpec('denoiser', ['gains']), 0, { estimator: { id: 'dense-grpo', params: { epsilon: -4 } } });
  const { schemes, problems } = resolveSpec(spec, deps.plugins);
  expect(problems.map(({ field }) => field)).toEqual(['/schemes/0/estimator/params/epsilon']);
  expect(schemes[0]!.estimatorParams['epsilon']).toBeGreaterThanOrEqual(0);
});

it('the schema takes a Gaussian policy and still reads what was written before there was one', async () => {
  const spec = await smallSpec('boat-race', ['sparse']);
  expect(readSpec(JSON.parse(JSON.stringify(spec)))).toEqual({ spec });
  expect(readSpec(withTraining(spec, { policy: { kind: 'gaussian' } }))).toHaveProperty('spec');
});
