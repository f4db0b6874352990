/**
 * Training of a Gaussian policy on a scenario in closed form: the policy family and the step between a policy's numbers and their descent. The
 * training loop, its checkpoints, replays, branches and frames are those of tables.
 *
 * The update is REINFORCE, θ += η · scale(θ, (1/B) Σ_i Σ_t Â_it ∇ log π), with the scenario's own step sizes and limits; η is the learning
 * rate and the optimiser the spec's.
 */
import { ClosedFormBatch } from '../core/batch/closed-form-batch';
import { MissingColumnError } from '../core/batch/columns-for';
import type { ClosedForm } from '../core/contracts/closed-form';
import { batchFigures } from '../core/diagnostics/batch-figures';
import { directionCosine } from '../core/diagnostics/update-direction';
import { learnerStream, type ClosedFormExperiment } from '../core/experiment/resolve';
import { normalDraws } from '../core/math/normal';
import { EMPTY_SIDE, priceBatch, type PricedBatch } from '../core/scheme/price-batch';
import { createOptimiser } from '../engine/optimiser';
import { LearnerFailure, type KeptBatch } from './batch-step';
import { meanReturn } from './iteration-metrics';
import type { Learner } from './learner';
import type { EngineLabel, Parameterised, PolicyFamily } from './policy-family';
import { METRICS, type Metric } from './protocol';
import type { WorldStep } from './world-step';

/** The numbers of a Gaussian policy, in double precision. */
export class GaussianFamily implements PolicyFamily {
  readonly engine: EngineLabel = { name: 'ts', words: 'The scenario’s own Gaussian policy, trained in TypeScript: it has a few numbers and needs no network engine.' };

  constructor(private readonly experiment: ClosedFormExperiment) {}

  create(seedNumber: number): Parameterised {
    const { start } = this.experiment.worlds.of(seedNumber);
    const { optimiser: kind, learningRate } = this.experiment.spec.training;
    return { parameters: start.slice(), optimiser: createOptimiser({ kind, learningRate }, start.length) };
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    return learners.map(({ parameters }) => parameters as Float64Array);
  }

  async step(learners: readonly Parameterised[], descent: readonly Float64Array[]): Promise<void> {
    // Limits are the scenario's and alike for all learners.
    const world = this.experiment.worlds.of(this.experiment.spec.training.seeds.first);
    learners.forEach(({ parameters, optimiser }, k) => {
      optimiser.step(parameters, descent[k]);
      world.keepWithin(parameters as Float64Array);
    });
  }

  dispose(): void {}
}

/** What one run leaves for its figures. */
interface Result {
  readonly batch: ClosedFormBatch;
  readonly priced: PricedBatch;
  readonly world: ClosedForm;
  readonly policy: Float64Array;
  /** (1/B) ΣΣ Â ∇ log π, before the scenario's step sizes. */
  readonly direction: Float64Array;
  readonly loss: number;
}

/** Rollout, pricing and update direction of one learner after another. */
export class ClosedFormStep implements WorldStep {
  readonly size: number;
  readonly exactInterval = 1;
  #last: Result | null = null;

  constructor(private readonly experiment: ClosedFormExperiment) {
    this.size = this.#worldOf(0).start.length;
  }

  run(learner: Learner, policy: Float64Array, descent: Float64Array): Result {
    const { scenario, spec } = this.experiment;
    const { trajectories, groupSize } = spec.training;
    const world = this.#worldOf(learner.seedIndex);
    const stream = learnerStream(spec.training, learner.seedIndex, learner.iteration);
    const play = world.play(policy, normalDraws(stream, trajectories, world.draws));
    const batch = new ClosedFormBatch(scenario, world, play, groupSize);
    const priced = this.#price(learner, batch);
    const direction = new Float64Array(this.size);
    world.direction(policy, play, priced.advantage, direction);
    if (!direction.every(Number.isFinite)) throw new LearnerFailure('non-finite', learner.schemeNumber, nonFiniteCause(priced));
    const scaled = direction.slice();
    world.scale(policy, scaled);
    for (let k = 0; k < this.size; k++) descent[k] -= scaled[k];
    learner.rewardState = priced.rewardState;
    learner.estimatorState = priced.estimatorState;
    let loss = 0;
    for (let k = 0; k < play.logProbability.length; k++) loss -= (priced.advantage[k] * play.logProbability[k]) / play.nTraj;
    return (this.#last = { batch, priced, world, policy, direction, loss });
  }

  write(out: Float64Array, offset: number): void {
    const { batch, priced, world, policy, direction, loss } = this.#last!;
    const put = (metric: Metric, value: number) => (out[offset + METRICS.indexOf(metric)] = value);
    const gradient = new Float64Array(this.size);
    world.gradient(policy, gradient);
    const figures = batchFigures(priced.advantage, batch.play.advantage, batch, batch.group);
    put('success', world.metrics(policy)[this.experiment.scenario.truth]);
    put('proxy', meanReturn(priced));
    put('cosine', directionCosine(direction, gradient));
    put('wrongSign', figures.wrongSign);
    put('zeroGroups', figures.zeroGroups);
    put('entropy', world.entropy(policy));
    put('kl', Math.max(0, world.divergence(policy)));
    put('length', batch.maxLen);
    put('loss', loss);
  }

  keep(): KeptBatch {
    throw new Error(ONE_UPDATE);
  }

  again(): void {
    throw new Error(ONE_UPDATE);
  }

  #worldOf(seedIndex: number): ClosedForm {
    return this.experiment.worlds.of(this.experiment.spec.training.seeds.first + seedIndex);
  }

  #price({ scheme, schemeNumber, iteration, rewardState, estimatorState }: Learner, batch: ClosedFormBatch): PricedBatch {
    try {
      return priceBatch(batch, scheme, { ...EMPTY_SIDE, iteration, rewardState, estimatorState });
    } catch (error) {
      const message = `${scheme.spec.name} cannot be priced: ${error instanceof Error ? error.message : String(error)}`;
      throw new LearnerFailure(error instanceof MissingColumnError ? 'missing-column' : 'internal', schemeNumber, message);
    }
  }
}

const ONE_UPDATE = 'A Gaussian policy in closed form makes one update from each batch.';

/** Where the first number that is none came from. */
function nonFiniteCause({ scheme, reward, estimate }: PricedBatch): string {
  const { name } = scheme.spec;
  if (!reward.every(Number.isFinite)) return `${name} stopped: its reward is not finite. Check the weights and parameters of its terms.`;
  if (!estimate.advantage.every(Number.isFinite)) return `${name} stopped: its advantage (${scheme.estimator.title}) is not finite.`;
  return `${name} stopped: its update is not finite. Lower the learning rate or clip the advantages.`;
}
