import type { Engine, Network } from '../engine/engine';
import type { Parameterised } from './policy-family';
import type { PolicyNetwork } from './policy-network';
import { ParametersLostError, type SurvivingEngine } from './surviving-engine';

/**
 * Networks of one kind, all learners side by side as one population on the engine of the run. Where the engine makes optimiser steps on its
 * device, parameters and moments stay there from step to step, and those of the learners fall behind until `settle`.
 */
export class PopulationNetwork {
  /** The network and the engine that it was made on. */
  #made: { readonly on: Engine; readonly network: Network } | null = null;
  /** Learners whose parameters the device holds, in the order of its members, and whether it holds their moments too. */
  #held: readonly Parameterised[] = [];
  #hasMoments = false;
  #flat = new Float32Array(0);
  #outputGradient = new Float32Array(0);

  constructor(
    private readonly kind: PolicyNetwork,
    private readonly engine: SurvivingEngine,
  ) {}

  /** Outputs of every learner on every state, [learners × S × outputs]; valid until the next call. */
  evaluate(learners: readonly Parameterised[]): Promise<Float32Array> {
    return this.engine.run((engine) => this.#forward(engine, learners));
  }

  /** One optimiser step of each learner along −(its part of) `outputGradient`, at the parameters of the last evaluation. */
  async descend(learners: readonly Parameterised[], writeGradient: (outputGradient: Float32Array) => void): Promise<void> {
    const size = this.#made!.network.rows * this.#made!.network.shape.outputs * learners.length;
    if (this.#outputGradient.length !== size) this.#outputGradient = new Float32Array(size);
    writeGradient(this.#outputGradient);
    const gradient = await this.engine.run(async (engine) => {
      if (this.#made?.on !== engine) await this.#forward(engine, learners);
      const { network } = this.#made!;
      if (!network.descent) return network.vjp(this.#outputGradient);
      this.#descendOnDevice(network.descent, learners);
      return null;
    });
    this.engine.lap('backward');
    if (!gradient) return;
    const P = this.kind.parameterCount;
    learners.forEach(({ parameters, optimiser }, member) => optimiser.step(parameters, gradient.subarray(member * P, (member + 1) * P)));
    this.engine.lap('optimiser');
  }

  /** Brings parameters and moments to the learners where the device is ahead of them; from then on it holds nothing that counts. */
  async settle(): Promise<void> {
    await this.engine.run((engine) => this.#readBack(engine));
    this.#held = [];
  }

  /** Forgets what the device holds: the learners' parameters are about to be written over. */
  abandon(): void {
    this.engine.ahead.delete(this);
    this.#held = [];
  }

  dispose(): void {
    this.abandon();
    this.#made?.network.dispose();
    this.#made = null;
  }

  async #forward(engine: Engine, learners: readonly Parameterised[]): Promise<Float32Array> {
    const isHeld = this.#made?.on === engine && learners.length === this.#held.length && learners.every((learner, member) => learner === this.#held[member]);
    if (isHeld) return this.#made!.network.forward();
    await this.#readBack(engine);
    if (this.#made?.on !== engine || this.#made.network.shape.population !== learners.length) {
      if (this.#made?.on === engine) this.#made.network.dispose();
      this.#made = { on: engine, network: await this.kind.create(engine, learners.length) };
    }
    const { network } = this.#made;
    network.setParameters(this.#gather(learners, ({ parameters }) => parameters));
    this.#held = network.descent ? [...learners] : [];
    this.#hasMoments = false;
    return network.forward();
  }

  #descendOnDevice(descent: NonNullable<Network['descent']>, learners: readonly Parameterised[]): void {
    if (!this.#hasMoments) {
      const states = learners.map(({ optimiser }) => optimiser.save());
      const keeps = states.every(({ first }) => first.length > 0);
      const moments = (part: 'first' | 'second') => (keeps ? Float32Array.from(this.#gather(states, (state) => state[part])) : new Float32Array(0));
      descent.setMoments(moments('first'), moments('second'));
      this.#hasMoments = true;
    }
    descent.descend(
      this.#outputGradient,
      learners.map(({ optimiser }) => optimiser.nextStep()),
    );
    for (const { optimiser } of learners) optimiser.countStep();
    this.engine.ahead.add(this);
  }

  /** Throws `ParametersLostError` where what is ahead is on an engine that is gone. */
  async #readBack(engine: Engine): Promise<void> {
    if (!this.engine.ahead.has(this)) return;
    if (this.#made?.on !== engine) throw new ParametersLostError();
    const { parameters, first, second } = await this.#made.network.descent!.read();
    const P = this.kind.parameterCount;
    this.#held.forEach((learner, member) => {
      const own = (all: Float32Array) => Float64Array.from(all.subarray(member * P, (member + 1) * P));
      learner.parameters.set(parameters.subarray(member * P, (member + 1) * P));
      learner.optimiser.restore({ ...learner.optimiser.save(), first: own(first), second: own(second) });
    });
    this.engine.ahead.delete(this);
  }

  /** [learners × P], in an array that is reused. */
  #gather<T>(learners: readonly T[], of: (learner: T) => ArrayLike<number>): Float32Array {
    const P = this.kind.parameterCount;
    if (this.#flat.length !== learners.length * P) this.#flat = new Float32Array(learners.length * P);
    learners.forEach((learner, member) => this.#flat.set(of(learner), member * P));
    return this.#flat;
  }
}
