import type { Engine, NetworkShape } from './engine';
import { initialParameters } from './initial-parameters';
import { layersOf } from './network-shape';

/** Multiply–adds of one forward and one vjp of the whole population: three per weight and row, one less in the first layer. */
export function updateCost(shape: NetworkShape, rows: number): number {
  const weights = layersOf(shape).reduce((sum, { inputs, outputs }, l) => sum + (l === 0 ? 2 : 3) * inputs * outputs, 0);
  return weights * rows * shape.population;
}

/** Browsers' clocks tick at 0.1 ms, some at 1 ms: rounds are timed in bunches that last at least as many milliseconds. */
const SHORTEST_SAMPLE = 2;

/**
 * Median milliseconds of one forward and one vjp on this very shape, parameters uploaded each time
 * as in training. Two unmeasured rounds come first: they compile. Never 0, however coarse the clock.
 */
export async function measureEngine(engine: Engine, shape: NetworkShape, rows: number, budgetMilliseconds: number): Promise<number> {
  // Neither engine's time depends on the numbers, but zeros could be skipped.
  const features = new Float32Array(rows * shape.inputs).map((_, i) => ((i * 7) % 13) / 13 - 0.5);
  const dLogits = new Float32Array(shape.population * rows * shape.outputs).map((_, i) => ((i * 5) % 11) / 11 - 0.4);
  const parameters = initialParameters(shape, 1, { outputVariance: 1 / shape.outputs });
  const network = await engine.create(shape, features);
  const round = async () => {
    network.setParameters(parameters);
    await network.forward();
    await network.vjp(dLogits);
  };
  try {
    await round();
    await round();
    const times: number[] = [];
    let rounds = 1;
    const end = performance.now() + budgetMilliseconds;
    do {
      const start = performance.now();
      for (let k = 0; k < rounds; k++) await round();
      const took = performance.now() - start;
      if (took < SHORTEST_SAMPLE) rounds *= 2;
      else times.push(took / rounds);
    } while (times.length === 0 || performance.now() < end);
    times.sort((a, b) => a - b);
    return times[times.length >> 1];
  } finally {
    network.dispose();
  }
}
