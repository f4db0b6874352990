/** Step scores by process models beside the exact advantage: Monte-Carlo labels, and networks fitted to labels or to outcomes. */
import { allPlugins } from '../../src/core/all-plugins';
import { stepScoreQuality, type StepScoreQuality } from '../../src/core/diagnostics/step-score-quality';
import { loadPreset } from '../../src/core/experiment/presets';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import type { PlayOn } from '../../src/core/contracts/columns';
import type { Table } from '../../src/core/contracts/scenario';
import { completionOutcomes } from '../../src/core/mdp/completions';
import { evaluatePolicy } from '../../src/core/mdp/exact';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout, type Rollout } from '../../src/core/mdp/rollout';
import { openEngine } from '../../src/engine/open-engine';
import { fitImplicitModel } from '../../src/engine/implicit-process-model';
import { collectLabels, fitProcessModel } from '../../src/engine/process-model';

export type ProcessTask = 'math' | 'key-door' | 'token';
export const PROCESS_TASKS: readonly ProcessTask[] = ['math', 'key-door', 'token'];

const plugins = allPlugins();
/** Keep labelled and fresh trajectories apart. */
const [LABELLED, FRESH] = [11, 12];

/** The table of a task and the policy whose steps are scored: uniform, pulled towards the goal, or the task's own start. */
async function policyOf(task: ProcessTask) {
  const preset = { math: 'math-steps', 'key-door': 'key-door', token: 'token-warm' }[task];
  const { table, initialLogits } = resolveExperiment((await loadPreset(preset))!.spec, plugins);
  const logits = initialLogits.slice();
  if (task === 'key-door') {
    const distance = table.stateTables['remaining'];
    for (let k = 0; k < logits.length; k++) logits[k] = 0.7 * (distance[Math.floor(k / table.A)] - distance[table.rowNext[table.rowStart[k]]]);
  }
  return { table, logits, policy: softmaxPolicy(logits, table.S, table.A) };
}

/** What a trajectory still collects of the true objective from each visited state on, [nTraj × maxLen]. */
function toGo({ metrics, truth }: Table, { nTraj, maxLen, length, row }: Rollout): Float64Array {
  const out = new Float64Array(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    let total = 0;
    for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) out[k] = total += metrics[truth][row[k]];
  }
  return out;
}

interface Accepted {
  readonly reference: string;
  readonly accept?: readonly [number, number];
}

const near = (reference: string, ...accept: number[]): Accepted => ({ reference, ...(accept.length === 2 && { accept: accept as unknown as readonly [number, number] }) });

/** Figures of an independent implementation, and the intervals that are judged. */
export const ACCEPTED_SCORES: Readonly<Record<ProcessTask, Readonly<Record<string, { readonly correlation?: Accepted; readonly sign?: Accepted }>>>> = {
  math: {
    'MC k=1 soft': { correlation: near('.25'), sign: near('.70 @ .10') },
    'MC k=4 soft': { correlation: near('.45'), sign: near('.69 @ .29') },
    'MC k=4 hard': { correlation: near('.21'), sign: near('.68') },
    'MC k=16 soft': { correlation: near('.60', 0.53, 0.68), sign: near('.69 @ .57') },
    'MC k=16 hard': { correlation: near('.19'), sign: near('.66') },
    'outcome model': { correlation: near('.70', 0.6, 0.8), sign: near('.711') },
    'implicit β=2': { correlation: near('.29'), sign: near('.917', 0.8, 1) },
  },
  'key-door': {
    'MC k=1 soft': { correlation: near('.21'), sign: near('.66 @ .19') },
    'MC k=4 soft': { correlation: near('.39'), sign: near('.69 @ .43') },
    'MC k=4 hard': { correlation: near('.24'), sign: near('.69') },
    'MC k=16 soft': { correlation: near('.65', 0.6, 0.7), sign: near('.76 @ .70') },
    'MC k=16 hard': { correlation: near('.24'), sign: near('.78 @ .31') },
    'outcome model': { correlation: near('.91', 0.86, 0.95), sign: near('.936') },
    'implicit β=2': { correlation: near('.53'), sign: near('.977', 0.93, 1) },
  },
  token: {
    'MC k=1 soft': { correlation: near('.40'), sign: near('.753 @ .36') },
    'MC k=4 soft': { correlation: near('.67'), sign: near('.807 @ .65') },
    'MC k=4 hard': { correlation: near('.52'), sign: near('.861 @ .35') },
    'MC k=16 soft': { correlation: near('.88', 0.84, 0.92), sign: near('.867 @ .87') },
    'MC k=16 hard': { correlation: near('.59'), sign: near('.982 @ .25') },
    'outcome model': { correlation: near('.83', 0.77, 0.88), sign: near('.855') },
    'implicit β=2': { correlation: near('.60'), sign: near('.882', 0.82, 1) },
  },
};

