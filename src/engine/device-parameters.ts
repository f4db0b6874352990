/**
 * Parameters and moments of a population on the device, as tensors that see every step of `optimiser-kernel.ts`.
 *
 * What is on the device is always finite: TensorFlow.js's batched products read beyond a member's weights into its neighbour's and multiply
 * by 0, which a number that is none survives. A member whose step is not finite keeps what it had and is marked as spoiled instead.
 */
import { tensor, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { storageBuffer, uniformOf } from './compute-kernel';
import type { HeldParameters } from './engine';
import type { StepNumbers } from './optimiser';
import { groupsOver, kernelsOf, MOST, NUMBERS, numbersOf } from './optimiser-kernel';
import type { OutputReader } from './output-reader';
import type { GpuAccess } from './tfjs-backend';

/** A matrix [rows × columns] inside a member's flat vector, row-major. */
export interface ParameterPart {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  /** Rows, from the first on, that are wanted with rows and columns exchanged as well; 0 for none. */
  readonly transposed: number;
}

/** Where a part's gradient lies: a tensor of the device with `stride` numbers for each member, the part's own from `at` on. */
export interface PartGradient {
  readonly tensor: Tensor;
  readonly at: number;
  readonly stride: number;
}

interface StoredPart extends ParameterPart {
  readonly weights: GPUBuffer;
  readonly exchanged: GPUBuffer;
  readonly tensor: Tensor3D;
  readonly transposedTensor: Tensor3D | null;
  /** Made when an optimiser first keeps some. */
  moments: GPUBuffer | null;
  /** With where the gradient lies. */
  uniform: { readonly at: number; readonly stride: number; readonly buffer: GPUBuffer } | null;
}

/** Makes room on a device for a population of members of `size` parameters in these parts. */
export type MakeParameters = (population: number, size: number, parts: readonly ParameterPart[]) => DeviceParameters;

/** The parameters of a population as tensors that see every step. */
export class DeviceParameters {
  readonly #parts: readonly StoredPart[];
  readonly #numbers: GPUBuffer;
  /** [population] 1 for members whose parameters are not numbers any more. */
  readonly #spoiled: GPUBuffer;
  #filled: GPUBuffer | null = null;

  constructor(
    private readonly gpu: GpuAccess,
    private readonly reader: OutputReader,
    private readonly population: number,
    /** P. */
    private readonly size: number,
    parts: readonly ParameterPart[],
  ) {
    const { device } = gpu;
    const shared = (buffer: GPUBuffer, shape: [number, number, number]) => tensor({ buffer, zeroCopy: true }, shape, 'float32') as Tensor3D;
    this.#numbers = storageBuffer(device, 4 * NUMBERS * population);
    this.#spoiled = storageBuffer(device, 4 * population);
    this.#parts = parts.map((part) => {
      const { rows, columns, transposed } = part;
      const weights = storageBuffer(device, 4 * population * rows * columns);
      const exchanged = storageBuffer(device, 4 * population * transposed * columns);
      return {
        ...part,
        weights,
        exchanged,
        tensor: shared(weights, [population, rows, columns]),
        transposedTensor: transposed > 0 ? shared(exchanged, [population, columns, transposed]) : null,
        moments: null,
        uniform: null,
      };
    });
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    return this.#parts.reduce((sum, { weights, exchanged, moments }) => sum + weights.size + exchanged.size + (moments?.size ?? 0), this.#numbers.size + this.#spoiled.size + (this.#filled?.size ?? 0));
  }

  /** [population × rows × columns] of the part that starts at `at`. */
  weights(at: number): Tensor3D {
    return this.#part(at).tensor;
  }

  /** [population × columns × transposed] of the same. */
  transposed(at: number): Tensor3D {
    return this.#part(at).transposedTensor!;
  }

  /** Copies [population × P] in; members that are not finite are marked instead. */
  set(flat: Float32Array): void {
    const spoiled = new Uint32Array(this.population);
    let usable = flat;
    for (let m = 0; m < this.population; m++) {
      const isUsable = flat.subarray(m * this.size, (m + 1) * this.size).every((x) => Math.abs(x) <= MOST);
      if (isUsable) continue;
      spoiled[m] = 1;
      if (usable === flat) usable = flat.slice();
      usable.fill(0, m * this.size, (m + 1) * this.size);
    }
    this.gpu.flush();
    this.#write(this.#spoiled, spoiled);
    for (const part of this.#parts) {
      this.#write(part.weights, this.#gathered(part, usable));
      if (part.transposed > 0) this.#write(part.exchanged, this.#exchanged(part, usable));
    }
  }

  /** Copies moments in, [population × P] each; empty ones for an optimiser that keeps none. */
  setMoments(first: Float32Array, second: Float32Array): void {
    this.gpu.flush();
    for (const part of this.#parts) {
      if (first.length === 0) {
        part.moments?.destroy();
        part.moments = null;
        continue;
      }
      const half = this.population * part.rows * part.columns;
      part.moments ??= storageBuffer(this.gpu.device, 8 * half);
      const both = new Float32Array(2 * half);
      both.set(this.#gathered(part, first));
      both.set(this.#gathered(part, second), half);
      this.#write(part.moments, both);
    }
  }

  /** A buffer of `from` numbers for each member with zeros added up to `to`; the same where there is nothing to add. Reused by the next call. */
  filledUp(buffer: GPUBuffer, from: number, to: number): GPUBuffer {
    if (from === to) return buffer;
    const { device } = this.gpu;
    this.#filled ??= storageBuffer(device, 4 * this.population * to);
    this.gpu.flush();
    const encoder = device.createCommandEncoder();
    for (let m = 0; m < this.population; m++) encoder.copyBufferToBuffer(buffer, 4 * m * from, this.#filled, 4 * m * to, 4 * from);
    device.queue.submit([encoder.finish()]);
    return this.#filled;
  }

  /** The buffer of a tensor, for kernels that are submitted next: what TensorFlow.js has recorded comes before. */
  bufferOf(tensor: Tensor): GPUBuffer {
    this.gpu.flush();
    return this.gpu.bufferOf(tensor);
  }

  /** One step of every part along −its gradient; submitted after everything that TensorFlow.js has recorded. */
  step(gradients: readonly PartGradient[], steps: readonly StepNumbers[]): void {
    const { device } = this.gpu;
    const [{ kind }] = steps;
    if (steps.length !== this.population || steps.some((step) => step.kind !== kind)) {
      throw new RangeError(`A step of ${this.population} members takes as many numbers of one optimiser, not ${steps.map((step) => step.kind).join(', ')}.`);
    }
    const kernel = kernelsOf(device)[kind];
    this.gpu.flush();
    this.#write(this.#numbers, Float32Array.from(steps.flatMap(numbersOf)));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.#parts.forEach((part, k) => {
      const { tensor: from, at, stride } = gradients[k];
      const threads = this.population * part.rows * part.columns;
      const buffers = [this.#uniformFor(part, at, stride), this.#numbers, this.gpu.bufferOf(from), part.weights, part.exchanged, this.#spoiled];
      if (kind === 'adam') buffers.push((part.moments ??= storageBuffer(device, 8 * threads)));
      kernel.dispatch(pass, buffers, groupsOver(threads), 'training');
    });
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /** Outputs of the network that uses these parameters, [population × width], in one read-back with all that is asked for at once; NaN for members that are spoiled. */
  async readOutputs(outputs: Tensor): Promise<Float32Array> {
    const [numbers, marks] = await this.reader.read([
      { buffer: this.gpu.bufferOf(outputs), bytes: 4 * outputs.size },
      { buffer: this.#spoiled, bytes: 4 * this.population },
    ]);
    const values = new Float32Array(numbers);
    const spoiled = new Uint32Array(marks);
    const width = outputs.size / this.population;
    for (let m = 0; m < this.population; m++) if (spoiled[m]) values.fill(NaN, m * width, (m + 1) * width);
    return values;
  }

  /** Parameters and moments, in one read-back with all that is asked for at once; parameters of spoiled members are NaN. */
  async read(): Promise<HeldParameters> {
    const hasMoments = this.#parts.every(({ moments }) => moments);
    const sizes = this.#parts.map(({ rows, columns }) => this.population * rows * columns);
    const [marks, ...read] = await this.reader.read([
      { buffer: this.#spoiled, bytes: 4 * this.population },
      ...this.#parts.map(({ weights }, k) => ({ buffer: weights, bytes: 4 * sizes[k] })),
      ...(hasMoments ? this.#parts.map(({ moments }, k) => ({ buffer: moments!, bytes: 8 * sizes[k] })) : []),
    ]);
    const length = this.population * this.size;
    const held = { parameters: new Float32Array(length), first: new Float32Array(hasMoments ? length : 0), second: new Float32Array(hasMoments ? length : 0) };
    this.#parts.forEach((part, k) => {
      this.#scatter(part, new Float32Array(read[k]), held.parameters);
      if (!hasMoments) return;
      const moments = new Float32Array(read[this.#parts.length + k]);
      this.#scatter(part, moments.subarray(0, sizes[k]), held.first);
      this.#scatter(part, moments.subarray(sizes[k]), held.second);
    });
    new Uint32Array(marks).forEach((isSpoiled, m) => {
      if (isSpoiled) held.parameters.fill(NaN, m * this.size, (m + 1) * this.size);
    });
    return held;
  }

  dispose(): void {
    for (const buffer of [this.#numbers, this.#spoiled, this.#filled]) buffer?.destroy();
    for (const { weights, exchanged, tensor: of, transposedTensor, moments, uniform } of this.#parts) {
      of.dispose();
      transposedTensor?.dispose();
      for (const buffer of [weights, exchanged, moments, uniform?.buffer]) buffer?.destroy();
    }
  }

  #part(at: number): StoredPart {
    return this.#parts.find((part) => part.at === at)!;
  }

  #uniformFor(part: StoredPart, at: number, stride: number): GPUBuffer {
    if (part.uniform?.at === at && part.uniform.stride === stride) return part.uniform.buffer;
    part.uniform?.buffer.destroy();
    const each = part.rows * part.columns;
    const buffer = uniformOf(this.gpu.device, [this.population * each, each, part.columns, part.transposed, at, stride, 0, 0]);
    part.uniform = { at, stride, buffer };
    return buffer;
  }

  #write(buffer: GPUBuffer, data: Float32Array | Uint32Array): void {
    this.gpu.device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
  }

  /** The part's entries of every member, one after another. */
  #gathered({ at, rows, columns }: ParameterPart, flat: Float32Array): Float32Array {
    const each = rows * columns;
    const gathered = new Float32Array(this.population * each);
    for (let m = 0; m < this.population; m++) gathered.set(flat.subarray(m * this.size + at, m * this.size + at + each), m * each);
    return gathered;
  }

  #exchanged({ at, columns, transposed: rows }: ParameterPart, flat: Float32Array): Float32Array {
    const exchanged = new Float32Array(this.population * rows * columns);
    for (let m = 0, k = 0; m < this.population; m++) {
      const from = m * this.size + at;
      for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) exchanged[k++] = flat[from + r * columns + c];
    }
    return exchanged;
  }

  #scatter({ at, rows, columns }: ParameterPart, from: Float32Array, flat: Float32Array): void {
    const each = rows * columns;
    for (let m = 0; m < this.population; m++) flat.set(from.subarray(m * each, (m + 1) * each), m * this.size + at);
  }
}
