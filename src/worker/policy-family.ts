import type { Experiment } from '../core/experiment/resolve';
import { poolShared, spreadShared } from '../core/mdp/shared-logits';
import { createOptimiser, type Optimiser, type ParameterVector } from '../engine/optimiser';
import type { EngineOptions, openEngine } from '../engine/open-engine';
import type { KeptComparisons } from './kept-comparisons';
import type { Learner } from './learner';
import { openMeasuredWithGpu } from './measured-engine';
import { networksOf, type LearnerNetworks, type PolicyNetwork } from './policy-network';
import { PopulationNetwork } from './population-network';
import type { FrameMessage, NoticeCode, Stage } from './protocol';
import { openFastest, openNamed } from './run-engine';
import type { SurvivingEngine } from './surviving-engine';
import { VisitedFamily } from './visited-family';
import { visitsFew } from './visited-states';

export type EngineLabel = FrameMessage['engine'];

/** What a family evaluates and updates: one learner's parameters. */
export interface Parameterised {
  readonly parameters: ParameterVector;
  readonly optimiser: Optimiser;
  /** Those of its critic, where that is a network of its own. */
  readonly criticNetwork?: Parameterised | undefined;
  /** V as it acts; null where it reads none that is learned, and its critic network need not be asked. */
  readonly critic?: Float64Array | null;
}

/** How parameters become logits over all states, and how a gradient of logits moves them. */
export interface PolicyFamily {
  readonly engine: EngineLabel;
  /** The engine behind it; missing where everything is plain TypeScript. */
  readonly survivor?: SurvivingEngine;
  /** Parameters to start from and an optimiser for them; learners with the same seed start equal. */
  create(seedNumber: number): Parameterised;
  /** [S·A] logits of each; the arrays are valid until the next call. */
  logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]>;
  /**
   * The same, right only in the states that the learners' next batches visit, or with `again` those that the last ones visited: for
   * families that gain by it.
   */
  batchLogits?(learners: readonly Learner[], again: boolean): Promise<readonly Float64Array[]>;
  /** [S] V of each by its critic network, after `logits` of the same learners; missing where critics are tables. The arrays are valid until the next call. */
  readonly values?: (learners: readonly Parameterised[]) => Promise<readonly Float64Array[]>;
  /**
   * One optimiser step of each along −dL/dlogits, [S·A] each and written over, at the parameters of the last call for logits; where there
   * are critic networks and `dValues` is given, also along −dL/dV, [S] each.
   */
  step(learners: readonly Parameterised[], dLogits: readonly Float64Array[], dValues?: readonly Float64Array[]): Promise<void>;
  /** Parameters that live on a device; missing where they are always the learners' own. */
  readonly held?: HeldOnDevice;
  dispose(): void;
}

/** Parameters and moments on the device of an engine that makes optimiser steps there. */
export interface HeldOnDevice {
  /** Whether the engine in use makes steps on its device at all. */
  readonly isUsed: boolean;
  /** Whether the device has made steps that the learners' own parameters and moments do not have. */
  readonly isAhead: boolean;
  /**
   * Brings them to the learners, in one read-back. Like `logits` and `step` it throws
   * `ParametersLostError` when they are lost with the device.
   */
  settle(): Promise<void>;
  /** Forgets them, because the learners' own are about to be written over. */
  abandon(): void;
}

export interface FamilyOptions extends EngineOptions {
  /** Starts engines; tests hand in their own. */
  readonly open?: typeof openEngine;
  readonly notice?: (code: NoticeCode, message: string) => void;
  /** What was measured of engines before, and where it is kept; as long as the thread lasts unless given. */
  readonly comparisons?: KeptComparisons;
  /** Iterations since the last checkpoint from which a run can go on without its device. */
  readonly sinceCheckpoint?: () => number;
  /** Says that what has been going on was this stage. */
  readonly lap?: (stage: Stage) => void;
}

