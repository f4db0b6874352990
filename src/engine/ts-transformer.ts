import type { TokenPrefix } from '../core/contracts/scenario';
import type { Network } from './engine';
import { checkLength } from './network-shape';
import { TransformerPass } from './transformer-pass';
import type { TransformerShape } from './transformer-shape';

/** Nodes that a pass keeps at most before it starts anew: some megabytes, and more than a batch visits. */
const MOST_NODES = 4096;

/**
 * A pass that networks on the same forest share. While their parameters stay the same, what one has computed is there for the next, so
 * that asking for states as a batch comes to them computes each node once.
 */
export class SharedPass {
  readonly #pass: TransformerPass;
  readonly #parameters: Float32Array;
  #holds = false;

  constructor(shape: TransformerShape, prefix: TokenPrefix) {
    this.#pass = new TransformerPass(shape, prefix);
    this.#parameters = new Float32Array(this.#pass.size);
  }

  get size(): number {
    return this.#pass.size;
  }

  /** The pass at these parameters. */
  at(parameters: Float32Array): TransformerPass {
    return this.#holds && this.#pass.nodes <= MOST_NODES && same(parameters, this.#parameters) ? this.#pass : this.anew(parameters);
  }

  /** The pass at these parameters with no node in it: a gradient adds nodes up, and its rounding is not to depend on what was asked for before. */
  anew(parameters: Float32Array): TransformerPass {
    this.#parameters.set(parameters);
    this.#pass.start(parameters, 0);
    this.#holds = true;
    return this.#pass;
  }
}

function same(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** One transformer on a list of states, in plain TypeScript: the reference for the other engines. */
export class TsTransformer implements Network {
  readonly rows: number;
  readonly parameterCount: number;
  readonly #shared: SharedPass;
  readonly #states: Uint32Array;
  readonly #parameters: Float32Array;
  readonly #logits: Float32Array;
  readonly #gradient: Float32Array;
  #isFresh = false;

  constructor(
    readonly shape: TransformerShape,
    shared: SharedPass,
    states: Uint32Array,
  ) {
    this.#shared = shared;
    this.#states = states;
    this.rows = states.length;
    this.parameterCount = shared.size;
    this.#parameters = new Float32Array(this.parameterCount);
    this.#logits = new Float32Array(this.rows * shape.outputs);
    this.#gradient = new Float32Array(this.parameterCount);
  }

  setParameters(flat: Float32Array): void {
    checkLength('The parameter vector', flat, this.parameterCount);
    this.#parameters.set(flat);
    this.#isFresh = false;
  }

  async forward(): Promise<Float32Array> {
    // In parts, so that the pass can start anew where there are very many states.
    for (let from = 0; from < this.rows; from += MOST_NODES / 4) {
      const states = this.#states.subarray(from, from + MOST_NODES / 4);
      const pass = this.#shared.at(this.#parameters);
      pass.extend(states);
      states.forEach((state, k) => pass.write(state, this.#logits, (from + k) * this.shape.outputs));
    }
    this.#isFresh = true;
    return this.#logits;
  }

  async vjp(dLogits: Float32Array): Promise<Float32Array> {
    checkLength('dLogits', dLogits, this.#logits.length);
    if (!this.#isFresh) throw new Error('vjp needs the logits of these parameters. Call forward first.');
    const { outputs } = this.shape;
    const active = activeRows(dLogits, outputs);
    const pass = this.#shared.anew(this.#parameters);
    pass.extend(active.map((row) => this.#states[row]));
    const perNode = new Map<number, Float32Array>();
    for (const row of active) perNode.set(this.#states[row], dLogits.subarray(row * outputs, (row + 1) * outputs));
    pass.backward(perNode, this.#gradient, 0);
    return this.#gradient;
  }

  dispose(): void {
    this.#isFresh = false;
  }
}

/** Rows of a [rows × outputs] matrix that are not all zero. */
export function activeRows(dLogits: Float32Array, outputs: number): Uint32Array {
  const active: number[] = [];
  for (let from = 0; from < dLogits.length; from += outputs) {
    for (let k = from; k < from + outputs; k++) {
      if (dLogits[k] === 0) continue;
      active.push(from / outputs);
      break;
    }
  }
  return Uint32Array.from(active);
}
