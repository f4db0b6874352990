import type { NetworkShape } from './engine';

/** One fully connected layer inside a member's flat parameter vector. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Where the weights start: W row-major [inputs × outputs], y_j = Σ_i x_i W_ij + b_j. */
  readonly weight: number;
  /** Where the bias [outputs] starts, right after the weights: together they are one [(inputs + 1) × outputs] matrix. */
  readonly bias: number;
}

/**
 * The flat layout of one member's P parameters: layer by layer from the inputs on, weights
 * row-major, then bias. A population is its members one after another.
 */
export function layersOf(shape: NetworkShape): readonly Layer[] {
  const widths = [shape.inputs, ...shape.hidden, shape.outputs];
  const layers: Layer[] = [];
  let offset = 0;
  for (let l = 0; l + 1 < widths.length; l++) {
    const inputs = widths[l];
    const outputs = widths[l + 1];
    layers.push({ inputs, outputs, weight: offset, bias: offset + inputs * outputs });
    offset += (inputs + 1) * outputs;
  }
  return layers;
}

/** P: Σ over layers of (inputs + 1) · outputs. */
export function parameterCount(shape: NetworkShape): number {
  return layersOf(shape).reduce((sum, layer) => sum + (layer.inputs + 1) * layer.outputs, 0);
}

/** Checks a shape and its features and returns the number of rows; every message names the field. */
export function checkNetwork(shape: NetworkShape, features: Float32Array): number {
  const counts: readonly (readonly [string, number])[] = [
    ['inputs', shape.inputs],
    ...shape.hidden.map((width, l) => [`hidden[${l}]`, width] as const),
    ['outputs', shape.outputs],
    ['population', shape.population],
  ];
  for (const [name, count] of counts) {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`Network ${name} is ${count}. Use a whole number from 1 up.`);
  }
  const rows = features.length / shape.inputs;
  if (rows < 1 || !Number.isInteger(rows)) {
    throw new RangeError(`Features hold ${features.length} numbers, which is no positive multiple of the ${shape.inputs} network inputs.`);
  }
  return rows;
}

/** Throws where an array handed to a network has the wrong number of entries. */
export function checkLength(what: string, array: Float32Array, expected: number): void {
  if (array.length !== expected) throw new RangeError(`${what} holds ${array.length} numbers; this network takes ${expected}.`);
}
