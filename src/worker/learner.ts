import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { ExactValue } from '../core/scheme/exact-value';
import { readsValue, type Resolved } from '../core/experiment/resolve';
import type { Parameterised } from './policy-family';
import type { Successes } from './resample';
import type { Optimiser, OptimiserState, ParameterVector } from '../engine/optimiser';

/** Parameters and moments of a learner, copied. */
export interface Weights {
  readonly parameters: ParameterVector;
  readonly optimiser: OptimiserState;
  readonly criticNetwork: { readonly parameters: ParameterVector; readonly optimiser: OptimiserState } | null;
}

/** Everything that a learner carries from one iteration to the next, copied. */
export interface Checkpoint {
  readonly iteration: number;
  /** Null where they were on a device at the time. */
  readonly weights: Weights | null;
  readonly critic: Float64Array | null;
  readonly rewardState: readonly unknown[];
  readonly estimatorState: unknown;
  readonly objectiveState: unknown;
  readonly reference: Float64Array | null;
  readonly successes: Successes;
  /** Reads a scheme's reward; differs from the learner's own before a branch. */
  readonly scheme: CompiledScheme;
}

/** One scheme trained under one seed. */
export class Learner {
  iteration = 0;
  rewardState: readonly unknown[] = [];
  estimatorState: unknown = undefined;
  objectiveState: unknown = undefined;
  /** [S] V without a time index; null where the estimator reads none or an exact one. */
  critic: Float64Array | null = null;
  exactValue: ExactValue | null = null;
  /** [S·A] log π of the reference policy where it is the learner's own of an earlier iteration; never written over. */
  reference: Float64Array | null = null;
  /** What the scheme keeps to replay; never written over. */
  successes: Successes = new Map();
  /** Why it stopped for good; null while it can learn. */
  failure: string | null = null;
  scheme!: CompiledScheme;
  /** [S] dL/dV of the last batch where the critic is a network; null where it is a table, which moves by itself. */
  valueGradient: Float64Array | null = null;

  constructor(
    readonly schemeNumber: number,
    readonly seedIndex: number,
    readonly number: number,
    scheme: CompiledScheme,
    readonly parameters: ParameterVector,
    readonly optimiser: Optimiser,
    private readonly experiment: Resolved,
    /** Parameters of a critic network of its own; its values are in `critic` while the learner acts. */
    readonly criticNetwork?: Parameterised | undefined,
  ) {
    this.adopt(scheme);
  }

  /** Goes on under another reward from here: parameters and critic stay. */
  adopt(scheme: CompiledScheme): void {
    const { table } = this.experiment;
    const usesValue = readsValue(scheme);
    this.scheme = scheme;
    this.exactValue = table && usesValue && scheme.spec.value === 'exact' ? new ExactValue(scheme, table) : null;
    this.critic = table && usesValue && scheme.spec.value === 'learned' ? (this.critic ?? new Float64Array(table.S)) : null;
  }

  /** A copy; without weights where the learner's own are not those that it has. */
  save(withWeights = true): Checkpoint {
    return {
      iteration: this.iteration,
      weights: withWeights ? this.#weights() : null,
      critic: this.critic && this.critic.slice(),
      rewardState: structuredClone(this.rewardState),
      estimatorState: structuredClone(this.estimatorState),
      objectiveState: structuredClone(this.objectiveState),
      reference: this.reference,
      successes: this.successes,
      scheme: this.scheme,
    };
  }

  /** Becomes what the checkpoint holds; keeps its own parameters where that has none. */
  restore(checkpoint: Checkpoint): void {
    if (checkpoint.scheme !== this.scheme) this.adopt(checkpoint.scheme);
    this.iteration = checkpoint.iteration;
    this.critic = checkpoint.critic && checkpoint.critic.slice();
    this.rewardState = structuredClone(checkpoint.rewardState);
    this.estimatorState = structuredClone(checkpoint.estimatorState);
    this.objectiveState = structuredClone(checkpoint.objectiveState);
    this.reference = checkpoint.reference;
    this.successes = checkpoint.successes;
    if (checkpoint.weights) {
      const { parameters, optimiser, criticNetwork } = checkpoint.weights;
      this.parameters.set(parameters);
      this.optimiser.restore(optimiser);
      if (criticNetwork) {
        this.criticNetwork?.parameters.set(criticNetwork.parameters);
        this.criticNetwork?.optimiser.restore(criticNetwork.optimiser);
      }
    }
    this.failure = null;
  }

  #weights(): Weights {
    const { criticNetwork } = this;
    return {
      parameters: this.parameters.slice(),
      optimiser: this.optimiser.save(),
      criticNetwork: criticNetwork ? { parameters: criticNetwork.parameters.slice(), optimiser: criticNetwork.optimiser.save() } : null,
    };
  }
}
