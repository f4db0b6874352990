/** Process models: networks that say of a state how likely success still is, fitted beside the policy. */
import { learnedByTerms, type LearnedColumns } from '../core/batch/learned-columns';
import { labelledTrajectories, processModelOf, PROCESS_SEED, type ProcessModelSettings } from '../core/experiment/process-model-settings';
import type { Experiment } from '../core/experiment/resolve';
import type { PlayOn } from '../core/contracts/columns';
import type { Table } from '../core/contracts/scenario';
import { completionOutcomes } from '../core/mdp/completions';
import type { Rollout } from '../core/mdp/rollout';
import { nextUniform, seedPrefix, startStream, STREAM } from '../core/math/random';
import { fitImplicitModel } from '../engine/implicit-process-model';
import { collectLabels, fitProcessModel, processNetwork, progressOfRows } from '../engine/process-model';
import type { FamilyOptions } from './policy-family';
import { openForModel } from './run-engine';

const MODELS = ['learnedProgress', 'learnedOutcomeProgress'] as const;
/** β of the implicit process model: a scheme's weight scales what it pays, and β how sharply the ratios are told apart in the fit. */
const BETA = 2;

/**
 * Step scores of every table row by the process models that schemes read: a network fitted to completions from the states that
 * trajectories of the starting policy visit, one fitted to how those trajectories ended, and a policy whose log-ratios say it. Fitted on the
 * engine that the spec asks for. null when no scheme reads one. The same for every learner, so that schemes and seeds compare under one model.
 */
export async function learnProcess(experiment: Experiment, options: FamilyOptions = {}): Promise<LearnedColumns | null> {
  const read = new Set(experiment.schemes.flatMap((scheme) => (scheme ? learnedByTerms(scheme) : [])));
  const values = MODELS.filter((name) => read.has(name));
  const isImplicit = read.has('learnedRatio');
  if (values.length === 0 && !isImplicit) return null;
  const { table, spec, initialLogits } = experiment;
  const settings = processModelOf(spec.training);
  const { played, from } = labelledTrajectories(experiment);
  const outcomes = outcomeLabels(table, played, settings);
  const targets = values.map((name) => (name === 'learnedProgress' ? completionLabels(from, played, settings) : outcomes));
  const fit = { seed: PROCESS_SEED, learner: spec.training.seeds.first };
  const survivor = await openForModel(spec.training.engine, processNetwork(table, Math.max(1, values.length), false), table.S, options, 'The process model is fitted');
  const columns: Record<string, Float64Array> = {};
  try {
    if (values.length > 0) {
      const labels = collectLabels(table, played, targets, false);
      const { value } = await survivor.run((engine) => fitProcessModel(engine, table, labels, fit));
      values.forEach((name, m) => (columns[name] = progressOfRows(table, value[m])));
    }
    if (isImplicit) {
      const ended = Float64Array.from({ length: played.nTraj }, (_, i) => outcomes[i * played.maxLen]);
      const { score } = await survivor.run((engine) => fitImplicitModel(engine, table, initialLogits, played, ended, { ...fit, beta: BETA }));
      columns['learnedRatio'] = Float64Array.from({ length: table.rows }, (_, r) => score[table.rowState[r] * table.A + table.rowAction[r]]);
    }
    return columns;
  } finally {
    survivor.dispose();
  }
}

/** What completions say of each visited state, [nTraj × maxLen]: what they still collect, or whether any collects anything. */
function completionLabels(from: PlayOn, played: Rollout, { completions, labels, flips }: ProcessModelSettings): Float64Array {
  const { table, length, row } = from;
  const pay = table.metrics[table.truth];
  const outcomes = completionOutcomes(from, completions);
  const misjudge = slips(from.stream, flips);
  const { maxLen } = played;
  const out = new Float64Array(outcomes[0].length);
  for (let i = 0; i < length.length; i++) {
    let collected = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      let sum = 0;
      let isAny = 0;
      for (const of of outcomes) {
        const judged = misjudge(of[k] - collected);
        sum += judged;
        if (judged > 0) isAny = 1;
      }
      out[k] = labels === 'any' ? isAny : sum / outcomes.length;
      collected += pay[row[k]];
    }
  }
  return out;
}

/** What each trajectory still collects from its states on, [nTraj × maxLen]; an outcome that is misjudged is so all along. */
function outcomeLabels({ metrics, truth }: Table, { nTraj, maxLen, length, row }: Rollout, { flips }: ProcessModelSettings): Float64Array {
  const out = new Float64Array(nTraj * maxLen);
  const pay = metrics[truth];
  const isTurned = slips({ seed: PROCESS_SEED, learner: 0, iteration: 1 }, flips);
  for (let i = 0; i < nTraj; i++) {
    const isWrong = isTurned(0) === 1;
    let total = 0;
    for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) {
      total += pay[row[k]];
      out[k] = isWrong ? 1 - total : total;
    }
  }
  return out;
}

/** x, or 1 − x with the chance `flips`. */
function slips({ seed, learner, iteration }: PlayOn['stream'], flips: number): (x: number) => number {
  if (flips === 0) return (x) => x;
  const stream = { state: 0, increment: 1 };
  startStream(seedPrefix(seed, learner, iteration), STREAM.label, stream);
  return (x) => (nextUniform(stream) < flips ? 1 - x : x);
}
