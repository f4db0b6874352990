/** One scheme's prices of the scene's batch, and how they compare with the truth. Pure: state and idle work share it. */
import { learnedByTerms, LearnedRows } from '../core/batch/learned-columns';
import { Workspace } from '../core/batch/workspace';
import { batchFigures, type BatchFigures } from '../core/diagnostics/batch-figures';
import { directionCosine, updateDirection } from '../core/diagnostics/update-direction';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { ExactValue, whyNoExactValue } from '../core/scheme/exact-value';
import { EMPTY_SIDE, priceBatch, type PricedBatch, type Side } from '../core/scheme/price-batch';
import type { Scene } from './scene';

export interface PricedScheme {
  readonly compiled: CompiledScheme;
  readonly priced: PricedBatch;
  readonly figures: BatchFigures;
  /** Cosine of the batch's update with the exact policy gradient, in the policy's own numbers; NaN without a direction. */
  readonly cosine: number;
  /** The critic was learned under another reward than the one that is priced here. */
  readonly staleCritic: boolean;
}

/** What one scheme's pricing needs beside the batch: values, carried state, columns of the behaviour policy. */
export function sideOf(scene: Scene, compiled: CompiledScheme, scheme: number): Side {
  const { snapshot, iteration } = scene.behaviour;
  const own = snapshot?.scheme === scheme ? snapshot : null;
  return {
    ...EMPTY_SIDE,
    iteration,
    rewardState: own?.rewardState ?? [],
    estimatorState: own?.estimatorState,
    value: valueOf(scene, compiled, own?.critic ?? null),
    columns: scene.table && scene.learned && new LearnedRows(scene.learned, (perRow) => scene.batch.gatherRow(perRow)),
  };
}

/** True when a term of the scheme pays by what a model is still to learn. */
export function lacksLearned({ table, learned }: Scene, compiled: CompiledScheme): boolean {
  return table !== null && learnedByTerms(compiled).some((name) => !learned || !Object.hasOwn(learned, name));
}

function valueOf(scene: Scene, compiled: CompiledScheme, critic: Float64Array | null): Float64Array | null {
  const { value } = compiled.spec;
  if (scene.table === null || value === 'zero' || !Object.hasOwn(compiled.estimator.needs, 'value')) return null;
  if (value === 'learned') return critic ?? new Float64Array(scene.table.S);
  const reason = whyNoExactValue(compiled, scene.table);
  if (reason) throw new Error(reason);
  return new ExactValue(compiled, scene.table).evaluate(scene.policy.probability, scene.behaviour.iteration);
}

/** Prices the scene under a scheme and measures it. Throws what pricing throws. */
export function priceScheme(scene: Scene, compiled: CompiledScheme, scheme: number, workspace: Workspace, direction: Float64Array): PricedScheme {
  if (lacksLearned(scene, compiled)) {
    throw new Error('Its model is being fitted; this scheme is priced as soon as it is ready.');
  }
  const side = sideOf(scene, compiled, scheme);
  const priced = priceBatch(scene.batch, compiled, side, { buffer: workspace.buffer });
  return {
    compiled,
    priced,
    figures: batchFigures(priced.advantage, scene.exact, scene.batch, scene.batch.group),
    cosine: cosineOf(scene, priced.advantage, direction),
    staleCritic: compiled.spec.value === 'learned' && side.value !== null,
  };
}

/** Cosine of a batch's update with the exact gradient. */
export function cosineOf(scene: Scene, advantage: Float64Array, direction: Float64Array): number {
  if (scene.table === null) {
    scene.world.direction(scene.logits, scene.batch.play, advantage, direction);
    return directionCosine(direction, scene.gradient);
  }
  const { batch, table, policy, gradient } = scene;
  const visits = { nTraj: batch.nTraj, maxLen: batch.maxLen, length: batch.length, row: batch.row! };
  return directionCosine(updateDirection(advantage, visits, table, policy.probability, direction), gradient);
}
