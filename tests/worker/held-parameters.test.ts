import { describe, expect, it } from 'vitest';
import type { ExperimentSpec, TrainingSpec } from '../../src/core/experiment/spec';
import { Training } from '../../src/worker/training-loop';
import { openHolding, type DeviceCounts } from './held-engine';
import { advance, deps, parametersOf, smallSpec, withScheme } from './small-spec';

const mlp = (training: Partial<TrainingSpec> = {}): Partial<TrainingSpec> => ({
  policy: { kind: 'mlp', hidden: [8], activation: 'tanh' },
  optimiser: 'adam',
  learningRate: 0.02,
  iterations: 25,
  engine: 'webgpu',
  ...training,
});

const twoSchemes = (training?: Partial<TrainingSpec>) => smallSpec('boat-race', ['sparse', 'dense'], mlp(training));
/** The second scheme without what it pays along the way. */
const withoutSecondTerm = (spec: ExperimentSpec) => withScheme(spec, 1, { terms: spec.schemes[1].terms.map((term, k) => (k === 1 ? { ...term, weight: 0 } : term)) });

const ppo = { objective: { id: 'ppo-clip', params: { epochs: 3 } } } as const;

interface Played {
  readonly failures: readonly string[];
  /** Iterations that were told of. */
  readonly told: readonly number[];
  readonly parameters: readonly (readonly number[])[];
  readonly critics: readonly (readonly number[] | null)[];
  readonly figures: readonly (readonly number[])[];
  readonly notices: readonly string[];
  readonly counts: DeviceCounts;
  readonly training: Training;
}

/** A whole run whose devices are lost before these forwards. */
async function play(spec: ExperimentSpec, lost: readonly number[] = [], spoil?: { member: number; step: number }): Promise<Played> {
  const counts: DeviceCounts = { forwards: 0, settles: 0, opened: [] };
  const notices: string[] = [];
  const training = await Training.start(spec, { ...deps, open: openHolding(lost, counts, spoil), notice: (_, message) => notices.push(message) });
  const figures: number[][] = [];
  const failures: string[] = [];
  const told: number[] = [];
  for (let report = await training.iterate(); report; report = await training.iterate()) {
    figures.push([...report.metrics]);
    told.push(report.iteration);
    failures.push(...report.failures.map(({ message }) => message));
  }
  await training.settle();
  return { failures, told, parameters: parametersOf(training), critics: training.learners.map(({ critic }) => critic && [...critic]), figures, notices, counts, training };
}

