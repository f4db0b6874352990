/**
 * The shipping training loop at the reference size: S=256, A=5, T=64, N=1,024, an MLP 16-64-64-5
 * with Adam in hand-written TypeScript, one scheme, one seed, one core. An iteration is what
 * `Training.iterate` does: policy over all states, rollout, `priceBatch`, advantages, S × A
 * aggregates, gradient, update, metrics. Exact values are computed in it where the loop computes them.
 */
import { allPlugins } from '../../src/core/all-plugins';
import { defineScenario } from '../../src/core/contracts/scenario';
import { loadPreset } from '../../src/core/experiment/presets';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { Training } from '../../src/worker/training-loop';
import { randomTable, type SpeedRow } from './core-speed';

const [S, A, T, N] = [256, 5, 64, 1024];

const benchScenario = defineScenario({
  id: 'bench-table',
  title: 'Random table',
  summary: 'Random jumps over 256 states.',
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

export async function iterationBench(): Promise<SpeedRow[]> {
  const plugins = allPlugins();
  plugins.add('scenario', benchScenario);
  const rows: SpeedRow[] = [];
  for (const estimator of ['grpo', 'gae'] as const) {
    const preset = await loadPreset('boat-race');
    if (!preset) throw new Error('The boat-race preset, which the bench starts from, is missing.');
    const [scheme] = preset.spec.schemes;
    const training = await Training.start(
      {
        ...preset.spec,
        scenario: { id: benchScenario.id, params: {} },
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
          policy: { kind: 'mlp', hidden: [64, 64], activation: 'tanh' },
          optimiser: 'adam',
          learningRate: 0.003,
          trajectories: N,
          groupSize: 16,
          iterations: 1000,
          seeds: { first: 0, count: 1 },
          engine: 'ts',
        },
      },
      { plugins, now: () => performance.now() },
    );
    const [failure] = training.failures;
    if (failure) throw new Error(`The bench's scheme cannot be trained: ${failure.message}`);
    const times: number[] = [];
    let steps = 0;
    for (let k = 0; k < 80; k++) {
      const report = await training.iterate();
      if (!report) break;
      if (k < 20) continue;
      times.push(report.milliseconds);
      steps = report.environmentSteps;
    }
    training.dispose();
    const ms = times.toSorted((a, b) => a - b)[times.length >> 1];
    const name = `complete iteration, ${estimator}, S=${S}, N=${N}, T=${T}, hand-written TypeScript`;
    rows.push({ name, value: ms, unit: 'ms' }, { name, value: steps / ms / 1000, unit: 'M steps/s' });
  }
  return rows;
}
