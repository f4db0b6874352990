import type { Engine, Network, NetworkShape } from './engine';
import { initialParameters } from './initial-parameters';
import { layersOf } from './network-shape';
import { createOptimiser } from './optimiser';

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

/** Updates of a population on features that are none in particular. */
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
      return repeatUpdates(await engine.create(shape, features), initialParameters(shape, 1, { outputVariance: 1 / shape.outputs }));
    },
  };
}

/**
 * Forward, backward and Adam's step as training does them, at a learning rate of 0: where the device makes the steps, parameters stay
 * there; elsewhere they are uploaded each time and the step is made in TypeScript. Takes the network over.
 */
export function repeatUpdates(network: Network, parameters: Float32Array): RunningWork {
  const { descent, shape, rows } = network;
  const dLogits = someNumbers(shape.population * rows * shape.outputs);
  const optimiser = createOptimiser({ kind: 'adam', learningRate: 0 }, parameters.length);
  const dispose = () => network.dispose();
  if (!descent) {
    return {
      async round() {
        network.setParameters(parameters);
        await network.forward();
        optimiser.step(parameters, await network.vjp(dLogits));
      },
      dispose,
    };
  }
  const steps = Array.from({ length: shape.population }, () => optimiser.nextStep());
  network.setParameters(parameters);
  descent.setMoments(new Float32Array(parameters.length), new Float32Array(parameters.length));
  return {
    async round() {
      await network.forward();
      descent.descend(dLogits, steps);
    },
    dispose,
  };
}

/** Numbers between −0.4 and 0.6 that are none in particular, and nowhere regular. */
export function someNumbers(length: number): Float32Array {
  return new Float32Array(length).map((_, i) => ((i * 5) % 11) / 11 - 0.4);
}
