import type { Experiment } from '../core/experiment/resolve';
import { poolShared, spreadShared } from '../core/mdp/shared-logits';
import { createOptimiser, type Optimiser, type ParameterVector } from '../engine/optimiser';
import { openEngine, type EngineOptions } from '../engine/open-engine';
import type { Learner } from './learner';
import { criticNetwork, policyNetwork, type PolicyNetwork } from './policy-network';
import { PopulationNetwork } from './population-network';
import type { FrameMessage, NoticeCode, Stage } from './protocol';
import { openFastest, openNamed } from './run-engine';
import { SurvivingEngine } from './surviving-engine';
import { VisitedFamily } from './visited-family';
import { visitsFew } from './visited-states';

export type EngineLabel = FrameMessage['engine'];

/** What a family evaluates and updates: one learner's parameters. */
export interface Parameterised {
  readonly parameters: ParameterVector;
  readonly optimiser: Optimiser;
  /** Those of its critic, where that is a network of its own. */
  readonly criticNetwork?: Parameterised | undefined;
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
  dispose(): void;
}

export interface FamilyOptions extends EngineOptions {
  /** Starts engines; tests hand in their own. */
  readonly open?: typeof openEngine;
  readonly notice?: (code: NoticeCode, message: string) => void;
  /** Says that what has been going on was this stage. */
  readonly lap?: (stage: Stage) => void;
}

/** The policy family of an experiment; networks open the engine that the spec asks for, or the fastest here. */
export async function openFamily(experiment: Experiment, learners: number, options: FamilyOptions = {}): Promise<PolicyFamily> {
  const { policy } = experiment.spec.training;
  if (policy.kind === 'tabular') return new TabularFamily(experiment, options.lap);
  if (visitsFew(experiment.table) && experiment.spec.training.critic) {
    throw new Error(`${experiment.scenario.title} has so many states that only those that are visited are evaluated; its critic is a table. Choose a table as the critic.`);
  }
  return visitsFew(experiment.table) ? openVisited(experiment, options) : NetworkFamily.open(experiment, learners, options);
}

/** A network of which a batch asks for a few rows at a time: that many are soonest done where no device has to be asked. */
async function openVisited(experiment: Experiment, options: FamilyOptions): Promise<PolicyFamily> {
  const network = await policyNetwork(experiment);
  const { optimiser: kind, learningRate, engine } = experiment.spec.training;
  const words = 'TypeScript: a batch visits few of the states, and only those are evaluated.';
  return new VisitedFamily(experiment, {
    engine: engine === 'auto' || engine === 'ts' ? new SurvivingEngine(await (options.open ?? openEngine)('ts', options), words, options) : await openNamed(engine, options),
    network: (opened, states) => network.create(opened, 1, states),
    create(seedNumber) {
      const parameters = network.initial(seedNumber);
      return { parameters, optimiser: createOptimiser({ kind, learningRate }, parameters.length) };
    },
    base: network.base,
  });
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
  readonly #experiment: Experiment;
  readonly #policy: PolicyNetwork;
  readonly #engine: SurvivingEngine;
  readonly #network: PopulationNetwork;
  readonly #critic: { readonly kind: PolicyNetwork; readonly network: PopulationNetwork; readonly learningRate: number } | null;
  readonly #logits: Float64Array[] = [];
  readonly #values: Float64Array[] = [];

  private constructor(experiment: Experiment, policy: PolicyNetwork, engine: SurvivingEngine) {
    const { critic } = experiment.spec.training;
    this.#experiment = experiment;
    this.#policy = policy;
    this.#engine = engine;
    this.#network = new PopulationNetwork(policy, engine);
    this.#critic = null;
    if (critic?.kind === 'network') {
      const kind = criticNetwork(experiment);
      this.#critic = { kind, network: new PopulationNetwork(kind, engine), learningRate: critic.learningRate };
    }
    if (critic) this.values = (learners) => this.#evaluateCritics(learners);
  }

  static async open(experiment: Experiment, learners: number, options: FamilyOptions): Promise<NetworkFamily> {
    const policy = await policyNetwork(experiment);
    const { engine: wanted } = experiment.spec.training;
    return new NetworkFamily(experiment, policy, wanted === 'auto' ? await fastestFor(experiment, policy, learners, options) : await openNamed(wanted, options));
  }

  get engine(): EngineLabel {
    return this.#engine.label;
  }

  get survivor(): SurvivingEngine {
    return this.#engine;
  }

  create(seedNumber: number): Parameterised {
    const { optimiser: kind, learningRate } = this.#experiment.spec.training;
    const parameters = this.#policy.initial(seedNumber);
    const policy = { parameters, optimiser: createOptimiser({ kind, learningRate }, parameters.length) };
    if (!this.#critic) return policy;
    const own = this.#critic.kind.initial(seedNumber);
    return { ...policy, criticNetwork: { parameters: own, optimiser: createOptimiser({ kind: 'adam', learningRate: this.#critic.learningRate }, own.length) } };
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    const flat = await this.#network.evaluate(learners);
    const { S, A } = this.#experiment.table;
    const { base } = this.#policy;
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
    if (!this.#critic || !dValues) return;
    await this.#critic.network.descend(this.#criticsOf(learners), (gradient) => dValues.forEach((column, member) => gradient.set(column, member * S)));
  }

  dispose(): void {
    this.#network.dispose();
    this.#critic?.network.dispose();
    this.#engine.dispose();
  }

  /** Outputs of the policy's network for a state: A logits, and V where a critic shares its trunk. */
  get #outputs(): number {
    return this.#experiment.table.A + (this.#experiment.spec.training.critic?.kind === 'shared' ? 1 : 0);
  }

  async #evaluateCritics(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    const { S } = this.#experiment.table;
    if (this.#critic) {
      const flat = await this.#critic.network.evaluate(this.#criticsOf(learners));
      learners.forEach((_, member) => this.#values[member].set(flat.subarray(member * S, (member + 1) * S)));
    }
    return this.#values.slice(0, learners.length);
  }

  #criticsOf(learners: readonly Parameterised[]): Parameterised[] {
    return learners.map(({ criticNetwork }) => criticNetwork!);
  }
}

/** The fastest engine; a transformer starts in TypeScript, which computes each prefix once. */
async function fastestFor({ table }: Experiment, { mlp }: PolicyNetwork, learners: number, options: FamilyOptions): Promise<SurvivingEngine> {
  if (mlp) return openFastest(mlp(learners), table.S, options);
  return new SurvivingEngine(await (options.open ?? openEngine)('ts', options), 'TypeScript: it computes each prefix once, whatever follows.', options);
}
