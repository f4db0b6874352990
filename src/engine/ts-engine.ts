import type { TokenPrefix } from '../core/contracts/scenario';
import type { Engine, Network, NetworkShape } from './engine';
import { tanhInPlace } from './fast-tanh';
import { geluInPlace } from './gelu';
import { MembersApart } from './members-apart';
import { accumulateOuter, multiplyTransposed } from './mlp-kernels';
import { checkLength, checkNetwork, layersOf, parameterCount } from './network-shape';
import { checkTransformer } from './transformer-shape';
import { SharedPass, TsTransformer } from './ts-transformer';

/** Rows that go through all layers together, so that a block's activations stay in the cache. */
const BLOCK = 64;

const padTo = (multiple: number, count: number) => Math.ceil(count / multiple) * multiple;

/**
 * The reference engine and the default for small networks: forward and backward passes of an MLP
 * in plain TypeScript. Storage is single precision, sums are double; results are bit-identical in
 * every browser. Rows whose dLogits are all zero cost nothing in `vjp`.
 */
export function createTsEngine(): Engine {
  /** By forest and shape: a critic's pass does not make the policy's forget. */
  const passes = new WeakMap<TokenPrefix, Map<string, SharedPass>>();
  return {
    name: 'ts',
    adapter: 'TypeScript, this core',
    isEmulated: false,
    create: async (shape, features) => new TsNetwork(shape, features),
    createTransformer: async (shape, prefix, states) => {
      checkTransformer(shape, prefix);
      return new MembersApart(shape, (one) => {
        const key = JSON.stringify(one);
        const ofForest = passes.get(prefix) ?? new Map<string, SharedPass>();
        const shared = ofForest.get(key) ?? new SharedPass(one, prefix);
        passes.set(prefix, ofForest.set(key, shared));
        return new TsTransformer(one, shared, states);
      });
    },
    dispose() {},
    lost: new Promise(() => {}),
  };
}

/** A layer with the padding the kernels ask for, and room for one member's weights and one block. */
function workspace(shape: NetworkShape) {
  return layersOf(shape).map((layer, l) => {
    const isLast = l === shape.hidden.length;
    const inner = padTo(4, layer.inputs);
    const outer = padTo(isLast ? 2 : 4, layer.outputs);
    return {
      ...layer,
      isLast,
      inner,
      outer,
      /** W transposed, [outer × inner], for the forward pass. */
      transposed: new Float64Array(inner * outer),
      /** W as it is, [inner × outer], for the backward pass. */
      straight: new Float64Array(inner * outer),
      bias: new Float64Array(outer),
      biasOffset: layer.bias,
      gradient: new Float64Array(inner * outer),
      biasGradient: new Float64Array(outer),
      /** What enters the layer, [BLOCK × inner]; after the backward step, the gradient with respect to it. */
      input: new Float64Array(BLOCK * inner),
      inputGradient: new Float64Array(BLOCK * inner),
      slope: new Float64Array(shape.activation === 'gelu' ? BLOCK * inner : 0),
    };
  });
}

type LayerWorkspace = ReturnType<typeof workspace>[number];

class TsNetwork implements Network {
  readonly rows: number;
  readonly parameterCount: number;
  readonly #features: Float32Array;
  readonly #parameters: Float32Array;
  readonly #layers: readonly LayerWorkspace[];
  /** Inputs of layer l > 0, [population × rows × inputs]; the entry of layer 0 is empty. */
  readonly #activations: readonly Float32Array[];
  /** Derivatives of the activation at the same entries; GELU alone cannot read them off its values. */
  readonly #slopes: readonly Float32Array[] = [];
  readonly #logits: Float32Array;
  readonly #gradient: Float32Array;
  readonly #output: Float64Array;
  readonly #zero: Float64Array;
  readonly #activeRow: Int32Array;
  #isFresh = false;

