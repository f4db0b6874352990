/**
 * The shipping training loop on a random table, timed: A=5, T=64, an MLP with Adam, one scheme. An iteration is what
 * `Training.iterate` does: policy over all states, rollout, `priceBatch`, advantages, S × A aggregates, gradient, update, metrics.
 * Exact values are computed in it where the loop computes them. Runs in Node and in the bench's page.
 */
import { allPlugins } from '../../src/core/all-plugins';
import { defineScenario } from '../../src/core/contracts/scenario';
import { loadPreset } from '../../src/core/experiment/presets';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import type { EngineName } from '../../src/engine/engine';
import { Training } from '../../src/worker/training-loop';
import { randomTable } from './core-speed';

export const A = 5;
export const T = 64;

export interface BenchSize {
  readonly S: number;
  /** Trajectories of one learner's batch. */
  readonly N: number;
  readonly learners: number;
  readonly hidden: readonly number[];
  readonly engine: EngineName;
  readonly estimator: 'grpo' | 'gae';
}

export interface Timed {
  /** Median of an iteration of all learners. */
  readonly milliseconds: number;
  /** Of all learners. */
  readonly environmentSteps: number;
  readonly iterations: number;
  readonly adapter: string;
  readonly isEmulated: boolean;
  /** Per iteration; 0 where nothing has to be asked. */
  readonly dispatches: number;
  readonly readBacks: number;
}

/** A scenario of S states with random jumps. */
function benchScenario(S: number) {
  return defineScenario({
    id: `bench-table-${S}`,
    title: 'Random table',
    summary: `Random jumps over ${S} states.`,
    formula: 's',
    provenance: 'own',
    cite: [],
    question: 'How fast is an iteration?',
    params: {},
    signals: { event: { title: 'Event', help: 'Happens on a fifth of the transitions.' } },
    stateTables: {},
    metrics: { success: { title: 'Success', unit: 'share' } },
    trajectoryNoun: 'trajectory',
    actionNames: Array.from({ length: A }, (_, a) => `action ${a}`),
    table: () => {
      const stream = mixSeed(11, S, A, T);
      const data = Float32Array.from({ length: S * 16 }, () => 2 * nextUniform(stream) - 1);
      return { ...randomTable(S, A, T, 1), features: { width: 16, data } };
    },
    picture: () => ({ kind: 'chain', unit: 'step', actions: [], gauges: [] }),
    describeState: (state) => `state ${state}`,
  });
}

async function startTraining({ S, N, learners, hidden, engine, estimator }: BenchSize, wasmBinaries: string): Promise<Training> {
  const plugins = allPlugins();
  const scenario = benchScenario(S);
  plugins.add('scenario', scenario);
  const preset = await loadPreset('boat-race');
  if (!preset) throw new Error('The boat-race preset, which the bench starts from, is missing.');
  const [scheme] = preset.spec.schemes;
  const training = await Training.start(
    {
      ...preset.spec,
      scenario: { id: scenario.id, params: {} },
      schemes: [
        {
          ...scheme,
          terms: [
            { reward: 'outcome', label: 'outcome', weight: 1, params: {}, gated: false },
            { reward: 'signal', label: 'event', weight: 0.2, params: { signal: 'event' }, gated: false },
          ],
          gate: null,
          estimator: { id: estimator, params: {} },
          value: 'learned',
        },
      ],
      training: {
        ...preset.spec.training,
        policy: { kind: 'mlp', hidden: [...hidden], activation: 'tanh' },
        optimiser: 'adam',
        learningRate: 0.003,
        trajectories: N,
        groupSize: 16,
        iterations: 5000,
        seeds: { first: 0, count: learners },
        engine,
      },
    },
    { plugins, now: () => performance.now(), wasmBinaries },
  );
  const [failure] = training.failures;
  if (failure) throw new Error(`The bench's scheme cannot be trained: ${failure.message}`);
  return training;
}

/** Trains for about `budget` milliseconds after a first iteration, a third of it to warm up; at least 2 and at most 60 iterations are timed. */
export async function timeTraining(size: BenchSize, budget: number, wasmBinaries: string): Promise<Timed> {
  const training = await startTraining(size, wasmBinaries);
  try {
    return await timeIterations(training, budget);
  } finally {
    training.dispose();
  }
}

export async function timeIterations(training: Training, budget: number): Promise<Timed> {
  // The first one compiles.
  await training.iterate();
  const begin = performance.now();
  const passed = () => performance.now() - begin;
  while (passed() < budget / 3) await training.iterate();
  const before = training.device;
  const times: number[] = [];
  let environmentSteps = 0;
  do {
    const report = await training.iterate();
    if (!report) throw new Error('The bench’s experiment is too short for its budget.');
    times.push(report.milliseconds);
    environmentSteps = report.environmentSteps;
  } while (times.length < 60 && (times.length < 2 || passed() < budget));
  const after = training.device;
  const perIteration = (count: 'dispatches' | 'readBacks') => ((after?.[count] ?? 0) - (before?.[count] ?? 0)) / times.length;
  return {
    milliseconds: times.toSorted((a, b) => a - b)[(times.length - 1) >> 1]!,
    environmentSteps,
    iterations: times.length,
    adapter: after?.adapter ?? training.engine.words,
    isEmulated: after?.isEmulated ?? false,
    dispatches: perIteration('dispatches'),
    readBacks: perIteration('readBacks'),
  };
}
