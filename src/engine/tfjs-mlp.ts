import {
  add,
  concat,
  dispose,
  env,
  keep,
  matMul,
  mul,
  relu,
  reshape,
  scalar,
  square,
  step,
  sub,
  tanh,
  tensor,
  tensor3d,
  tidy,
  transpose,
  type Scalar,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { DeviceParameters, MakeParameters } from './device-parameters';
import type { Descent, NetworkShape } from './engine';
import { GELU_CUBIC, GELU_SCALE } from './gelu';
import { checkLength, checkNetwork, layersOf, parameterCount, type Layer } from './network-shape';
import type { Device, DeviceNetwork } from './tfjs-device';

/** From this many summed rows on, TensorFlow.js multiplies single matrices with atomic adds, whose order varies. */
const SPLIT_ROWS = 2000;
/**
 * Rows on WebGPU are filled up to a multiple of this with rows of which no output is used: the sum over rows is made in tiles that read
 * on into the next member's numbers and multiply them by 0, which a number that is none would survive.
 */
const TILE = 32;
/** `MatMulProgramType.MatMulPackedProgram`: one thread per output, hence a fixed order of summation. */
const PACKED_PROGRAM = 3;

/**
 * A column of ones on every layer's input makes its weights and bias one matrix
 * [(inputs + 1) × outputs], which is how the flat vector stores them: neither pass adds a bias, and
 * xᵀd is both gradients at once.
 */
export class TfjsMlp implements DeviceNetwork {
  readonly rows: number;
  readonly parameterCount: number;
  readonly #device: Device;
  /** Rows as they are computed. */
  readonly #filled: number;
  readonly #layers: readonly Layer[];
  readonly #features: Tensor3D;
  readonly #ones: Tensor3D;
  readonly #one: Scalar;
  /** [population × (inputs + 1) × outputs] of each layer. */
  #weights: Tensor3D[] = [];
  /** [population × outputs × inputs] from the second layer on, for the way back. */
  #weightsTransposed: Tensor3D[] = [];
  /** Of each layer but the last: activations, and the same with the ones, which enter the next layer. */
  #hidden: Tensor3D[] = [];
  #entering: Tensor3D[] = [];
  /** Of each layer but the last: derivatives of the activation where its values do not tell them. */
  #slopes: Tensor3D[] = [];
  /** The weights, where the device keeps them for its own steps. */
  readonly #held: DeviceParameters | null = null;
  readonly descent?: Descent;
  /** Outputs that were left on the device. */
  #outputs: Tensor3D | null = null;
  readonly #logits: Float32Array;
  readonly #gradient: Float32Array;
  #isFresh = false;

  constructor(
    device: Device,
    readonly shape: NetworkShape,
    features: Float32Array,
    make?: MakeParameters,
  ) {
    const { inputs, outputs, population } = shape;
    this.#device = device;
    this.rows = checkNetwork(shape, features);
    this.parameterCount = parameterCount(shape);
    this.#layers = layersOf(shape);
    this.#filled = make ? TILE * Math.ceil(this.rows / TILE) : this.rows;
    const extended = new Float32Array(this.#filled * (inputs + 1)).fill(1, 0, this.rows * (inputs + 1));
    for (let r = 0; r < this.rows; r++) extended.set(features.subarray(r * inputs, (r + 1) * inputs), r * (inputs + 1));
    this.#features = tensor3d(extended, [1, this.#filled, inputs + 1]);
    this.#ones = tensor3d(new Float32Array(population * this.#filled).fill(1), [population, this.#filled, 1]);
    this.#one = scalar(1);
    this.#logits = new Float32Array(population * this.rows * outputs);
    this.#gradient = new Float32Array(population * this.parameterCount);
    if (make) {
      const held = make(population, this.parameterCount, this.#layers.map(({ weight, inputs, outputs }) => ({ at: weight, rows: inputs + 1, columns: outputs, transposed: weight > 0 ? inputs : 0 })));
      this.#held = held;
      this.descent = {
        setMoments: (first, second) => held.setMoments(first, second),
        descend: (dLogits, steps) => {
          const gradients = this.#gradients(dLogits);
          held.step(gradients.map((part) => ({ tensor: part, at: 0, stride: part.size / population })), steps);
          dispose(gradients);
          this.#isFresh = false;
        },
        evaluate: () => {
          this.#outputs?.dispose();
          this.#outputs = this.#evaluate();
          return { buffer: held.bufferOf(this.#outputs), rows: this.#filled };
        },
        read: () => {
          device.activate();
          return held.read();
        },
      };
    }
    device.add(this);
  }

  get bytesHeld(): number {
    return this.#held?.bytes ?? 0;
  }

  setParameters(flat: Float32Array): void {
    const { population } = this.shape;
    checkLength('The parameter vector', flat, population * this.parameterCount);
    this.#device.activate();
    this.#isFresh = false;
    if (this.#held) {
      const held = this.#held;
      held.set(flat);
      this.#weights = this.#layers.map(({ weight }) => held.weights(weight));
      this.#weightsTransposed = this.#layers.slice(1).map(({ weight }) => held.transposed(weight));
      return;
    }
    this.#disposeWeights();
    for (const { inputs, outputs, weight } of this.#layers) {
      this.#weights.push(tensor3d(this.#columns(flat, weight, (inputs + 1) * outputs), [population, inputs + 1, outputs]));
      if (weight > 0) this.#weightsTransposed.push(tensor3d(this.#transposed(flat, weight, inputs, outputs), [population, outputs, inputs]));
    }
  }

  async forward(): Promise<Float32Array> {
    const logits = this.#evaluate();
    if (!this.#held) return this.#device.read(logits, this.#logits);
    const filled = await this.#held.readOutputs(logits).finally(() => logits.dispose());
    const { population, outputs } = this.shape;
    const [from, to] = [this.#filled * outputs, this.rows * outputs];
    for (let m = 0; m < population; m++) this.#logits.set(filled.subarray(m * from, m * from + to), m * to);
    return this.#logits;
  }

  async vjp(dLogits: Float32Array): Promise<Float32Array> {
    const gradients = this.#gradients(dLogits);
    const gradient = tidy(() => concat(gradients.map((part) => reshape(part, [this.shape.population, -1])), 1));
    dispose(gradients);
    return this.#device.read(gradient, this.#gradient);
  }

  dispose(): void {
    this.#device.remove(this);
    this.#isFresh = false;
    if (this.#held) this.#held.dispose();
    else this.#disposeWeights();
    this.#outputs?.dispose();
    this.#disposeActivations();
    dispose([this.#features, this.#ones, this.#one]);
  }

  /** Outputs of every row, those that fill up included; activations are kept. The caller disposes them. */
  #evaluate(): Tensor3D {
    this.#device.activate();
    if (this.#weights.length === 0) throw new Error('forward needs parameters. Call setParameters first.');
    this.#disposeActivations();
    const outputs = tidy(() => {
      let entering = this.#features;
      for (const weights of this.#weights.slice(0, -1)) {
        const sum = matMul<Tensor3D>(entering, weights);
        const hidden = keep(this.#activate(sum));
        entering = keep<Tensor3D>(concat([hidden, this.#ones], 2));
        this.#hidden.push(hidden);
        this.#entering.push(entering);
      }
      return matMul<Tensor3D>(entering, this.#weights.at(-1)!);
    });
    this.#isFresh = true;
    return outputs;
  }

  /** Gradients of every layer's weights and bias, [population × (inputs + 1) × outputs] each; the caller disposes them. */
  #gradients(dLogits: Float32Array | GPUBuffer): Tensor3D[] {
    if (dLogits instanceof Float32Array) checkLength('dLogits', dLogits, this.#logits.length);
    this.#device.activate();
    if (!this.#isFresh) throw new Error('A gradient needs the activations of these parameters. Call forward first.');
    const { population, activation } = this.shape;
    if (this.#device.name === 'webgpu') {
      env().set('WEBGPU_MATMUL_PROGRAM_TYPE', population === 1 && this.#filled >= SPLIT_ROWS ? PACKED_PROGRAM : -1);
    }
    return tidy(() => {
      const parts: Tensor3D[] = [];
      let d = this.#asTensor(dLogits);
      for (let l = this.#layers.length - 1; l >= 0; l--) {
        parts.unshift(this.#sumOverRows(l === 0 ? this.#features : this.#entering[l - 1], d));
        if (l === 0) break;
        const hidden = this.#hidden[l - 1];
        const slope = activation === 'tanh' ? sub(this.#one, square(hidden)) : activation === 'relu' ? step(hidden) : this.#slopes[l - 1];
        d = mul<Tensor3D>(matMul(d, this.#weightsTransposed[l - 1]), slope);
      }
      return parts;
    });
  }

  /** dLogits with 0 in the rows that fill up. */
  #asTensor(dLogits: Float32Array | GPUBuffer): Tensor3D {
    const { population, outputs } = this.shape;
    const shape: [number, number, number] = [population, this.#filled, outputs];
    const [from, to] = [this.rows * outputs, this.#filled * outputs];
    if (!(dLogits instanceof Float32Array)) return tensor({ buffer: this.#held!.filledUp(dLogits, from, to), zeroCopy: true }, shape, 'float32') as Tensor3D;
    if (from === to) return tensor3d(dLogits, shape);
    const filled = new Float32Array(population * to);
    for (let m = 0; m < population; m++) filled.set(dLogits.subarray(m * from, (m + 1) * from), m * to);
    return tensor3d(filled, shape);
  }

  #activate(sum: Tensor3D): Tensor3D {
    const { activation } = this.shape;
    if (activation === 'tanh') return tanh(sum);
    if (activation === 'relu') return relu(sum);
    const squared = square(sum);
    const t = tanh(mul(mul(sum, GELU_SCALE), add(this.#one, mul(squared, GELU_CUBIC))));
    const half = mul(add(this.#one, t), 0.5);
    const bend = mul(sub(this.#one, square(t)), add(this.#one, mul(squared, 3 * GELU_CUBIC)));
    this.#slopes.push(keep<Tensor3D>(add(half, mul(mul(sum, bend), 0.5 * GELU_SCALE))));
    return mul(sum, half);
  }

  /** The same `width` entries of every member, [population × width], copied: uploads happen later. */
  #columns(flat: Float32Array, offset: number, width: number): Float32Array {
    const { population } = this.shape;
    const columns = new Float32Array(population * width);
    for (let member = 0; member < population; member++) {
      const from = member * this.parameterCount + offset;
      columns.set(flat.subarray(from, from + width), member * width);
    }
    return columns;
  }

  /** W of every member with rows and columns exchanged, [population × outputs × inputs]. */
  #transposed(flat: Float32Array, offset: number, inputs: number, outputs: number): Float32Array {
    const { population } = this.shape;
    const transposed = new Float32Array(population * inputs * outputs);
    for (let member = 0, k = 0; member < population; member++) {
      const from = member * this.parameterCount + offset;
      for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) transposed[k++] = flat[from + i * outputs + o];
    }
    return transposed;
  }

  /** xᵀd. WASM multiplies untransposed matrices only at speed; on a GPU a transposed operand is free. */
  #sumOverRows(x: Tensor3D, d: Tensor3D): Tensor3D {
    return this.#device.name === 'wasm' ? matMul<Tensor3D>(transpose(x, [0, 2, 1]), d) : matMul<Tensor3D>(x, d, true, false);
  }

  #disposeWeights(): void {
    dispose([...this.#weights, ...this.#weightsTransposed]);
    this.#weights = [];
    this.#weightsTransposed = [];
  }

  #disposeActivations(): void {
    dispose([...this.#hidden, ...this.#entering, ...this.#slopes]);
    this.#hidden = [];
    this.#slopes = [];
    this.#entering = [];
  }
}