/** The policy family of an experiment; networks open the engine that the spec asks for, or the fastest here. */
export async function openFamily(experiment: Experiment, learners: number, options: FamilyOptions = {}): Promise<PolicyFamily> {
  const { policy } = experiment.spec.training;
  if (policy.kind === 'tabular') return new TabularFamily(experiment, options.lap);
  return visitsFew(experiment.table) ? VisitedFamily.open(experiment, options) : NetworkFamily.open(experiment, learners, options);
}

/** θ[s, a] itself, in double precision; states that share their logits hold copies of one row. */
class TabularFamily implements PolicyFamily {
  readonly engine = { name: 'tabular', words: 'Tabular softmax in TypeScript' } as const;

  constructor(
    private readonly experiment: Experiment,
    private readonly lap: FamilyOptions['lap'],
  ) {}

  create(): Parameterised {
    const { initialLogits, spec } = this.experiment;
    const { optimiser: kind, learningRate } = spec.training;
    return { parameters: initialLogits.slice(), optimiser: createOptimiser({ kind, learningRate }, initialLogits.length) };
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    return learners.map(({ parameters }) => parameters as Float64Array);
  }

  async step(learners: readonly Parameterised[], dLogits: readonly Float64Array[]): Promise<void> {
    const { table } = this.experiment;
    learners.forEach(({ parameters, optimiser }, k) => {
      poolShared(table, dLogits[k]);
      optimiser.step(parameters, dLogits[k]);
      spreadShared(table, parameters as Float64Array);
    });
    this.lap?.('optimiser');
  }

  dispose(): void {}
}

/**
 * A network from states to logits, added to the starting policy's logits; its output layer starts at zero, so every seed starts at the
 * starting policy. All learners that run are one population. A critic is a table, a network of its own, or the last output of the policy's.
 */
class NetworkFamily implements PolicyFamily {
  readonly values?: PolicyFamily['values'];
  readonly held: HeldOnDevice;
  readonly #experiment: Experiment;
  readonly #networks: LearnerNetworks;
  readonly #engine: SurvivingEngine;
  readonly #network: PopulationNetwork;
  readonly #critic: PopulationNetwork | null;
  readonly #logits: Float64Array[] = [];
  readonly #values: Float64Array[] = [];
  /** Learners whose V came with their logits and has not moved since. */
  #valuesOf: readonly Parameterised[] = [];

  private constructor(experiment: Experiment, networks: LearnerNetworks, engine: SurvivingEngine) {
    this.#experiment = experiment;
    this.#networks = networks;
    this.#engine = engine;
    this.#network = new PopulationNetwork(networks.policy, engine);
    this.#critic = networks.critic && new PopulationNetwork(networks.critic, engine);
    if (experiment.spec.training.critic) this.values = (learners) => this.#evaluateCritics(learners);
    const populations = this.#critic ? [this.#network, this.#critic] : [this.#network];
    this.held = {
      get isUsed() {
        return engine.current.descends ?? false;
      },
      get isAhead() {
        return engine.ahead.size > 0;
      },
      settle: async () => {
        this.#valuesOf = [];
        await both(populations.map((population) => population.settle()));
      },
      abandon: () => {
        this.#valuesOf = [];
        for (const population of populations) population.abandon();
      },
    };
  }

  static async open(experiment: Experiment, learners: number, options: FamilyOptions): Promise<NetworkFamily> {
    const networks = await networksOf(experiment);
    const { engine: wanted } = experiment.spec.training;
    return new NetworkFamily(experiment, networks, wanted === 'auto' ? await fastestFor(experiment, networks.policy, learners, options) : await openNamed(wanted, options));
  }

  get engine(): EngineLabel {
    return this.#engine.label;
  }

  get survivor(): SurvivingEngine {
    return this.#engine;
  }

