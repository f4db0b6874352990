import type { Engine, Network } from '../engine/engine';
import type { ParameterVector } from '../engine/optimiser';
import type { PolicyNetwork } from './policy-network';
import type { SurvivingEngine } from './surviving-engine';

/** States that go through a network together where all are asked for. */
const CHUNK = 1024;

/** Takes a state's outputs, which begin at `from` of `outputs` and are valid during the call. */
type TakeOutputs = (state: number, outputs: Float32Array, from: number) => void;

/** A network that is asked about lists of states, with the parameters of one learner at a time. */
export class VisitedNetwork {
  constructor(
    private readonly kind: PolicyNetwork,
    private readonly engine: SurvivingEngine,
    /** Evaluates a transformer where all states are asked for. */
    private readonly everywhere: SurvivingEngine = engine,
  ) {}

  /** Hands every state of the list its outputs. */
  evaluate(parameters: ParameterVector, states: Uint32Array, take: TakeOutputs): Promise<void> {
    return this.#evaluate(this.engine, parameters, states, take);
  }

  /** The same for a list of all states. */
  evaluateAll(parameters: ParameterVector, states: Uint32Array, take: TakeOutputs): Promise<void> {
    return this.#evaluate(this.kind.mlp ? this.engine : this.everywhere, parameters, states, take);
  }

  /** Gradient of Σ outputs · dOutputs over the states, dOutputs [states × outputs], with respect to the parameters. */
  gradient(parameters: ParameterVector, states: Uint32Array, dOutputs: Float32Array): Promise<Float32Array> {
    return this.#on(this.engine, parameters, states, (network) => {
      const padded = new Float32Array(network.rows * network.shape.outputs);
      padded.set(dOutputs);
      return network.vjp(padded);
    });
  }

  async #evaluate(engine: SurvivingEngine, parameters: ParameterVector, states: Uint32Array, take: TakeOutputs): Promise<void> {
    for (let first = 0; first < states.length; first += CHUNK) {
      const part = states.subarray(first, first + CHUNK);
      await this.#on(engine, parameters, part, async (network, outputs) => part.forEach((state, row) => take(state, outputs, row * network.shape.outputs)));
    }
  }

  #on<T>(engine: SurvivingEngine, parameters: ParameterVector, states: Uint32Array, work: (network: Network, outputs: Float32Array) => Promise<T>): Promise<T> {
    return engine.run(async (opened) => {
      const network = await this.kind.create(opened, 1, paddedFor(opened, states));
      network.setParameters(parameters as Float32Array);
      const result = await work(network, await network.forward());
      network.dispose();
      return result;
    });
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
