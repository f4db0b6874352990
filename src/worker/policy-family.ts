import type { Experiment } from '../core/experiment/resolve';
import { poolShared, spreadShared } from '../core/mdp/shared-logits';
import { chooseEngine } from '../engine/choose-engine';
import { EngineLostError, EngineUnavailableError, type Engine, type EngineName, type Network, type NetworkShape } from '../engine/engine';
import { initialParameters, meanSquaredNorm } from '../engine/initial-parameters';
import { createOptimiser, type Optimiser, type ParameterVector } from '../engine/optimiser';
import { parameterCount } from '../engine/network-shape';
import { openEngine, type EngineOptions } from '../engine/open-engine';
import type { Learner } from './learner';
import { loadPretrained } from './pretrained';
import type { FrameMessage, NoticeCode } from './protocol';
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
  const { table, initialLogits, spec } = experiment;
  const { open = openEngine } = options;
  const { optimiser: kind, learningRate, policy } = spec.training;
  const { width, data } = table.features;
  const shape = shapeOf(experiment, 1);
  const pretrained = policy.kind === 'mlp' && policy.pretrained ? await loadPretrained(policy.pretrained, parameterCount(shape)) : null;
  const inputSquaredNorm = meanSquaredNorm(data, width);
  return new VisitedFamily(experiment, {
    engine: await open('ts', options),
    words: 'TypeScript: a batch visits few of the states, and only those are evaluated.',
    // What was pretrained is the whole policy; else the network's outputs, zero at first, are added to the starting policy's logits.
    base: pretrained ? new Float64Array(initialLogits.length) : initialLogits,
    network(engine, states) {
      const rows = new Float32Array(states.length * width);
      states.forEach((s, row) => rows.set(data.subarray(s * width, (s + 1) * width), row * width));
      return engine.create(shape, rows);
    },
    create(seedNumber) {
      const parameters = pretrained ? pretrained(seedNumber) : initialParameters(shape, 0, { learner: [seedNumber], inputSquaredNorm });
      return { parameters, optimiser: createOptimiser({ kind, learningRate }, parameters.length) };
    },
  });
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
 * An MLP from state features to logits, added to the starting policy's logits; its output layer
 * starts at zero, so every seed starts at the starting policy. All learners that run are one population.
 */
class NetworkFamily implements PolicyFamily {
  engine: EngineLabel;
  readonly #experiment: Experiment;
  readonly #options: FamilyOptions;
  readonly #squaredNorm: number;
  #open: Engine;
  #network: Network | null = null;
  #flat = new Float32Array(0);
  #dLogits = new Float32Array(0);
  #logits: Float64Array[] = [];

  private constructor(experiment: Experiment, engine: Engine, words: string, options: FamilyOptions) {
    const { features } = experiment.table;
    this.#experiment = experiment;
    this.#options = options;
    this.#open = engine;
    this.#squaredNorm = meanSquaredNorm(features.data, features.width);
    this.engine = { name: engine.name, words };
  }

  static async open(experiment: Experiment, learners: number, options: FamilyOptions): Promise<NetworkFamily> {
    const { engine: wanted } = experiment.spec.training;
    const { open = openEngine } = options;
    const shape = shapeOf(experiment, learners);
    const key = JSON.stringify([shape, experiment.table.S]);
    const before = wanted === 'auto' ? chosenBefore.get(key) : undefined;
    try {
      const choice = before
        ? { engine: await open(before.name, options), reason: before.reason }
        : await chooseEngine(shape, experiment.table.S, { ...options, ...(wanted !== 'auto' && { override: wanted }) });
      if (wanted === 'auto') chosenBefore.set(key, { name: choice.engine.name, reason: choice.reason });
      return new NetworkFamily(experiment, choice.engine, choice.reason, options);
    } catch (error) {
      if (!(error instanceof EngineUnavailableError) || wanted === 'ts') throw error;
      options.notice?.('engine-fallback', `${error.message} Training runs in TypeScript instead, with the same results.`);
      return new NetworkFamily(experiment, await open('ts', options), 'TypeScript: the engine that was asked for cannot start here.', options);
    }
  }

  create(seedNumber: number): Parameterised {
    const { optimiser: kind, learningRate } = this.#experiment.spec.training;
    const options = { learner: [seedNumber], inputSquaredNorm: this.#squaredNorm };
    const parameters = initialParameters(shapeOf(this.#experiment, 1), 0, options);
    return { parameters, optimiser: createOptimiser({ kind, learningRate }, parameters.length) };
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    const flat = await this.#surviving(() => this.#forward(learners));
    const { initialLogits } = this.#experiment;
    const size = initialLogits.length;
    while (this.#logits.length < learners.length) this.#logits.push(new Float64Array(size));
    for (let member = 0; member < learners.length; member++) {
      const out = this.#logits[member];
      const from = member * size;
      for (let k = 0; k < size; k++) out[k] = initialLogits[k] + flat[from + k];
    }
    return this.#logits.slice(0, learners.length);
  }

  async step(learners: readonly Parameterised[], dLogits: readonly Float64Array[]): Promise<void> {
    const size = this.#experiment.initialLogits.length;
    if (this.#dLogits.length !== learners.length * size) this.#dLogits = new Float32Array(learners.length * size);
    dLogits.forEach((column, member) => this.#dLogits.set(column, member * size));
    let isFresh = true;
    const gradient = await this.#surviving(async () => {
      if (!isFresh) await this.#forward(learners);
      isFresh = false;
      return this.#network!.vjp(this.#dLogits);
    });
    const P = this.#network!.parameterCount;
    learners.forEach(({ parameters, optimiser }, member) => optimiser.step(parameters, gradient.subarray(member * P, (member + 1) * P)));
  }

  dispose(): void {
    this.#network?.dispose();
    this.#network = null;
    this.#open.dispose();
  }

  async #forward(learners: readonly Parameterised[]): Promise<Float32Array> {
    const { features } = this.#experiment.table;
    if (this.#network?.shape.population !== learners.length) {
      this.#network?.dispose();
      this.#network = await this.#open.create(shapeOf(this.#experiment, learners.length), features.data);
    }
    const P = this.#network.parameterCount;
    if (this.#flat.length !== learners.length * P) this.#flat = new Float32Array(learners.length * P);
    learners.forEach(({ parameters }, member) => this.#flat.set(parameters, member * P));
    this.#network.setParameters(this.#flat);
    return this.#network.forward();
  }

  /** Runs `work`; when the device is lost meanwhile, once more on the TypeScript engine. Parameters are on this side, so nothing is lost. */
  async #surviving<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineLostError)) throw error;
      this.#network = null;
      this.#open = await (this.#options.open ?? openEngine)('ts', this.#options);
      this.engine = { name: 'ts', words: 'TypeScript: the GPU device was lost.' };
      this.#options.notice?.('device-lost', 'The GPU device was lost. Training went on in TypeScript from the same parameters.');
      return work();
    }
  }
}

function shapeOf({ table, spec }: Experiment, population: number): NetworkShape {
  const { policy } = spec.training;
  if (policy.kind !== 'mlp') throw new Error('Only an MLP has a network.');
  return { inputs: table.features.width, hidden: policy.hidden, outputs: table.A, activation: policy.activation, population };
}
