import type { Experiment } from '../core/experiment/resolve';
import { poolShared, spreadShared } from '../core/mdp/shared-logits';
import { chooseEngine } from '../engine/choose-engine';
import { ENGINE_TITLE, EngineUnavailableError, type Engine, type EngineName, type Network } from '../engine/engine';
import { createOptimiser, type Optimiser, type ParameterVector } from '../engine/optimiser';
import { openEngine, type EngineOptions } from '../engine/open-engine';
import type { Learner } from './learner';
import { policyNetwork, type PolicyNetwork } from './policy-network';
import type { FrameMessage, NoticeCode } from './protocol';
import { SurvivingEngine } from './surviving-engine';
import { VisitedFamily } from './visited-family';
import { visitsFew } from './visited-states';

export type EngineLabel = FrameMessage['engine'];

/** What a family evaluates and updates: one learner's parameters. */
export interface Parameterised {
  readonly parameters: ParameterVector;
  readonly optimiser: Optimiser;
}

/** How parameters become logits over all states, and how a gradient of logits moves them. */
export interface PolicyFamily {
  readonly engine: EngineLabel;
  /** Parameters to start from and an optimiser for them; learners with the same seed start equal. */
  create(seedNumber: number): Parameterised;
  /** [S·A] logits of each; the arrays are valid until the next call. */
  logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]>;
  /**
   * The same, right only in the states that the learners' next batches visit, or with `again` those that the last ones visited: for
   * families that gain by it.
   */
  batchLogits?(learners: readonly Learner[], again: boolean): Promise<readonly Float64Array[]>;
  /** One optimiser step of each along −dL/dlogits, [S·A] each and written over, at the parameters of the last call for logits. */
  step(learners: readonly Parameterised[], dLogits: readonly Float64Array[]): Promise<void>;
  dispose(): void;
}

export interface FamilyOptions extends EngineOptions {
  /** Starts engines; tests hand in their own. */
  readonly open?: typeof openEngine;
  readonly notice?: (code: NoticeCode, message: string) => void;
}

/** What was measured fastest before in this thread, by network, population and rows, so that a restart need not measure again. */
const chosenBefore = new Map<string, { readonly name: EngineName; readonly reason: string }>();

/** The policy family of an experiment; networks open the engine that the spec asks for, or the fastest here. */
export async function openFamily(experiment: Experiment, learners: number, options: FamilyOptions = {}): Promise<PolicyFamily> {
  const { policy } = experiment.spec.training;
  if (policy.kind === 'tabular') return new TabularFamily(experiment);
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

/** An engine that was asked for by name, or TypeScript with a notice where it cannot start. */
async function openNamed(name: EngineName, options: FamilyOptions): Promise<SurvivingEngine> {
  const { open = openEngine } = options;
  try {
    return new SurvivingEngine(await open(name, options), `${ENGINE_TITLE[name]}: chosen by hand.`, options);
  } catch (error) {
    if (!(error instanceof EngineUnavailableError) || name === 'ts') throw error;
    options.notice?.('engine-fallback', `${error.message} Training runs in TypeScript instead, with the same results.`);
    return new SurvivingEngine(await open('ts', options), 'TypeScript: the engine that was asked for cannot start here.', options);
  }
}

/** θ[s, a] itself, in double precision; states that share their logits hold copies of one row. */
class TabularFamily implements PolicyFamily {
  readonly engine = { name: 'tabular', words: 'Tabular softmax in TypeScript' } as const;

  constructor(private readonly experiment: Experiment) {}

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
  }

  dispose(): void {}
}

/**
 * A network from states to logits, added to the starting policy's logits; its output layer starts at zero, so every seed starts at the
 * starting policy. All learners that run are one population.
 */
class NetworkFamily implements PolicyFamily {
  readonly #experiment: Experiment;
  readonly #policy: PolicyNetwork;
  readonly #engine: SurvivingEngine;
  /** The network and the engine that it was made on. */
  #made: { readonly on: Engine; readonly network: Network } | null = null;
  #flat = new Float32Array(0);
  #dLogits = new Float32Array(0);
  #logits: Float64Array[] = [];