  create(seedNumber: number): Parameterised {
    return this.#networks.create(seedNumber);
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    const flat = await this.#evaluate(learners);
    const { S, A } = this.#experiment.table;
    const { base } = this.#networks.policy;
    const width = this.#outputs;
    while (this.#logits.length < learners.length) this.#logits.push(new Float64Array(S * A));
    while (this.values && this.#values.length < learners.length) this.#values.push(new Float64Array(S));
    for (let member = 0; member < learners.length; member++) {
      const out = this.#logits[member];
      for (let s = 0; s < S; s++) {
        const from = (member * S + s) * width;
        for (let a = 0; a < A; a++) out[s * A + a] = base[s * A + a] + flat[from + a];
        if (width > A) this.#values[member][s] = flat[from + A];
      }
    }
    return this.#logits.slice(0, learners.length);
  }

  async step(learners: readonly Parameterised[], dLogits: readonly Float64Array[], dValues?: readonly Float64Array[]): Promise<void> {
    const { S, A } = this.#experiment.table;
    const { critic } = this.#experiment.spec.training;
    const width = this.#outputs;
    const weight = critic?.kind === 'shared' ? critic.weight : 0;
    await this.#network.descend(learners, (gradient) => {
      dLogits.forEach((column, member) => {
        for (let s = 0; s < S; s++) {
          const to = (member * S + s) * width;
          for (let a = 0; a < A; a++) gradient[to + a] = column[s * A + a];
          if (width > A) gradient[to + A] = dValues ? weight * dValues[member][s] : 0;
        }
      });
    });
    // Where no learner reads a learned V, its critic networks were not asked and stay as they are.
    if (!this.#critic || !dValues || learners.every(({ critic }) => critic === null)) return;
    this.#valuesOf = [];
    await this.#critic.descend(this.#criticsOf(learners), (gradient) => dValues.forEach((column, member) => gradient.set(column, member * S)));
  }

  dispose(): void {
    this.#network.dispose();
    this.#critic?.dispose();
    this.#engine.dispose();
  }

  /** Outputs of the policy's network for a state: A logits, and V where a critic shares its trunk. */
  get #outputs(): number {
    return this.#experiment.table.A + (this.#experiment.spec.training.critic?.kind === 'shared' ? 1 : 0);
  }

  /**
   * Outputs of the policies; where a device has to be asked for them, V of critic networks that have moved since they were last asked is
   * fetched along, in the same read-back.
   */
  async #evaluate(learners: readonly Parameterised[]): Promise<Float32Array> {
    const isAlone = !this.#critic || !this.held.isUsed || !learners.some(({ critic }) => critic) || this.#hasValuesOf(learners);
    if (isAlone) return this.#network.evaluate(learners);
    this.#valuesOf = [];
    const [outputs, values] = await both([this.#network.evaluate(learners), this.#critic!.evaluate(this.#criticsOf(learners))]);
    this.#takeValues(learners, values);
    this.#valuesOf = [...learners];
    return outputs;
  }

  async #evaluateCritics(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    if (this.#critic && !this.#hasValuesOf(learners)) this.#takeValues(learners, await this.#critic.evaluate(this.#criticsOf(learners)));
    return this.#values.slice(0, learners.length);
  }

  #hasValuesOf(learners: readonly Parameterised[]): boolean {
    return learners.length === this.#valuesOf.length && learners.every((learner, member) => learner === this.#valuesOf[member]);
  }

  #takeValues(learners: readonly Parameterised[], flat: Float32Array): void {
    const { S } = this.#experiment.table;
    while (this.#values.length < learners.length) this.#values.push(new Float64Array(S));
    learners.forEach((_, member) => this.#values[member].set(flat.subarray(member * S, (member + 1) * S)));
  }

  #criticsOf(learners: readonly Parameterised[]): Parameterised[] {
    return learners.map(({ criticNetwork }) => criticNetwork!);
  }
}

/** What both give; neither is left running when the other fails, because what follows may write parameters over. */
async function both<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** The fastest engine; a transformer starts in TypeScript, which computes each prefix once, unless a real GPU is measured to be faster. */
async function fastestFor(experiment: Experiment, { mlp }: PolicyNetwork, learners: number, options: FamilyOptions): Promise<SurvivingEngine> {
  if (mlp) return openFastest(mlp(learners), experiment.table.S, options);
  return openMeasuredWithGpu(experiment, 'TypeScript: it computes each prefix once, whatever follows.', options);
}