describe('parameters that a device holds', () => {
  it('cost one read-back an iteration, and one more every 16; the run is that of TypeScript to rounding', async () => {
    const held = await play(await twoSchemes());
    expect(held.counts).toEqual({ forwards: 25, settles: 2, opened: ['webgpu'] });
    const plain = await Training.start(await twoSchemes({ engine: 'ts' }), deps);
    await advance(plain);
    parametersOf(plain).forEach((own, k) => own.forEach((x, i) => expect(Math.abs(x - held.parameters[k][i])).toBeLessThan(1e-4)));
  });

  it('read back once an epoch where a batch is used for several', async () => {
    const { counts } = await play(await twoSchemes({ ...ppo, iterations: 10 }));
    expect(counts).toMatchObject({ forwards: 30, settles: 1 });
  });

  it.each<[string, Partial<TrainingSpec>, number[]]>([
    ['between two checkpoints', {}, [22]],
    ['at the very beginning', {}, [1]],
    ['right after a checkpoint', {}, [17]],
    ['in the middle of an iteration of several epochs', ppo, [29]],
    ['again while iterations are played again, then in TypeScript', {}, [24, 4]],
    ['under SGD', { optimiser: 'sgd', learningRate: 0.5 }, [22]],
  ])('lost %s, the run goes on to the same bits and no iteration is told twice', async (_, options, lost) => {
    const spec = await twoSchemes(options);
    const whole = await play(spec);
    const broken = await play(spec, lost);
    expect(broken.counts.opened).toEqual(lost.length === 1 ? ['webgpu', 'webgpu'] : ['webgpu', 'webgpu', 'wasm', 'ts']);
    if (lost.length === 1) {
      expect(broken.parameters).toEqual(whole.parameters);
      expect(broken.figures).toEqual(whole.figures);
    } else {
      expect(broken.figures).toHaveLength(25);
      expect(broken.figures.slice(0, 23)).toEqual(whole.figures.slice(0, 23));
      broken.parameters.forEach((own, k) => own.forEach((x, i) => expect(Math.abs(x - whole.parameters[k][i])).toBeLessThan(1e-4)));
    }
  });

  it('with critics that are networks, both go back together', async () => {
    const spec = await smallSpec('key-door-gae', ['sparse', 'pbrs-inf'], mlp({ critic: { kind: 'network', learningRate: 0.01 }, iterations: 20 }));
    const whole = await play(spec);
    const broken = await play(spec, [25]);
    expect(whole.counts).toMatchObject({ forwards: 40, settles: 4 });
    expect(broken.parameters).toEqual(whole.parameters);
    expect(broken.critics).toEqual(whole.critics);
    expect(broken.figures).toEqual(whole.figures);
    expect(whole.critics[0]!.some((v) => v !== 0)).toBe(true);
  });

  it('the notice says where the run goes on from', async () => {
    const { notices } = await play(await twoSchemes(), [22, 4]);
    expect(notices).toEqual([
      'The WebGPU device was lost (destroyed). Training continued on a new WebGPU device from the last checkpoint, as if nothing had happened: the 5 iterations since then are computed again.',
      'The WebGPU device was lost (destroyed). Training continued in TypeScript from the last checkpoint, and agrees with the run before to 1e-5 at first: the 5 iterations since then are computed again.',
    ]);
    expect((await play(await twoSchemes(), [1])).notices[0]).toMatch(/from the same parameters, as if nothing had happened\.$/);
  });

  it('past policies are shown as they were, before and after a loss', async () => {
    const whole = await play(await twoSchemes());
    const broken = await play(await twoSchemes(), [22]);
    for (const iteration of [0, 7, 19, 23]) {
      const [a, b] = [await whole.training.recall(1, iteration), await broken.training.recall(1, iteration)];
      expect(a.iteration).toBe(iteration);
      expect(b).toEqual(a);
    }
    expect(await broken.training.policies()).toEqual(await whole.training.policies());
  });

  it('a branch goes on from the iteration it names, also when the device goes while that is played again', async () => {
    const branched = async (lost: number[]) => {
      const spec = await twoSchemes();
      const training = await Training.start(spec, { ...deps, open: openHolding(lost) });
      await advance(training, 22);
      const changed = withoutSecondTerm(spec);
      await training.reconfigure({ ...changed, training: { ...changed.training, branches: [{ scheme: 1, iteration: 19 }] } }, []);
      const stood = training.learners.map(({ iteration, parameters }) => ({ iteration, parameters: [...parameters] }));
      await advance(training);
      await training.settle();
      return { stood, parameters: parametersOf(training) };
    };
    const before = await Training.start(await twoSchemes(), { ...deps, open: openHolding() });
    await advance(before, 19);
    await before.settle();
    const whole = await branched([]);
    expect(whole.stood.map(({ iteration }) => iteration)).toEqual([22, 22, 19, 19]);
    expect(whole.stood.slice(2).map(({ parameters }) => parameters)).toEqual(parametersOf(before).slice(2));
    expect(whole.parameters[2]).not.toEqual((await play(await twoSchemes())).parameters[2]);
    expect(await branched([24])).toEqual(whole);
    expect(await branched([33])).toEqual(whole);
  });

  it('a restarted scheme catches up and everything goes on, with and without a loss', async () => {
    const restarted = async (lost: number[]) => {
      const spec = await twoSchemes();
      const training = await Training.start(spec, { ...deps, open: openHolding(lost) });
      await advance(training, 10);
      await training.reconfigure(withoutSecondTerm(spec), [1]);
      await advance(training);
      await training.settle();
      return parametersOf(training);
    };
    const whole = await restarted([]);
    const fresh = await play(await twoSchemes());
    expect(whole.slice(0, 2)).toEqual(fresh.parameters.slice(0, 2));
    expect(whole[2]).not.toEqual(fresh.parameters[2]);
    expect(await restarted([17])).toEqual(whole);
    expect(await restarted([31])).toEqual(whole);
  });

  it.each([[[]], [[8]], [[20]]])('a learner that diverges fails with its sentence, once, and the others go on, with devices lost at %j', async (lost) => {
    const whole = await play(await twoSchemes());
    const spoiled = await play(await twoSchemes(), lost, { member: 2, step: 5 });
    expect(spoiled.failures).toHaveLength(1);
    expect(spoiled.told).toEqual(whole.told);
    expect(spoiled.failures[0]).toMatch(/diverged\. .*Its update was too large: lower the learning rate/);
    expect(spoiled.training.learners.map(({ iteration }) => iteration)).toEqual([25, 25, 5, 5]);
    expect(spoiled.parameters.slice(0, 2)).toEqual(whole.parameters.slice(0, 2));
  });
});
