import { groupLayout } from '../../../src/core/contracts/columns';
import { allPlugins } from '../../../src/core/all-plugins';
import { learnerStream } from '../../../src/core/experiment/resolve';
import { loadPreset } from '../../../src/core/experiment/presets';
import type { ExperimentSpec } from '../../../src/core/experiment/spec';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import type { NetworkShape } from '../../../src/engine/engine';
import { openEngine } from '../../../src/engine/open-engine';
import { createOptimiser } from '../../../src/engine/optimiser';
import { signalPlan } from '../../../src/engine/signal-plan';
import { METRICS, type DeviceUse } from '../../../src/worker/protocol';
import { Training } from '../../../src/worker/training-loop';
import { expose } from './expose';

const HIDDEN = [16];

/** By learner and iteration: mean return of the scheme's own reward, mean length, and exact value of the true objective. */
export type Curves = Readonly<Record<(typeof FIGURES)[number], number[][]>>;

const FIGURES = ['proxy', 'length', 'success'] as const;

export interface BothWays {
  readonly typescript: Curves;
  readonly device: Curves;
  readonly readBacks: number;
  readonly dispatches: number;
  readonly adapter: string;
}

const noCurves = (learners: number): Curves => ({ proxy: empty(learners), length: empty(learners), success: empty(learners) });
const empty = (learners: number) => Array.from({ length: learners }, (): number[] => []);

/** A preset with small networks under four of its schemes, by number, that are priced by kernels: GRPO, RLOO, a return against its mean, generalized advantages without V. */
async function experimentOf(preset: string, scheme: readonly number[], iterations: number): Promise<ExperimentSpec> {
  const { spec } = (await loadPreset(preset))!;
  const estimators = [
    { id: 'grpo', params: { ddof: 0, singleton: 'zero' } },
    { id: 'rloo', params: {} },
    { id: 'reinforce-baseline', params: {} },
    { id: 'gae', params: { lambda: 0.9 } },
  ];
  return {
    ...spec,
    schemes: estimators.map((estimator, k) => ({ ...spec.schemes[scheme[k]], estimator, value: 'zero' as const })),
    training: {
      ...spec.training,
      policy: { kind: 'mlp', hidden: HIDDEN, activation: 'tanh' },
      optimiser: 'adam',
      learningRate: 0.02,
      engine: 'ts',
      iterations,
      seeds: { first: 0, count: 2 },
    },
  };
}

/**
 * The same learners from the same parameters and seeds: trained as the lab trains them in TypeScript, and whole iterations at a time on the device,
 * there with shorter sight where it `isWrong`.
 */
async function learnBothWays(preset: string, scheme: readonly number[], iterations: number, isWrong = false): Promise<BothWays> {
  const spec = await experimentOf(preset, scheme, iterations);
  const training = await Training.start(spec, { plugins: allPlugins(), now: () => performance.now() });
  const { experiment, learners } = training;
  const parameters = learners.map((learner) => Float32Array.from(learner.parameters));
  const device = await onDevice();
  const typescript = noCurves(learners.length);
  for (let report = await training.iterate(); report; report = await training.iterate()) {
    learners.forEach((_, m) => {
      for (const figure of FIGURES) typescript[figure][m].push(report.metrics[m * METRICS.length + METRICS.indexOf(figure)]);
    });
  }
  training.dispose();
  return { typescript, device: device.curves, readBacks: device.readBacks, dispatches: device.dispatches, adapter: device.adapter };

  async function onDevice() {
    const { table, initialLogits, schemes } = experiment;
    const { trajectories: nTraj, groupSize, learningRate, optimiser: kind } = spec.training;
    const engine = await openEngine('webgpu');
    const shape: NetworkShape = { inputs: table.features.width, hidden: HIDDEN, outputs: table.A, activation: 'tanh', population: learners.length };
    const network = await engine.create(shape, table.features.data);
    const flat = new Float32Array(parameters.length * network.parameterCount);
    parameters.forEach((own, m) => flat.set(own, m * own.length));
    network.setParameters(flat);
    const optimisers = learners.map(() => createOptimiser({ kind, learningRate }, network.parameterCount));
    const group = groupLayout(Int32Array.from({ length: nTraj }, (_, i) => Math.floor(i / groupSize)));
    const iteration = await engine.createIteration!(table, initialLogits, group, { learners: learners.length, nTraj, groups: group.count });
    const plans = learners.map(({ schemeNumber }) => {
      const plan = signalPlan(schemes[schemeNumber]!, table, 0);
      if (typeof plan === 'string') throw new Error(plan);
      return isWrong ? { ...plan, rule: { ...plan.rule, gamma: 0.9 * plan.rule.gamma } } : plan;
    });
    iteration.setPlans(plans, plans.map(() => null));
    const curves = noCurves(learners.length);
    const pairs = table.S * table.A;
    const before = engine.use!();
    let readBacks = 0;
    const { mapAsync } = GPUBuffer.prototype;
    GPUBuffer.prototype.mapAsync = function (...range) {
      readBacks += 1;
      return mapAsync.apply(this, range);
    };
    for (let k = 0; k < iterations; k++) {
      const steps = optimisers.map((optimiser) => {
        const step = optimiser.nextStep();
        optimiser.countStep();
        return step;
      });
      const options = learners.map(({ seedIndex }) => ({ nTraj, groupSize, ...learnerStream(spec.training, seedIndex, k) }));
      const { total, length, probability } = await iteration.iterate(network, options, steps);
      const mean = (column: ArrayLike<number>, m: number) => Array.from({ length: nTraj }, (_, i) => column[m * nTraj + i]).reduce((sum, x) => sum + x, 0) / nTraj;
      learners.forEach((_, m) => {
        curves.proxy[m].push(mean(total, m));
        curves.length[m].push(mean(length, m));
        const policy = Float64Array.from(probability.subarray(m * pairs, (m + 1) * pairs));
        curves.success[m].push(startValue(table, evaluatePolicy(table, policy, table.metrics[table.truth]).value));
      });
    }
    Object.assign(GPUBuffer.prototype, { mapAsync });
    const dispatches = (engine.use!().dispatches - before.dispatches) / iterations;
    iteration.dispose();
    engine.dispose();
    return { curves, readBacks: readBacks / iterations, dispatches, adapter: engine.adapter };
  }
}

/** What the check found in 31 iterations on the device, when each learner's batch in turn was computed again: three that have kernels, and one that has none. */
async function checkWhileTraining(): Promise<DeviceUse | null> {
  const { spec } = (await loadPreset('boat-race'))!;
  const [sparse, dense] = spec.schemes;
  const training = await Training.start(
    {
      ...spec,
      schemes: [
        sparse,
        { ...dense, estimator: { id: 'gae', params: { lambda: 0.9 } }, value: 'learned' },
        { ...dense, estimator: { id: 'gae', params: { lambda: 0.5 } }, value: 'exact' },
        { ...dense, whiten: 'batch' },
      ],
      training: {
        ...spec.training,
        policy: { kind: 'mlp', hidden: [8], activation: 'tanh' },
        optimiser: 'adam',
        learningRate: 0.02,
        engine: 'webgpu',
        iterations: 31,
        seeds: { first: 0, count: 1 },
      },
    },
    { plugins: allPlugins(), now: () => performance.now() },
  );
  while (await training.iterate());
  const { device } = training;
  training.dispose();
  return device;
}

expose({ learnBothWays, checkWhileTraining });