export interface ScoreFigures {
  /** By method: one entry per model. */
  readonly [method: string]: readonly StepScoreQuality[];
}

/** Scores 200 fresh trajectories per model by each method. Networks see state and time, and are fitted to `labelled` trajectories each. */
export async function scoreFigures(task: ProcessTask, models: number, { labelled = 1000, ks = [1, 4, 16], networks = true } = {}): Promise<ScoreFigures> {
  const { table, logits, policy } = await policyOf(task);
  const { S, horizon: T } = table;
  const exact = evaluatePolicy(table, policy.probability, table.metrics[table.truth]);
  const pay = table.metrics[table.truth];
  const engine = await openEngine('ts');
  const found: Record<string, StepScoreQuality[]> = {};
  for (let model = 0; model < models; model++) {
    const stream = { seed: FRESH, learner: model, iteration: 0 };
    const fresh = rollout(table, policy.threshold, { ...stream, nTraj: 200, groupSize: 1 });
    const { length, row } = fresh;
    const truth = new Float64Array(200 * T);
    for (let i = 0; i < 200; i++) for (let t = 0; t < length[i]; t++) truth[i * T + t] = exact.advantage[(t * S + table.rowState[row[i * T + t]]) * table.A + table.rowAction[row[i * T + t]]];
    /** Quality of the differences of a value of (i, t), the visited state's chance of what is still to come. */
    const judge = (name: string, value: (i: number, t: number) => number) => {
      const score = new Float64Array(200 * T);
      for (let i = 0; i < 200; i++) for (let t = 0; t < length[i]; t++) score[i * T + t] = pay[row[i * T + t]] + (t + 1 < length[i] ? value(i, t + 1) : 0) - value(i, t);
      (found[name] ??= []).push(stepScoreQuality(score, truth, fresh));
    };
    const from: PlayOn = { table, threshold: policy.threshold, stream, row, length };
    for (const k of ks) {
      const outcomes = completionOutcomes(from, k);
      // None of these tasks pays before its end, so that an outcome is what was still to come.
      const came = (i: number, t: number) => outcomes.map((of) => of[i * T + t]);
      judge(`MC k=${k} soft`, (i, t) => came(i, t).reduce((a, b) => a + b, 0) / k);
      if (k > 1) judge(`MC k=${k} hard`, (i, t) => Math.max(...came(i, t)));
    }
    if (!networks) continue;
    const labelStream = { seed: LABELLED, learner: model, iteration: 0 };
    const played = rollout(table, policy.threshold, { ...labelStream, nTraj: labelled, groupSize: 1 });
    const outcomes = completionOutcomes({ table, threshold: policy.threshold, stream: labelStream, row: played.row, length: played.length }, 4);
    const soft = outcomes[0].map((_, k) => outcomes.reduce((sum, of) => sum + of[k], 0) / outcomes.length);
    const collected = toGo(table, played);
    const labels = collectLabels(table, played, [collected, soft], true);
    const { value } = await fitProcessModel(engine, table, labels, { seed: LABELLED, learner: model });
    const at = (of: Float64Array) => (i: number, t: number) => of[t * S + table.rowState[row[i * T + t]]];
    judge('outcome model', at(value[0]));
    judge('process model', at(value[1]));
    const ended = Float64Array.from({ length: labelled }, (_, i) => collected[i * T]);
    for (const beta of [0.5, 2]) {
      const implicit = await fitImplicitModel(engine, table, logits, played, ended, { beta, seed: LABELLED, learner: model });
      const score = new Float64Array(200 * T);
      for (let i = 0; i < 200; i++) for (let k = i * T, end = k + length[i]; k < end; k++) score[k] = implicit.score[table.rowState[row[k]] * table.A + table.rowAction[row[k]]];
      (found[`implicit β=${beta}`] ??= []).push(stepScoreQuality(score, truth, fresh));
    }
  }
  engine.dispose();
  return found;
}

export const meanOf = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
