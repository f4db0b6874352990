import type { Engine, Network } from '../engine/engine';
import type { Parameterised } from './policy-family';
import type { PolicyNetwork } from './policy-network';
import type { SurvivingEngine } from './surviving-engine';

/** Networks of one kind, all learners side by side as one population on the engine of the run. */
export class PopulationNetwork {
  /** The network and the engine that it was made on. */
  #made: { readonly on: Engine; readonly network: Network } | null = null;
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
      return this.#made!.network.vjp(this.#outputGradient);
    });
    this.engine.lap('backward');
    const P = this.kind.parameterCount;
    learners.forEach(({ parameters, optimiser }, member) => optimiser.step(parameters, gradient.subarray(member * P, (member + 1) * P)));
    this.engine.lap('optimiser');
  }

  dispose(): void {
    this.#made?.network.dispose();
    this.#made = null;
  }

  async #forward(engine: Engine, learners: readonly Parameterised[]): Promise<Float32Array> {
    if (this.#made?.on !== engine || this.#made.network.shape.population !== learners.length) {
      if (this.#made?.on === engine) this.#made.network.dispose();
      this.#made = { on: engine, network: await this.kind.create(engine, learners.length) };
    }
    const P = this.kind.parameterCount;
    if (this.#flat.length !== learners.length * P) this.#flat = new Float32Array(learners.length * P);
    learners.forEach(({ parameters }, member) => this.#flat.set(parameters, member * P));
    this.#made.network.setParameters(this.#flat);
    return this.#made.network.forward();
  }
}
