import { learnerStream, type Experiment } from '../core/experiment/resolve';
import { emptyPolicy, softmaxStates, type TablePolicy } from '../core/mdp/policy';
import { openEngine } from '../engine/open-engine';
import type { Learner } from './learner';
import type { EngineLabel, FamilyOptions, Parameterised, PolicyFamily } from './policy-family';
import { openMeasuredWithGpu } from './measured-engine';
import { networksOf, type LearnerNetworks } from './policy-network';
import { openNamed } from './run-engine';
import { SurvivingEngine } from './surviving-engine';
import { VisitedNetwork } from './visited-network';
import { reads, visit } from './visited-states';

/**
 * Networks on a table of which a batch visits a small part: they are evaluated in the states that the batch comes to, step by step, and
 * differentiated there. The numbers are those of an evaluation in every state, bit for bit on the TypeScript engine. A critic is asked
 * about the same states and no others: V counts as 0 where an episode ends, by the task or by time. A transformer is asked about every state
 * in TypeScript, whatever engine trains it: only there each prefix is computed once, which an emulated adapter would take minutes for.
 */
export class VisitedFamily implements PolicyFamily {
  readonly values?: PolicyFamily['values'];
  readonly #experiment: Experiment;
  readonly #engine: SurvivingEngine;
  /** Evaluates transformers in every state. */
  readonly #everywhere: SurvivingEngine;
  readonly #networks: LearnerNetworks;
  readonly #policyNetwork: VisitedNetwork;
  /** Null where there is no critic network, and where V is the last output of the policy's. */
  readonly #criticNetwork: VisitedNetwork | null;
  readonly #policy: TablePolicy;
  readonly #all: Uint32Array;
  readonly #logits: Float64Array[] = [];
  readonly #values: Float64Array[] = [];
  /** States that a learner's last batch visited; where there are none, all were evaluated. */
  readonly #visited = new WeakMap<Parameterised, Uint32Array>();

  private constructor(experiment: Experiment, networks: LearnerNetworks, engine: SurvivingEngine, everywhere: SurvivingEngine) {
    const { S, A } = experiment.table;
    this.#experiment = experiment;
    this.#engine = engine;
    this.#everywhere = everywhere;
    this.#networks = networks;
    this.#policyNetwork = new VisitedNetwork(networks.policy, engine, everywhere);
    this.#criticNetwork = networks.critic && new VisitedNetwork(networks.critic, engine, everywhere);
    this.#policy = emptyPolicy(S, A);
    this.#all = Uint32Array.from({ length: S }, (_, s) => s);
    if (experiment.spec.training.critic) this.values = (learners) => this.#evaluateCritics(learners);
  }

  /** A batch asks for a few rows at a time: that many are soonest done where no device has to be asked, unless a real GPU is measured to be faster all the same. */
  static async open(experiment: Experiment, options: FamilyOptions): Promise<VisitedFamily> {
    const networks = await networksOf(experiment);
    const { engine: wanted } = experiment.spec.training;
    const words = 'TypeScript: a batch visits few of the states, and only those are evaluated.';
    const openTypeScript = async () => new SurvivingEngine(await (options.open ?? openEngine)('ts', options), words, options);
    const engine = await (wanted === 'auto' ? openMeasuredWithGpu(experiment, words, options) : wanted === 'ts' ? openTypeScript() : openNamed(wanted, options));
    return new VisitedFamily(experiment, networks, engine, engine.current.name === 'ts' ? engine : await openTypeScript());
  }

  get engine(): EngineLabel {
    const { label } = this.#engine;
    const isHelped = label.name !== 'ts' && !this.#networks.policy.mlp;
    return isHelped ? { ...label, words: `${label.words} Evaluations of all ${this.#all.length.toLocaleString('en')} states run in TypeScript, which computes each prefix once.` } : label;
  }

  get survivor(): SurvivingEngine {
    return this.#engine;
  }

  create(seedNumber: number): Parameterised {
    return this.#networks.create(seedNumber);
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    this.#makeRoom(learners.length);
    for (const [k, learner] of learners.entries()) {
      this.#visited.delete(learner);
      await this.#evaluate(learner, this.#all, k, true);
    }
    return this.#logits.slice(0, learners.length);
  }

  async batchLogits(learners: readonly Learner[], again: boolean): Promise<readonly Float64Array[]> {
    this.#makeRoom(learners.length);
    for (const [k, learner] of learners.entries()) {
      const visited = again ? this.#visited.get(learner) : await this.#play(learner, k);
      if (!visited) return this.logits(learners);
      if (again) await this.#evaluate(learner, visited, k);
      else this.#visited.set(learner, visited);
    }
    return this.#logits.slice(0, learners.length);
  }

