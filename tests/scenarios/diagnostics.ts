import { allPlugins } from '../../src/core/all-plugins';
import type { EstimatorDiagnosis } from '../../src/core/diagnostics/bias-variance';
import { loadPreset } from '../../src/core/experiment/presets';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { diagnose } from '../../src/worker/diagnose';

type Value = ExperimentSpec['schemes'][number]['value'];

/** An estimator of the reference tables, in this project's terms. */
const ESTIMATORS: Readonly<Record<string, { readonly id: string; readonly params: Record<string, unknown>; readonly value?: Value }>> = {
  'MC rtg (no baseline)': { id: 'mc-return', params: {} },
  'rtg-batch mean': { id: 'reinforce-baseline', params: { baseline: 'timestep-mean', scope: 'batch' } },
  'GAE(1.0) exact V': { id: 'gae', params: { lambda: 1 }, value: 'exact' },
  'GAE(1.0) learned V': { id: 'gae', params: { lambda: 1 } },
  'GAE(0.95) exact V': { id: 'gae', params: { lambda: 0.95 }, value: 'exact' },
  'GAE(0.95) learned V': { id: 'gae', params: { lambda: 0.95 } },
  'GAE(0.8) exact V': { id: 'gae', params: { lambda: 0.8 }, value: 'exact' },
  'GAE(0.8) learned V': { id: 'gae', params: { lambda: 0.8 } },
  GRPO: { id: 'grpo', params: { ddof: 0, singleton: 'zero' } },
  'GRPO no-std': { id: 'grpo', params: { ddof: 0, singleton: 'zero', normByStd: false } },
  RLOO: { id: 'rloo', params: {} },
  'step group': { id: 'gigpo', params: { episodeWeight: 0 } },
  'TEMPO (grpo+tree td)': { id: 'tempo', params: { ddof: 0, prefix: 'histories' } },
  'tree td': { id: 'tempo', params: { outcomeWeight: 0, normByStd: false, prefix: 'histories' } },
  SALT: { id: 'salt', params: {} },
};
const NAMES = Object.keys(ESTIMATORS);

/** The estimators of a table, in the order of its rows: all, or all but the last ones. */
export const estimatorNames = ({ rows }: DiagnosisTable): readonly string[] => NAMES.slice(0, rows.length);

/** Mean batch cosine and cosine of the mean gradient, by estimator. */
type Rows = readonly (readonly [cosine: number, cosineOfMean: number])[];

export interface DiagnosisTable {
  readonly id: string;
  readonly preset: string;
  readonly scenario: Record<string, unknown>;
  /** Logits θ[s, a] = scale · (D(s) − D(s′)) of the named state table D, most likely s′; the starting policy without. */
  readonly policy?: { readonly table: string; readonly scale: number };
  /** Trajectories of a batch, in groups of 16. */
  readonly trajectories: 32 | 64;
  /** Batches of the quick set: standard errors of the cosines near a seventh of the tolerance. */
  readonly quickBatches: number;
  /** How far a mean batch cosine may lie from the reference. */
  readonly tolerance: number;
  readonly rows: Rows;
}

const coarse = { trajectories: 32, quickBatches: 1500, tolerance: 0.03 } as const;
const fine = { trajectories: 64, quickBatches: 400, tolerance: 0.01 } as const;

export const diagnosisTables: readonly DiagnosisTable[] = [
  {
    id: 'S1 key-door',
    preset: 'key-door',
    scenario: {},
    policy: { table: 'remaining', scale: 0.7 },
    ...coarse,
    rows: [[0.617, 0.998], [0.614, 0.999], [0.651, 0.999], [0.631, 0.999], [0.747, 0.999], [0.687, 0.99], [0.866, 1], [0.746, 0.926], [0.598, 0.998], [0.599, 0.998], [0.599, 0.998], [0.584, 0.989], [0.571, 0.966], [0.296, 0.601]],
  },
  {
    id: 'S3 swe-agent',
    preset: 'swe-agent',
    scenario: { outcome: 'pass' },
    ...coarse,
    rows: [[0.415, 0.993], [0.422, 0.993], [0.446, 0.994], [0.439, 0.993], [0.562, 0.997], [0.545, 0.993], [0.749, 0.999], [0.703, 0.969], [0.417, 0.994], [0.419, 0.993], [0.419, 0.993], [0.418, 0.991], [0.373, 0.984], [0.047, 0.252]],
  },
  {
    id: 'S4 math-steps',
    preset: 'math-steps',
    scenario: {},
    ...coarse,
    rows: [[0.281, 0.995], [0.27, 0.992], [0.394, 0.995], [0.39, 0.996], [0.443, 0.996], [0.436, 0.996], [0.557, 0.998], [0.543, 0.985], [0.28, 0.995], [0.28, 0.995], [0.28, 0.995], [0.208, 0.867], [0.252, 0.953], [0.138, 0.594]],
  },
  {
    id: 'S8 tree',
    preset: 'tree',
    scenario: {},
    ...fine,
    rows: [[0.825, 0.999], [0.87, 0.999], [0.942, 1], [0.936, 1], [0.95, 1], [0.943, 1], [0.966, 1], [0.957, 0.998], [0.864, 0.999], [0.865, 0.999], [0.865, 0.999], [0.956, 0.994], [0.932, 0.998], [0.956, 0.994], [0.864, 0.999]],
  },
  {
    id: 'S8 skilled tree',
    preset: 'tree',
    scenario: { skill: 0.5 },
    ...fine,
    rows: [[0.787, 0.999], [0.883, 1], [0.949, 1], [0.945, 1], [0.956, 1], [0.951, 1], [0.969, 1], [0.961, 0.999], [0.878, 1], [0.878, 1], [0.878, 1], [0.961, 0.995], [0.94, 0.999], [0.961, 0.995], [0.878, 1]],
  },
];

/** How far a mean batch cosine may lie from the reference: critics are fitted on few batches and vary more, but not on the small steps of a tree. */
export function cosineTolerance({ tolerance }: DiagnosisTable, estimator: string): number {
  return tolerance > 0.01 && estimator.includes('learned') ? 0.05 : tolerance;
}

const plugins = allPlugins();

/** Diagnoses estimators on the true outcome over fresh batches in groups of 16. */
export async function measureDiagnosis(
  { preset: id, scenario, policy, trajectories }: DiagnosisTable,
  names: readonly string[],
  batches: number,
): Promise<readonly EstimatorDiagnosis[]> {
  const { spec } = (await loadPreset(id))!;
  const [sparse] = spec.schemes;
  const experiment = resolveExperiment(
    {
      ...spec,
      scenario: { ...spec.scenario, params: scenario },
      schemes: names.map((name) => {
        const { value = 'learned', ...estimator } = ESTIMATORS[name];
        return { ...sparse, name, value, estimator };
      }),
      training: { ...spec.training, trajectories, groupSize: 16 },
    },
    plugins,
  );
  if (experiment.failures.length + experiment.problems.length > 0) throw new Error(JSON.stringify([experiment.failures, experiment.problems]));
  const { table } = experiment;
  const logits = experiment.initialLogits.slice();
  if (policy) {
    const distance = table.stateTables[policy.table];
    for (let k = 0; k < logits.length; k++) {
      const row = table.rowStart[k];
      logits[k] = policy.scale * (distance[Math.floor(k / table.A)] - distance[table.rowNext[row]]);
    }
  }
  const work = diagnose(experiment, { logits, iteration: 0, batches }, null);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
