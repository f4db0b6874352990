import type { LearnedColumns } from '../core/batch/learned-columns';
import { TableBatch } from '../core/batch/table-batch';
import { Workspace } from '../core/batch/workspace';
import { DiagnosisSums, type DiagnosisTruth, type EstimatorDiagnosis } from '../core/diagnostics/bias-variance';
import { readsValue, type Experiment } from '../core/experiment/resolve';
import { evaluatePolicy } from '../core/mdp/exact';
import { occupancy, policyGradient } from '../core/mdp/occupancy';
import { softmaxPolicy, type TablePolicy } from '../core/mdp/policy';
import { rollout, type Rollout } from '../core/mdp/rollout';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { ExactValue } from '../core/scheme/exact-value';
import { EMPTY_SIDE, priceBatch, returnsOf, type PricedBatch } from '../core/scheme/price-batch';
import { learnedRows } from './batch-step';

/** Keeps the batches of a diagnosis apart from those of training. */
export const DIAGNOSIS_SEED = 1;
/** Batches from which a critic is fitted where a scheme learns one: V[s] = mean reward-to-go over the visits of s. */
const CRITIC_BATCHES = 20;
const CRITIC_OFFSET = 1_000_000;

export const NO_FIGURES: EstimatorDiagnosis = {
  bias: NaN,
  biasError: NaN,
  variance: NaN,
  varianceError: NaN,
  signAgreement: NaN,
  nonzeroShare: NaN,
  cosine: NaN,
  cosineError: NaN,
  cosineOfMean: NaN,
};

/** What is to be diagnosed: a policy, the iteration that the schemes' schedules are at, and over how many batches. */
export interface DiagnosisOrder {
  readonly logits: Float64Array;
  readonly iteration: number;
  readonly batches: number;
}

/**
 * Diagnoses every scheme's estimator over the same fresh batches of the policy with `logits`, [S·A]. Yields
 * after every batch, so that a caller can let others work; returns the figures by scheme number.
 * A learned critic is fitted to this policy first; state carried between iterations starts empty.
 */
export function* diagnose(
  experiment: Experiment,
  { logits, iteration, batches }: DiagnosisOrder,
  learned: LearnedColumns | null,
): Generator<void, readonly EstimatorDiagnosis[]> {
  const { table, schemes, spec } = experiment;
  const policy = softmaxPolicy(logits, table.S, table.A);
  const truth = truthOf(experiment, policy);
  const workspace = new Workspace();
  const { trajectories: nTraj, groupSize } = spec.training;
  const play = (batch: number, into?: Rollout) =>
    rollout(table, policy.threshold, { nTraj, groupSize, seed: DIAGNOSIS_SEED, learner: 0, iteration: batch }, into);
  const reference = softmaxPolicy(experiment.initialLogits, table.S, table.A).logProbability;
  const batchOf = (played: Rollout, iteration: number) =>
    new TableBatch(table, played, {
      behaviour: policy.logProbability,
      reference,
      belief: truth.value,
      playOn: { threshold: policy.threshold, stream: { seed: DIAGNOSIS_SEED, learner: 0, iteration } },
      buffer: workspace.buffer,
    });
  const sideOf = (played: Rollout, value: Float64Array | null) => ({
    ...EMPTY_SIDE,
    iteration,
    value,
    columns: learned && learnedRows(learned, played),
  });

  const values: (Float64Array | null)[] = [];
  for (const scheme of schemes) {
    if (!scheme || !readsValue(scheme) || scheme.spec.value === 'zero') values.push(null);
    else if (scheme.spec.value === 'exact') values.push(new ExactValue(scheme, table).evaluate(policy.probability, iteration));
    else {
      const sum = new Float64Array(table.S);
      const count = new Float64Array(table.S);
      for (let b = 0; b < CRITIC_BATCHES; b++) {
        const played = play(CRITIC_OFFSET + b);
        addReturns(priceBatch(batchOf(played, CRITIC_OFFSET + b), scheme, sideOf(played, sum), { buffer: workspace.buffer }), played, table.rowState, sum, count);
        workspace.releaseAll();
        yield;
      }
      values.push(sum.map((total, s) => (count[s] > 0 ? total / count[s] : 0)));
    }
  }

  const sums = schemes.map((scheme) => scheme && new DiagnosisSums(truth, isScaleFree(scheme)));
  let played: Rollout | undefined;
  for (let b = 0; b < batches; b++) {
    played = play(b, played);
    const batch = batchOf(played, b);
    const exact = batch.gatherExact(truth.advantage);
    for (const [k, scheme] of schemes.entries()) {
      if (!scheme) continue;
      const { advantage } = priceBatch(batch, scheme, sideOf(played, values[k]), { buffer: workspace.buffer });
      sums[k]!.add(advantage, exact, batch, played.row);
    }
    workspace.releaseAll();
    yield;
  }
  return sums.map((sum) => sum?.figures() ?? NO_FIGURES);
}

/** True for advantages that are divided by a standard deviation, so that only their direction means something. */
function isScaleFree({ spec, estimator, estimatorParams }: CompiledScheme): boolean {
  const divides = estimator.laws.includes('scale-invariant') || estimator.decomposition?.kind === 'scaled';
  return spec.whiten !== 'none' || (divides && estimatorParams['normByStd'] !== false);
}

function truthOf({ table }: Experiment, { probability }: TablePolicy): DiagnosisTruth & { value: Float64Array } {
  const { S, A, rowState, rowAction, logitRow } = table;
  const exact = evaluatePolicy(table, probability, table.metrics[table.truth]);
  const gradient = policyGradient(table, probability, exact, occupancy(table, probability));
  return { S, A, rowState, rowAction, ...(logitRow && { logitRow }), advantage: exact.advantage, value: exact.value, gradient, probability };
}

function addReturns(priced: PricedBatch, played: Rollout, rowState: Uint32Array, sum: Float64Array, count: Float64Array): void {
  const { nTraj, maxLen, length, row } = played;
  const returns = returnsOf(priced);
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      sum[rowState[row[k]]] += returns[k];
      count[rowState[row[k]]] += 1;
    }
  }
}