  async step(learners: readonly Parameterised[], dLogits: readonly Float64Array[], dValues?: readonly Float64Array[]): Promise<void> {
    const { A } = this.#experiment.table;
    const { critic } = this.#experiment.spec.training;
    for (const [k, learner] of learners.entries()) {
      const columns = [{ of: dLogits[k], width: A, weight: 1 }];
      if (critic?.kind === 'shared') columns.push({ of: dValues?.[k] ?? new Float64Array(this.#experiment.table.S), width: 1, weight: critic.weight });
      await this.#descend(this.#policyNetwork, learner, columns);
      if (this.#criticNetwork && dValues && learner.critic !== null) await this.#descend(this.#criticNetwork, learner.criticNetwork!, [{ of: dValues[k], width: 1, weight: 1 }]);
    }
  }

  dispose(): void {
    this.#engine.dispose();
    if (this.#everywhere !== this.#engine) this.#everywhere.dispose();
  }

  /** Evaluates the states that the learner's next batch visits, as it comes to them, and returns them. */
  async #play(learner: Learner, k: number): Promise<Uint32Array> {
    const { table, spec } = this.#experiment;
    const { trajectories: nTraj, groupSize } = spec.training;
    const stream = learnerStream(spec.training, learner.seedIndex, learner.iteration);
    const visiting = visit(table, this.#policy.threshold, { nTraj, groupSize, ...stream }, reads(learner.scheme, 'answerLogProbs'));
    const logits = this.#logits[k];
    const visited: number[] = [];
    for (const states of visiting) {
      await this.#evaluate(learner, states, k);
      visited.push(...states);
      // The step that prices the batch says that the policy diverged.
      if (!states.every((s) => logits.subarray(s * table.A, (s + 1) * table.A).every(Number.isFinite))) break;
      softmaxStates(logits, states, table.A, this.#policy);
    }
    return Uint32Array.from(visited);
  }

  async #evaluate({ parameters }: Parameterised, states: Uint32Array, k: number, everywhere = false): Promise<void> {
    const { A } = this.#experiment.table;
    const { base } = this.#networks.policy;
    const logits = this.#logits[k];
    const shared = this.#experiment.spec.training.critic?.kind === 'shared' ? this.#values[k] : null;
    await this.#policyNetwork[everywhere ? 'evaluateAll' : 'evaluate'](parameters, states, (s, outputs, from) => {
      for (let a = 0; a < A; a++) logits[s * A + a] = base[s * A + a] + outputs[from + a];
      if (shared) shared[s] = outputs[from + A];
    });
  }

  async #evaluateCritics(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    for (const [k, learner] of learners.entries()) {
      if (!this.#criticNetwork || learner.critic === null) continue;
      const values = this.#values[k];
      const visited = this.#visited.get(learner);
      await this.#criticNetwork[visited ? 'evaluate' : 'evaluateAll'](learner.criticNetwork!.parameters, visited ?? this.#all, (s, outputs, from) => (values[s] = outputs[from]));
    }
    return this.#values.slice(0, learners.length);
  }

  /** One step against a gradient of the network's outputs, whose columns are given side by side, in the states where any is not 0. */
  async #descend(network: VisitedNetwork, { parameters, optimiser }: Parameterised, columns: readonly GradientColumns[]): Promise<void> {
    const states = touchedStates(this.#experiment.table.S, columns);
    const gradient = await network.gradient(parameters, states, gathered(states, columns));
    this.#engine.lap('backward');
    optimiser.step(parameters, gradient);
    this.#engine.lap('optimiser');
  }

  #makeRoom(learners: number): void {
    const { S, A } = this.#experiment.table;
    while (this.#logits.length < learners) this.#logits.push(new Float64Array(S * A));
    while (this.values && this.#values.length < learners) this.#values.push(new Float64Array(S));
  }
}

/** Columns of a gradient in every state, [S × width], and their weight in what is descended. */
interface GradientColumns {
  readonly of: Float64Array;
  readonly width: number;
  readonly weight: number;
}

/** The states in which some column is not 0, or the first state where there is none. */
function touchedStates(S: number, columns: readonly GradientColumns[]): Uint32Array {
  const touched: number[] = [];
  for (let s = 0; s < S; s++) {
    const isTouched = columns.some(({ of, width }) => {
      for (let k = s * width; k < (s + 1) * width; k++) if (of[k] !== 0) return true;
      return false;
    });
    if (isTouched) touched.push(s);
  }
  return Uint32Array.from(touched.length > 0 ? touched : [0]);
}

/** Their rows, [states × (widths side by side)]. */
function gathered(states: Uint32Array, columns: readonly GradientColumns[]): Float32Array {
  const outputs = columns.reduce((sum, { width }) => sum + width, 0);
  const rows = new Float32Array(states.length * outputs);
  let first = 0;
  for (const { of, width, weight } of columns) {
    states.forEach((s, row) => {
      for (let c = 0; c < width; c++) rows[row * outputs + first + c] = weight * of[s * width + c];
    });
    first += width;
  }
  return rows;
}
