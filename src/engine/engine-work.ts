import type { Engine, Network, NetworkShape } from './engine';
import { initialParameters } from './initial-parameters';
import { layersOf } from './network-shape';

/** What an iteration asks of its networks, to be done on one engine after another. */
export interface EngineWork {
  /** The same for the same work: the networks' shape, how many there are, and their rows. */
  readonly key: string;
  readonly population: number;
  readonly rows: number;
  /** Multiply–adds of a round, about. */
  readonly cost: number;
  /** Rounds in an iteration. */
  readonly rounds: number;
  start(engine: Engine): Promise<RunningWork>;
}

export interface RunningWork {
  round(): Promise<void>;
  dispose(): void;
}

/** Multiply–adds of one forward and one vjp of the whole population: three per weight and row, one less in the first layer. */
export function updateCost(shape: NetworkShape, rows: number): number {
  const weights = layersOf(shape).reduce((sum, { inputs, outputs }, l) => sum + (l === 0 ? 2 : 3) * inputs * outputs, 0);
  return weights * rows * shape.population;
}

/** One forward and one vjp of a population on features that are none in particular, parameters uploaded each time as in training. */
export function mlpWork(shape: NetworkShape, rows: number): EngineWork {
  return {
    key: JSON.stringify([shape, rows]),
    population: shape.population,
    rows,
    cost: updateCost(shape, rows),
    rounds: 1,
    async start(engine) {
      // Neither engine's time depends on the numbers, but zeros could be skipped.
      const features = new Float32Array(rows * shape.inputs).map((_, i) => ((i * 7) % 13) / 13 - 0.5);
      const network = await engine.create(shape, features);
      const parameters = initialParameters(shape, 1, { outputVariance: 1 / shape.outputs });
      const dLogits = someGradient(network);
      return { round: () => updateOnce(network, parameters, dLogits), dispose: () => network.dispose() };
    },
  };
}

/** A gradient of logits that is none in particular, and nowhere regular. */
export function someGradient({ shape, rows }: Network): Float32Array {
  return new Float32Array(shape.population * rows * shape.outputs).map((_, i) => ((i * 5) % 11) / 11 - 0.4);
}

/** What an update asks of a network. */
export async function updateOnce(network: Network, parameters: Float32Array, dLogits: Float32Array): Promise<void> {
  network.setParameters(parameters);
  await network.forward();
  await network.vjp(dLogits);
}