  private constructor(experiment: Experiment, policy: PolicyNetwork, engine: SurvivingEngine) {
    this.#experiment = experiment;
    this.#policy = policy;
    this.#engine = engine;
  }

  static async open(experiment: Experiment, learners: number, options: FamilyOptions): Promise<NetworkFamily> {
    const policy = await policyNetwork(experiment);
    const { engine: wanted } = experiment.spec.training;
    return new NetworkFamily(experiment, policy, wanted === 'auto' ? await openFastest(experiment, policy, learners, options) : await openNamed(wanted, options));
  }

  get engine(): EngineLabel {
    return this.#engine.label;
  }

  create(seedNumber: number): Parameterised {
    const { optimiser: kind, learningRate } = this.#experiment.spec.training;
    const parameters = this.#policy.initial(seedNumber);
    return { parameters, optimiser: createOptimiser({ kind, learningRate }, parameters.length) };
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    const flat = await this.#engine.run((engine) => this.#forward(engine, learners));
    const { base } = this.#policy;
    const size = base.length;
    while (this.#logits.length < learners.length) this.#logits.push(new Float64Array(size));
    for (let member = 0; member < learners.length; member++) {
      const out = this.#logits[member];
      const from = member * size;
      for (let k = 0; k < size; k++) out[k] = base[k] + flat[from + k];
    }
    return this.#logits.slice(0, learners.length);
  }

  async step(learners: readonly Parameterised[], dLogits: readonly Float64Array[]): Promise<void> {
    const size = this.#policy.base.length;
    if (this.#dLogits.length !== learners.length * size) this.#dLogits = new Float32Array(learners.length * size);
    dLogits.forEach((column, member) => this.#dLogits.set(column, member * size));
    const gradient = await this.#engine.run(async (engine) => {
      if (this.#made?.on !== engine) await this.#forward(engine, learners);
      return this.#made!.network.vjp(this.#dLogits);
    });
    const P = this.#policy.parameterCount;
    learners.forEach(({ parameters, optimiser }, member) => optimiser.step(parameters, gradient.subarray(member * P, (member + 1) * P)));
  }

  dispose(): void {
    this.#made?.network.dispose();
    this.#made = null;
    this.#engine.dispose();
  }

  async #forward(engine: Engine, learners: readonly Parameterised[]): Promise<Float32Array> {
    if (this.#made?.on !== engine || this.#made.network.shape.population !== learners.length) {
      if (this.#made?.on === engine) this.#made.network.dispose();
      this.#made = { on: engine, network: await this.#policy.create(engine, learners.length) };
    }
    const P = this.#policy.parameterCount;
    if (this.#flat.length !== learners.length * P) this.#flat = new Float32Array(learners.length * P);
    learners.forEach(({ parameters }, member) => this.#flat.set(parameters, member * P));
    this.#made.network.setParameters(this.#flat);
    return this.#made.network.forward();
  }
}

/** The engine that is fastest for this network here, measured once a thread; a transformer starts in TypeScript, which computes each prefix once. */
async function openFastest({ table }: Experiment, { mlp }: PolicyNetwork, learners: number, options: FamilyOptions): Promise<SurvivingEngine> {
  const { open = openEngine } = options;
  if (!mlp) return new SurvivingEngine(await open('ts', options), 'TypeScript: it computes each prefix once, whatever follows.', options);
  const shape = mlp(learners);
  const key = JSON.stringify([shape, table.S]);
  const before = chosenBefore.get(key);
  // What was fastest before may no longer start.
  const again = before && (await open(before.name, options).catch(() => null));
  if (again) return new SurvivingEngine(again, before.reason, options);
  const choice = await chooseEngine(shape, table.S, options);
  chosenBefore.set(key, { name: choice.engine.name, reason: choice.reason });
  return new SurvivingEngine(choice.engine, choice.reason, options);
}
