/**
 * The shipping training loop: A=5, T=64, an MLP 16-64-64-5 with Adam, one scheme, one core; at the reference
 * size of S=256 and N=1,024, then over a grid of sizes, engines and populations. An iteration is what
 * `Training.iterate` does: policy over all states, rollout, `priceBatch`, advantages, S × A
 * aggregates, gradient, update, metrics. Exact values are computed in it where the loop computes them.
 */
import { allPlugins } from '../../src/core/all-plugins';
import { defineScenario } from '../../src/core/contracts/scenario';
import { loadPreset } from '../../src/core/experiment/presets';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { Training } from '../../src/worker/training-loop';
import { randomTable, type SpeedRow } from './core-speed';
import { wasmBinaries } from './engine-bench';

const A = 5;
const T = 64;

/** A scenario of S states with random jumps. */
const benchScenario = (S: number) =>
  defineScenario({
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

interface Grid {
  readonly S: number;
  readonly N: number;
  readonly estimator: 'grpo' | 'gae';
  readonly engine: 'ts' | 'wasm';
  readonly learners: number;
  readonly hidden?: readonly number[];
  readonly iterations: number;
}

/** The reference size under two estimators, then every size of the grid, then populations on small tables. */
const grid: readonly Grid[] = [
  ...(['grpo', 'gae'] as const).map((estimator) => ({ S: 256, N: 1024, estimator, engine: 'ts' as const, learners: 1, iterations: 60 })),
  ...[256, 4096].flatMap((S) =>
    [64, 1024, 8192].flatMap((N) => (['ts', 'wasm'] as const).map((engine) => ({ S, N, estimator: 'grpo' as const, engine, learners: 1, iterations: 8 }))),
  ),
  ...[1, 8, 32].flatMap((learners) => (['ts', 'wasm'] as const).map((engine) => ({ S: 32, N: 64, estimator: 'grpo' as const, engine, learners, hidden: [16, 16], iterations: 12 }))),
];

export async function iterationBench(): Promise<SpeedRow[]> {
  const rows: SpeedRow[] = [];
  for (const entry of grid) rows.push(...(await measure(entry)));
  return rows;
}

/** Medians of a complete iteration; the first third is not counted. */
async function measure({ S, N, estimator, engine, learners, hidden = [64, 64], iterations }: Grid): Promise<SpeedRow[]> {
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
        iterations: 1000,
        seeds: { first: 0, count: learners },
        engine,
      },
    },
    { plugins, now: () => performance.now(), wasmBinaries },
  );
  const [failure] = training.failures;
  if (failure) throw new Error(`The bench's scheme cannot be trained: ${failure.message}`);
  const times: number[] = [];
  let steps = 0;
  const warmUp = Math.ceil(iterations / 3);
  for (let k = 0; k < warmUp + iterations; k++) {
    const report = await training.iterate();
    if (!report) break;
    if (k < warmUp) continue;
    times.push(report.milliseconds);
    steps = report.environmentSteps;
  }
  training.dispose();
  const ms = times.toSorted((a, b) => a - b)[times.length >> 1];
  const kind = engine === 'ts' ? 'hand-written TypeScript' : 'WASM';
  const many = learners > 1 ? `, ${learners} learners` : '';
  const name = `complete iteration, ${estimator}, S=${S}, N=${N}, T=${T}, 16-${hidden.join('-')}-${A}${many}, ${kind}`;
  return [{ name, value: ms, unit: 'ms' }, { name, value: steps / ms / 1000, unit: 'M steps/s' }];
}
