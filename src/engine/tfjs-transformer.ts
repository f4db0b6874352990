/**
 * The transformer on TensorFlow.js: whole sequences with causal attention, forward and backward written out, no tape and no gather.
 * Heads are told apart by masks over the width instead of transposes: Q is laid out once per head with the columns of the others 0,
 * so that one product makes the scores of all heads and one more what they gather.
 *
 * Long because forward and backward mirror each other line by line.
 */
import {
  add, concat, dispose, keep, matMul, mul, relu, reshape, rsqrt, scalar, slice, softmax, square, step, sub, sum, tensor3d, tensor4d, tidy, transpose,
  type Scalar, type Tensor, type Tensor3D, type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { TokenPrefix } from '../core/contracts/scenario';
import type { DeviceParameters, MakeParameters, ParameterPart } from './device-parameters';
import type { Descent } from './engine';
import { checkLength } from './network-shape';
import { coverStates } from './prefix-sequences';
import type { Device, DeviceNetwork } from './tfjs-device';
import { NORM_EPSILON } from './transformer-parts';
import { transformerLayout, type DensePlace, type NormPlace, type TransformerLayout, type TransformerShape } from './transformer-shape';

/** Sequences that go through the network together at most; fewer are padded to a power of two, so that few shapes exist. */
const MOST_SEQUENCES = 64;

const as3d = (x: Tensor, shape: [number, number, number]) => reshape(x, shape) as Tensor3D;

interface DenseTensors {
  /** [population × (inputs + 1) × outputs], the bias as the last row. */
  readonly weight: Tensor3D;
  /** [population × outputs × inputs] */
  readonly transposed: Tensor3D;
}

interface NormTensors {
  readonly scale: Tensor3D; // [population × 1 × width]
  readonly shift: Tensor3D;
}

interface Normal {
  readonly normal: Tensor3D;
  readonly inverse: Tensor3D; // [population × rows × 1]
}

/** What the way back needs of a block. */
interface BlockMemory {
  readonly normal1: Normal;
  readonly entering1: Tensor3D;
  readonly queries: Tensor3D; // [population·C × heads·L × d]
  readonly keys: Tensor3D; // [population·C × L × d]
  readonly values: Tensor3D;
  readonly share: Tensor3D; // [population·C × heads·L × L]
  readonly mixed: Tensor3D; // with the ones
  readonly normal2: Normal;
  readonly entering2: Tensor3D;
  readonly expanded: Tensor3D;
  readonly contracting: Tensor3D; // with the ones
}

/** What the way back needs of one chunk of sequences. */
interface ChunkMemory {
  readonly input: Tensor3D;
  readonly blocks: readonly BlockMemory[];
  readonly normal: Normal;
  readonly entering: Tensor3D;
}

interface Parameters {
  readonly embedding: Tensor3D; // [population × (symbols + depth) × d]
  readonly blocks: readonly { readonly norm1: NormTensors; readonly attend: DenseTensors; readonly combine: DenseTensors; readonly norm2: NormTensors; readonly expand: DenseTensors; readonly contract: DenseTensors }[];
  readonly norm: NormTensors;
  readonly head: DenseTensors;
}

/** Every matrix and vector of the layout, as the network uses them; of matrices with a bias all rows but that are wanted transposed. */
function partsOf({ blocks, norm, head }: TransformerLayout, { symbols, depth, width }: TransformerShape): ParameterPart[] {
  const vectors = ({ at, width: columns }: NormPlace) => [at, at + columns].map((from) => ({ at: from, rows: 1, columns, transposed: 0 }));
  const dense = ({ at, inputs, outputs }: DensePlace) => ({ at, rows: inputs + 1, columns: outputs, transposed: inputs });
  return [
    { at: 0, rows: symbols + depth, columns: width, transposed: 0 },
    ...blocks.flatMap((block) => [
      ...vectors(block.norm1), dense(block.attend), dense(block.combine),
      ...vectors(block.norm2), dense(block.expand), dense(block.contract),
    ]),
    ...vectors(norm),
    dense(head),
  ];
}

export class TfjsTransformer implements DeviceNetwork {
  readonly rows: number;
  readonly parameterCount: number;
  readonly #device: Device;
  readonly #layout: TransformerLayout;
  readonly #place: Uint32Array;
  /** Sequences in a chunk, C. */
  readonly #chunk: number;
  /** One-hot tokens and positions of each chunk, [1 × C·L × (symbols + depth)]. */
  readonly #inputs: readonly Tensor3D[];
  readonly #ones: Tensor3D;
  readonly #headMask: Tensor4D;
  readonly #causal: Tensor3D;
  readonly #fixed: readonly Tensor[];
  readonly #epsilon: Scalar;
  #parameters: Parameters | null = null;
  #memory: ChunkMemory[] = [];
  /** The weights, where the device keeps them for its own steps. */
  readonly #held: DeviceParameters | null = null;
  readonly descent?: Descent;
  readonly #logits: Float32Array;
  readonly #gradient: Float32Array;

  constructor(
    device: Device,
    readonly shape: TransformerShape,
    prefix: TokenPrefix,
    states: Uint32Array,
    make?: MakeParameters,
  ) {
    const { width, heads, depth, symbols, outputs, population } = shape;
    this.#device = device;
    this.#layout = transformerLayout(shape);
    this.parameterCount = this.#layout.size;
    this.rows = states.length;
    const { token, sequences, place } = coverStates(prefix, states);
    this.#place = place;
    this.#chunk = MOST_SEQUENCES;
    while (this.#chunk / 2 >= sequences && this.#chunk > 1) this.#chunk /= 2;
    const size = this.#chunk * depth;
    this.#inputs = Array.from({ length: Math.ceil(sequences / this.#chunk) }, (_, c) => {
      const oneHot = new Float32Array(size * (symbols + depth));
      for (let k = 0; k < size; k++) {
        oneHot[k * (symbols + depth) + (token[c * size + k] ?? 0)] = 1;
        oneHot[k * (symbols + depth) + symbols + (k % depth)] = 1;
      }
      return tensor3d(oneHot, [1, size, symbols + depth]);
    });
    this.#ones = tensor3d(new Float32Array(population * size).fill(1), [population, size, 1]);
    const each = width / heads;
    this.#headMask = tensor4d(Float32Array.from({ length: heads * width }, (_, k) => (Math.floor((k % width) / each) === Math.floor(k / width) ? 1 : 0)), [1, heads, 1, width]);
    this.#causal = tensor3d(Float32Array.from({ length: heads * depth * depth }, (_, k) => (k % depth > Math.floor(k / depth) % depth ? -1e9 : 0)), [1, heads * depth, depth]);
    this.#epsilon = scalar(NORM_EPSILON);
    this.#fixed = [...this.#inputs, this.#ones, this.#headMask, this.#causal, this.#epsilon];
    this.#logits = new Float32Array(population * this.rows * outputs);
    this.#gradient = new Float32Array(population * this.parameterCount);
    if (make) {
      const parts = partsOf(this.#layout, shape);
      const held = make(population, this.parameterCount, parts);
      this.#held = held;
      this.descent = {
        setMoments: (first, second) => held.setMoments(first, second),
        descend: (dLogits, steps) => {
          const gradient = this.#gradientOf(dLogits);
          held.step(parts.map(({ at }) => ({ tensor: gradient, at, stride: this.parameterCount })), steps);
          gradient.dispose();
          this.#forgetActivations();
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
    const { population, symbols, depth, width } = this.shape;
    checkLength('The parameter vector', flat, population * this.parameterCount);
    this.#device.activate();
    this.#forget();
    this.#held?.set(flat);
    const norm = ({ at }: NormPlace): NormTensors => ({ scale: this.#part(flat, at, [1, width]), shift: this.#part(flat, at + width, [1, width]) });
    const dense = ({ at, inputs, outputs }: DensePlace): DenseTensors => ({
      weight: this.#part(flat, at, [inputs + 1, outputs]),
      transposed: this.#part(flat, at, [inputs, outputs], true),
    });
    const { blocks, norm: last, head } = this.#layout;
    this.#parameters = {
      embedding: this.#part(flat, 0, [symbols + depth, width]),
      blocks: blocks.map((block) => ({
        norm1: norm(block.norm1), attend: dense(block.attend), combine: dense(block.combine),
        norm2: norm(block.norm2), expand: dense(block.expand), contract: dense(block.contract),
      })),
      norm: norm(last),
      head: dense(head),
    };
  }

  async forward(): Promise<Float32Array> {
    this.#device.activate();
    if (!this.#parameters) throw new Error('forward needs parameters. Call setParameters first.');
    this.#forgetActivations();
    const { outputs, population } = this.shape;
    const size = this.#ones.shape[1] * outputs;
    const chunks = tidy(() => concat(this.#inputs.map((input) => this.#forwardChunk(input)), 1));
    const all = await this.#read(chunks, new Float32Array(population * this.#inputs.length * size));
    const member = this.#inputs.length * size;
    for (let m = 0, k = 0; m < population; m++) {
      for (const place of this.#place) for (let o = 0; o < outputs; o++) this.#logits[k++] = all[m * member + place * outputs + o];
    }
    return this.#logits;
  }

  async vjp(dLogits: Float32Array): Promise<Float32Array> {
    return this.#device.read(this.#gradientOf(dLogits), this.#gradient);
  }

  dispose(): void {
    this.#device.remove(this);
    this.#forget();
    this.#held?.dispose();
    dispose(this.#fixed as Tensor[]);
  }

  async #read(chunks: Tensor, into: Float32Array): Promise<Float32Array> {
    if (!this.#held) return this.#device.read(chunks, into);
    return this.#held.readOutputs(chunks).finally(() => chunks.dispose());
  }

  /** [population × P × 1]; the caller disposes it. */
  #gradientOf(dLogits: Float32Array | GPUBuffer): Tensor3D {
    if (!(dLogits instanceof Float32Array)) throw new Error('A transformer takes dLogits as numbers, because prefixes share rows.');
    checkLength('dLogits', dLogits, this.#logits.length);
    this.#device.activate();
    if (this.#memory.length === 0) throw new Error('A gradient needs the activations of these parameters. Call forward first.');
    const { outputs, population } = this.shape;
    const size = this.#ones.shape[1];
    return tidy(() => {
      let total: Tensor3D | undefined;
      this.#memory.forEach((memory, c) => {
        const d = new Float32Array(population * size * outputs);
        for (let m = 0; m < population; m++) {
          this.#place.forEach((place, row) => {
            if (Math.floor(place / size) !== c) return;
            const to = (m * size + (place % size)) * outputs;
            const from = (m * this.rows + row) * outputs;
            for (let o = 0; o < outputs; o++) d[to + o] += dLogits[from + o];
          });
        }
        const part = this.#backwardChunk(memory, tensor3d(d, [population, size, outputs]));
        total = total ? add<Tensor3D>(total, part) : part;
      });
      return total!;
    });
  }

  /** The same rows × columns entries of every member, transposed where asked for. */
  #part(flat: Float32Array, at: number, [rows, columns]: readonly [number, number], isTransposed = false): Tensor3D {
    if (this.#held) return isTransposed ? this.#held.transposed(at) : this.#held.weights(at);
    const { population } = this.shape;
    const part = new Float32Array(population * rows * columns);
    for (let m = 0, k = 0; m < population; m++) {
      const from = m * this.parameterCount + at;
      if (!isTransposed) part.set(flat.subarray(from, from + rows * columns), m * rows * columns);
      else for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) part[k++] = flat[from + r * columns + c];
    }
    return tensor3d(part, isTransposed ? [population, columns, rows] : [population, rows, columns]);
  }

  #withOnes(x: Tensor3D): Tensor3D {
    return concat([x, this.#ones], 2);
  }

  #normalise(x: Tensor3D): Normal {
    const { width } = this.shape;
    const centred = sub(x, mul(sum(x, 2, true), 1 / width));
    const variance = mul(sum(square(centred), 2, true), 1 / width);
    const inverse = keep<Tensor3D>(rsqrt<Tensor3D>(add<Tensor3D>(variance, this.#epsilon)));
    return { normal: keep<Tensor3D>(mul(centred, inverse)), inverse };
  }

  #affine({ normal }: Normal, { scale, shift }: NormTensors): Tensor3D {
    return add(mul(normal, scale), shift);
  }

  #forwardChunk(input: Tensor3D): Tensor3D {
    const { width, heads, depth, population } = this.shape;
    const parameters = this.#parameters!;
    const sequences = population * this.#chunk;
    const size = this.#chunk * depth;
    let x = matMul<Tensor3D>(input, parameters.embedding);
    const blocks: BlockMemory[] = [];
    for (const block of parameters.blocks) {
      const normal1 = this.#normalise(x);
      const entering1 = keep(this.#withOnes(this.#affine(normal1, block.norm1)));
      const attended = matMul<Tensor3D>(entering1, block.attend.weight);
      const part = (k: number) => as3d(slice(attended, [0, 0, k * width], [-1, -1, width]), [sequences, depth, width]);
      const queries = keep(this.#perHead(part(0)));
      const keys = keep(part(1));
      const values = keep(part(2));
      const scores = mul(matMul(queries, keys, false, true), 1 / Math.sqrt(width / heads));
      const share = keep<Tensor3D>(softmax<Tensor3D>(add<Tensor3D>(scores, this.#causal)));
      const gathered = this.#overHeads(matMul(share, values));
      const mixed = keep(this.#withOnes(as3d(gathered, [population, size, width])));
      x = add<Tensor3D>(x, matMul(mixed, block.combine.weight));
      const normal2 = this.#normalise(x);
      const entering2 = keep(this.#withOnes(this.#affine(normal2, block.norm2)));
      const expanded = keep<Tensor3D>(relu<Tensor3D>(matMul<Tensor3D>(entering2, block.expand.weight)));
      const contracting = keep(this.#withOnes(expanded));
      x = add<Tensor3D>(x, matMul(contracting, block.contract.weight));
      blocks.push({ normal1, entering1, queries, keys, values, share, mixed, normal2, entering2, expanded, contracting });
    }
    const normal = this.#normalise(x);
    const entering = keep(this.#withOnes(this.#affine(normal, parameters.norm)));
    this.#memory.push({ input, blocks, normal, entering });
    return matMul(entering, parameters.head.weight);
  }

  /** [n × L × d] → [n × heads·L × d]: a copy for each head, with the columns of the others 0. */
  #perHead(x: Tensor): Tensor3D {
    const { width, heads, depth } = this.shape;
    return as3d(mul(reshape(x, [-1, 1, depth, width]), this.#headMask), [-1, heads * depth, width]);
  }

  /** The other way round: what each head has in its own columns. */
  #overHeads(x: Tensor): Tensor3D {
    const { width, heads, depth } = this.shape;
    return sum(mul(reshape(x, [-1, heads, depth, width]), this.#headMask), 1);
  }

  #backwardChunk({ input, blocks, normal, entering }: ChunkMemory, dLogits: Tensor3D): Tensor3D {
    const { width, heads, depth, population } = this.shape;
    const parameters = this.#parameters!;
    const size = this.#chunk * depth;
    const sequences = population * this.#chunk;
    const flat = (x: Tensor) => as3d(x, [population, -1, 1]);
    const tail = [flat(this.#sumOverRows(entering, dLogits))];
    let dx = this.#backwardNorm(normal, parameters.norm, matMul<Tensor3D>(dLogits, parameters.head.transposed), tail, flat);
    const parts: Tensor3D[] = [];
    for (let l = blocks.length - 1; l >= 0; l--) {
      const block = parameters.blocks[l];
      const memory = blocks[l];
      const contract = flat(this.#sumOverRows(memory.contracting, dx));
      const dExpanded = mul<Tensor3D>(matMul<Tensor3D>(dx, block.contract.transposed), step(memory.expanded));
      const expand = flat(this.#sumOverRows(memory.entering2, dExpanded));
      const norm2: Tensor3D[] = [];
      dx = add<Tensor3D>(dx, this.#backwardNorm(memory.normal2, block.norm2, matMul<Tensor3D>(dExpanded, block.expand.transposed), norm2, flat));
      const combine = flat(this.#sumOverRows(memory.mixed, dx));
      const dGathered = this.#perHead(as3d(matMul(dx, block.combine.transposed), [sequences, depth, width]));
      const dShare = matMul<Tensor3D>(dGathered, memory.values, false, true);
      const along = sum(mul(dShare, memory.share), 2, true);
      const dScores = mul<Tensor3D>(mul(sub(dShare, along), memory.share), 1 / Math.sqrt(width / heads));
      const dQueries = this.#overHeads(matMul<Tensor3D>(dScores, memory.keys));
      const dKeys = matMul<Tensor3D>(dScores, memory.queries, true, false);
      const dValues = matMul<Tensor3D>(memory.share, dGathered, true, false);
      const dAttended = as3d(concat([dQueries, dKeys, dValues], 2), [population, size, 3 * width]);
      const attend = flat(this.#sumOverRows(memory.entering1, dAttended));
      const norm1: Tensor3D[] = [];
      dx = add<Tensor3D>(dx, this.#backwardNorm(memory.normal1, block.norm1, matMul<Tensor3D>(dAttended, block.attend.transposed), norm1, flat));
      parts.unshift(...norm1, attend, combine, ...norm2, expand, contract);
    }
    return concat([flat(this.#sumOverRows(input, dx)), ...parts, ...tail.slice(1), tail[0]], 1);
  }

  /** dx of a normalisation; the gradients of its scale and shift are appended to `parts`. */
  #backwardNorm({ normal, inverse }: Normal, { scale }: NormTensors, dy: Tensor3D, parts: Tensor3D[], flat: (x: Tensor) => Tensor3D): Tensor3D {
    const { width } = this.shape;
    parts.push(flat(sum(mul(dy, normal), 1)), flat(sum(dy, 1)));
    const d = mul(dy, scale);
    const mean = mul(sum(d, 2, true), 1 / width);
    const along = mul(sum(mul(d, normal), 2, true), 1 / width);
    return mul(sub(sub(d, mean), mul(normal, along)), inverse);
  }

  /** xᵀd. WASM multiplies untransposed matrices only at speed; on a GPU a transposed operand is free. */
  #sumOverRows(x: Tensor3D, d: Tensor3D): Tensor3D {
    return this.#device.name === 'wasm' ? matMul<Tensor3D>(transpose(x, [0, 2, 1]), d) : matMul<Tensor3D>(x, d, true, false);
  }

  #forget(): void {
    if (this.#parameters && !this.#held) dispose(this.#parameters as never);
    this.#parameters = null;
    this.#forgetActivations();
  }

  #forgetActivations(): void {
    for (const { blocks, normal, entering } of this.#memory) dispose([blocks, normal, entering] as never);
    this.#memory = [];
  }
}
