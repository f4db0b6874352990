import { learnerStream, type Experiment } from '../core/experiment/resolve';
import { emptyPolicy, softmaxStates, type TablePolicy } from '../core/mdp/policy';
import type { Engine, Network } from '../engine/engine';
import type { Optimiser, ParameterVector } from '../engine/optimiser';
import type { Learner } from './learner';
import type { EngineLabel, Parameterised, PolicyFamily } from './policy-family';
import type { SurvivingEngine } from './surviving-engine';
import { reads, visit } from './visited-states';

/** States that go through the network together where all are asked for. */
const CHUNK = 1024;

export interface VisitedOptions {
  readonly engine: SurvivingEngine;
  /** A network of one member bound to the inputs of these states, in their order. */
  readonly network: (engine: Engine, states: Uint32Array) => Promise<Network>;
  readonly create: (seedNumber: number) => { readonly parameters: ParameterVector; readonly optimiser: Optimiser };
  /** [S·A] what is added to the network's outputs. */
  readonly base: Float64Array;
}

/**
 * A network on a table of which a batch visits a small part: it is evaluated in the states that the batch comes to, step by step, and
 * differentiated there. The numbers are those of an evaluation in every state, bit for bit on the TypeScript engine.
 */
export class VisitedFamily implements PolicyFamily {
  readonly #experiment: Experiment;
  readonly #options: VisitedOptions;
  readonly #policy: TablePolicy;
  #logits: Float64Array[] = [];
  /** States that a learner's last batch visited; where there are none, all were evaluated. */
  readonly #visited = new WeakMap<Parameterised, Uint32Array>();

  constructor(experiment: Experiment, options: VisitedOptions) {
    this.#experiment = experiment;
    this.#options = options;
    this.#policy = emptyPolicy(experiment.table.S, experiment.table.A);
  }

  get engine(): EngineLabel {
    return this.#options.engine.label;
  }

  get survivor(): SurvivingEngine {
    return this.#options.engine;
  }

  create(seedNumber: number): Parameterised {
    return this.#options.create(seedNumber);
  }

  async logits(learners: readonly Parameterised[]): Promise<readonly Float64Array[]> {
    const { S } = this.#experiment.table;
    const all = Uint32Array.from({ length: S }, (_, s) => s);
    this.#makeRoom(learners.length);
    for (const [k, learner] of learners.entries()) {
      this.#visited.delete(learner);
      for (let from = 0; from < S; from += CHUNK) await this.#evaluate(learner, all.subarray(from, Math.min(S, from + CHUNK)), this.#logits[k]);
    }
    return this.#logits.slice(0, learners.length);
  }

  async batchLogits(learners: readonly Learner[], again: boolean): Promise<readonly Float64Array[]> {
    this.#makeRoom(learners.length);
    for (const [k, learner] of learners.entries()) {
      const visited = again ? this.#visited.get(learner) : await this.#play(learner, this.#logits[k]);
      if (!visited) return this.logits(learners);
      if (again) await this.#evaluate(learner, visited, this.#logits[k]);
      else this.#visited.set(learner, visited);
    }
    return this.#logits.slice(0, learners.length);
  }

  async step(learners: readonly Parameterised[], dLogits: readonly Float64Array[]): Promise<void> {
    for (const [k, { parameters, optimiser }] of learners.entries()) {
      const { states, gathered } = this.#touched(dLogits[k]);
      const gradient = await this.#options.engine.run(async (opened) => {
        const padded = paddedFor(opened, states);
        const network = await this.#options.network(opened, padded);
        network.setParameters(parameters as Float32Array);
        await network.forward();
        const all = new Float32Array(padded.length * this.#experiment.table.A);
        all.set(gathered);
        const own = await network.vjp(all);
        network.dispose();
        return own;
      });
      this.#options.engine.lap('backward');
      optimiser.step(parameters, gradient);
      this.#options.engine.lap('optimiser');
    }
  }

  dispose(): void {
    this.#options.engine.dispose();
  }

  /** Evaluates the states that the learner's next batch visits, as it comes to them, and returns them. */
  async #play(learner: Learner, logits: Float64Array): Promise<Uint32Array> {
    const { table, spec } = this.#experiment;
    const { trajectories: nTraj, groupSize } = spec.training;
    const stream = learnerStream(spec.training, learner.seedIndex, learner.iteration);
    const visiting = visit(table, this.#policy.threshold, { nTraj, groupSize, ...stream }, reads(learner.scheme, 'answerLogProbs'));
    const visited: number[] = [];
    for (const states of visiting) {
      await this.#evaluate(learner, states, logits);
      visited.push(...states);
      // The step that prices the batch says that the policy diverged.
      if (!states.every((s) => logits.subarray(s * table.A, (s + 1) * table.A).every(Number.isFinite))) break;
      softmaxStates(logits, states, table.A, this.#policy);
    }
    return Uint32Array.from(visited);
  }

  async #evaluate({ parameters }: Parameterised, states: Uint32Array, logits: Float64Array): Promise<void> {
    const { A } = this.#experiment.table;
    const { base, engine } = this.#options;
    await engine.run(async (opened) => {
      const network = await this.#options.network(opened, paddedFor(opened, states));
      network.setParameters(parameters as Float32Array);
      const out = await network.forward();
      states.forEach((s, row) => {
        for (let a = 0; a < A; a++) logits[s * A + a] = base[s * A + a] + out[row * A + a];
      });
      network.dispose();
    });
  }

  /** The states that the gradient touches, and the gradient there. */
  #touched(dLogits: Float64Array): { states: Uint32Array; gathered: Float32Array } {
    const { S, A } = this.#experiment.table;
    const touched: number[] = [];
    for (let s = 0; s < S; s++) {
      for (let k = s * A; k < (s + 1) * A; k++) {
        if (dLogits[k] === 0) continue;
        touched.push(s);
        break;
      }
    }
    if (touched.length === 0) touched.push(0);
    const gathered = new Float32Array(touched.length * A);
    touched.forEach((s, row) => gathered.set(dLogits.subarray(s * A, (s + 1) * A), row * A));
    return { states: Uint32Array.from(touched), gathered };
  }

  #makeRoom(learners: number): void {
    const { S, A } = this.#experiment.table;
    while (this.#logits.length < learners) this.#logits.push(new Float64Array(S * A));
  }
}

/** On a GPU every number of rows is a shape to compile and to keep buffers for, so lists are filled up to a power of two by their last state. */
function paddedFor({ name }: Engine, states: Uint32Array): Uint32Array {
  if (name !== 'webgpu') return states;
  let rows = 8;
  while (rows < states.length) rows *= 2;
  const padded = new Uint32Array(rows).fill(states[states.length - 1]);
  padded.set(states);
  return padded;
}