  constructor(
    readonly shape: NetworkShape,
    features: Float32Array,
  ) {
    this.rows = checkNetwork(shape, features);
    this.parameterCount = parameterCount(shape);
    this.#features = features.slice();
    this.#parameters = new Float32Array(shape.population * this.parameterCount);
    this.#layers = workspace(shape);
    this.#activations = this.#layers.map((layer, l) => new Float32Array(l === 0 ? 0 : shape.population * this.rows * layer.inputs));
    if (shape.activation === 'gelu') this.#slopes = this.#activations.map((values) => new Float32Array(values.length));
    this.#logits = new Float32Array(shape.population * this.rows * shape.outputs);
    this.#gradient = new Float32Array(this.#parameters.length);
    this.#output = new Float64Array(BLOCK * this.#layers.at(-1)!.outer);
    this.#zero = new Float64Array(Math.max(...this.#layers.map((layer) => layer.inner)));
    this.#activeRow = new Int32Array(this.rows);
  }

  setParameters(flat: Float32Array): void {
    checkLength('The parameter vector', flat, this.#parameters.length);
    this.#parameters.set(flat);
    this.#isFresh = false;
  }

  async forward(): Promise<Float32Array> {
    for (let member = 0; member < this.shape.population; member++) {
      this.#pack(member, 'transposed');
      for (let from = 0; from < this.rows; from += BLOCK) this.#forwardBlock(member, from, Math.min(BLOCK, this.rows - from));
    }
    this.#isFresh = true;
    return this.#logits;
  }

  async vjp(dLogits: Float32Array): Promise<Float32Array> {
    checkLength('dLogits', dLogits, this.#logits.length);
    if (!this.#isFresh) throw new Error('vjp needs the activations of these parameters. Call forward first.');
    for (let member = 0; member < this.shape.population; member++) {
      this.#pack(member, 'straight');
      for (const layer of this.#layers) {
        layer.gradient.fill(0);
        layer.biasGradient.fill(0);
      }
      const active = this.#collectActiveRows(dLogits, member);
      for (let from = 0; from < active; from += BLOCK) this.#backwardBlock(dLogits, member, from, Math.min(BLOCK, active - from));
      this.#unpackGradient(member);
    }
    return this.#gradient;
  }

  dispose(): void {
    this.#isFresh = false;
  }

  #pack(member: number, which: 'transposed' | 'straight'): void {
    const base = member * this.parameterCount;
    const flat = this.#parameters;
    for (const layer of this.#layers) {
      const { inputs, outputs, inner, outer } = layer;
      const target = layer[which];
      const inputStep = which === 'transposed' ? 1 : outer;
      const outputStep = which === 'transposed' ? inner : 1;
      let source = base + layer.weight;
      for (let i = 0; i < inputs; i++) {
        for (let o = 0; o < outputs; o++) target[i * inputStep + o * outputStep] = flat[source++];
      }
      for (let o = 0; o < outputs; o++) layer.bias[o] = flat[base + layer.biasOffset + o];
    }
  }

  #forwardBlock(member: number, from: number, count: number): void {
    const { activation, outputs } = this.shape;
    const first = this.#layers[0];
    for (let r = 0; r < count; r++) spread(this.#features, (from + r) * first.inputs, first.inputs, first.input, r * first.inner);
    this.#layers.forEach((layer, l) => {
      const next = this.#layers[l + 1];
      const result = next ? next.input : this.#output;
      multiplyTransposed(layer.input, layer.transposed, layer.bias, result, padTo(4, count), layer.inner, layer.outer);
      if (!next) {
        gather(result, layer.outer, this.#logits, (member * this.rows + from) * outputs, outputs, count);
        return;
      }
      const size = count * layer.outer;
      const at = (member * this.rows + from) * layer.outputs;
      if (activation === 'tanh') tanhInPlace(result, size);
      else if (activation === 'relu') rectifyInPlace(result, size);
      else {
        geluInPlace(result, next.slope, size);
        gather(next.slope, layer.outer, this.#slopes[l + 1], at, layer.outputs, count);
      }
      gather(result, layer.outer, this.#activations[l + 1], at, layer.outputs, count);
    });
  }

  #collectActiveRows(dLogits: Float32Array, member: number): number {
    const { outputs } = this.shape;
    let active = 0;
    let k = member * this.rows * outputs;
    for (let row = 0; row < this.rows; row++) {
      let isActive = false;
      for (let o = 0; o < outputs; o++) if (dLogits[k++] !== 0) isActive = true;
      if (isActive) this.#activeRow[active++] = row;
    }
    return active;
  }

  #backwardBlock(dLogits: Float32Array, member: number, from: number, count: number): void {
    const padded = padTo(4, count);
    const { outputs, activation } = this.shape;
    let gradient = this.#output;
    const last = this.#layers.at(-1)!;
    for (let r = 0; r < padded; r++) {
      const row = (member * this.rows + this.#activeRow[from + r]) * outputs;
      for (let o = 0; o < outputs; o++) gradient[r * last.outer + o] = r < count ? dLogits[row + o] : 0;
      for (let o = outputs; o < last.outer; o++) gradient[r * last.outer + o] = 0;
    }
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const layer = this.#layers[l];
      const source = l === 0 ? this.#features : this.#activations[l];
      const start = l === 0 ? 0 : member * this.rows;
      for (let r = 0; r < count; r++) {
        spread(source, (start + this.#activeRow[from + r]) * layer.inputs, layer.inputs, layer.input, r * layer.inner);
      }
      layer.input.fill(0, count * layer.inner, padded * layer.inner);
      accumulateOuter(layer.input, gradient, layer.gradient, padded, layer.inner, layer.outer);
      for (let k = 0, r = 0; r < count; r++) for (let o = 0; o < layer.outer; o++) layer.biasGradient[o] += gradient[k++];
      if (l === 0) break;
      multiplyTransposed(gradient, layer.straight, this.#zero, layer.inputGradient, padded, layer.outer, layer.inner);
      gradient = layer.inputGradient;
      const value = layer.input;
      const size = count * layer.inner;
      if (activation === 'tanh') for (let k = 0; k < size; k++) gradient[k] *= 1 - value[k] * value[k];
      else if (activation === 'relu') {
        for (let k = 0; k < size; k++) if (value[k] <= 0) gradient[k] = 0;
      } else this.#timesSlope(gradient, member, from, count, l);
    }
  }

  /** The gradient of a block with respect to what entered layer `l` times the derivative of the activation that made it. */
  #timesSlope(gradient: Float64Array, member: number, from: number, count: number, l: number): void {
    const { inputs, inner } = this.#layers[l];
    for (let r = 0; r < count; r++) {
      const row = (member * this.rows + this.#activeRow[from + r]) * inputs;
      for (let i = 0; i < inputs; i++) gradient[r * inner + i] *= this.#slopes[l][row + i];
    }
  }

  #unpackGradient(member: number): void {
    const base = member * this.parameterCount;
    for (const { inputs, outputs, outer, weight, biasOffset, gradient, biasGradient } of this.#layers) {
      gather(gradient, outer, this.#gradient, base + weight, outputs, inputs);
      gather(biasGradient, outer, this.#gradient, base + biasOffset, outputs, 1);
    }
  }
}

/** One row of `width` singles → doubles. */
function spread(source: Float32Array, offset: number, width: number, target: Float64Array, start: number): void {
  for (let i = 0; i < width; i++) target[start + i] = source[offset + i];
}

/** Rows of `stride` ≥ width doubles → rows of `width` singles, without the padding. */
function gather(source: Float64Array, stride: number, target: Float32Array, offset: number, width: number, rows: number): void {
  for (let r = 0; r < rows; r++) for (let i = 0; i < width; i++) target[offset + r * width + i] = source[r * stride + i];
}

function rectifyInPlace(x: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) if (x[i] < 0) x[i] = 0;
}
