/** The two parts that a hand-written transformer is made of, on blocks of rows: matrices with a bias, and layer normalisation. */
import { accumulateOuter, multiplyTransposed } from './mlp-kernels';
import type { DensePlace, NormPlace } from './transformer-shape';

/** Added to the variance, as PyTorch does. */
export const NORM_EPSILON = 1e-5;

/** y = xW + b on rows of doubles. Outputs are padded to an even number, whose extra column stays 0. */
export class Dense {
  readonly inputs: number;
  readonly outputs: number;
  /** Width of a row of y. */
  readonly outer: number;
  readonly #at: number;
  readonly #transposed: Float64Array;
  readonly #straight: Float64Array;
  readonly #bias: Float64Array;
  readonly #gradient: Float64Array;
  readonly #biasGradient: Float64Array;
  readonly #zero: Float64Array;

  constructor({ inputs, outputs, at }: DensePlace) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.outer = outputs + (outputs % 2);
    this.#at = at;
    this.#transposed = new Float64Array(inputs * this.outer);
    this.#straight = new Float64Array(inputs * this.outer);
    this.#bias = new Float64Array(this.outer);
    this.#gradient = new Float64Array(inputs * this.outer);
    this.#biasGradient = new Float64Array(this.outer);
    this.#zero = new Float64Array(inputs);
  }

  load(flat: Float32Array, base: number): void {
    const { inputs, outputs, outer } = this;
    let k = base + this.#at;
    for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) this.#transposed[o * inputs + i] = this.#straight[i * outer + o] = flat[k++];
    for (let o = 0; o < outputs; o++) this.#bias[o] = flat[k++];
  }

  /** `rows` a multiple of 4. */
  forward(x: Float64Array, y: Float64Array, rows: number): void {
    multiplyTransposed(x, this.#transposed, this.#bias, y, rows, this.inputs, this.outer);
  }

  /** Adds up the gradient of W and b and writes that of x over `dx`. Rows of x and dy beyond the block's own are 0. */
  backward(x: Float64Array, dy: Float64Array, dx: Float64Array, rows: number): void {
    const { inputs, outer } = this;
    accumulateOuter(x, dy, this.#gradient, rows, inputs, outer);
    for (let r = 0, k = 0; r < rows; r++) for (let o = 0; o < outer; o++) this.#biasGradient[o] += dy[k++];
    multiplyTransposed(dy, this.#straight, this.#zero, dx, rows, outer, inputs);
  }

  clear(): void {
    this.#gradient.fill(0);
    this.#biasGradient.fill(0);
  }

  unload(gradient: Float32Array, base: number): void {
    let k = base + this.#at;
    for (let i = 0; i < this.inputs; i++) for (let o = 0; o < this.outputs; o++) gradient[k++] = this.#gradient[i * this.outer + o];
    for (let o = 0; o < this.outputs; o++) gradient[k++] = this.#biasGradient[o];
  }
}

/** y = g x̂ + b with x̂ = (x − mean) / √(variance + ε) of each row. */
export class Norm {
  readonly width: number;
  readonly #at: number;
  readonly #scale: Float64Array;
  readonly #shift: Float64Array;
  readonly #scaleGradient: Float64Array;
  readonly #shiftGradient: Float64Array;

  constructor({ width, at }: NormPlace) {
    this.width = width;
    this.#at = at;
    this.#scale = new Float64Array(width);
    this.#shift = new Float64Array(width);
    this.#scaleGradient = new Float64Array(width);
    this.#shiftGradient = new Float64Array(width);
  }

  load(flat: Float32Array, base: number): void {
    for (let i = 0; i < this.width; i++) {
      this.#scale[i] = flat[base + this.#at + i];
      this.#shift[i] = flat[base + this.#at + this.width + i];
    }
  }

  /** x → x̂ in place, 1/√(variance + ε) of each row in `inverse`, and g x̂ + b in `y`. */
  forward(x: Float64Array, inverse: Float64Array, y: Float64Array, rows: number): void {
    const { width } = this;
    for (let r = 0; r < rows; r++) {
      const from = r * width;
      let mean = 0;
      for (let i = 0; i < width; i++) mean += x[from + i];
      mean /= width;
      let variance = 0;
      for (let i = 0; i < width; i++) {
        x[from + i] -= mean;
        variance += x[from + i] * x[from + i];
      }
      inverse[r] = 1 / Math.sqrt(variance / width + NORM_EPSILON);
      for (let i = 0; i < width; i++) x[from + i] *= inverse[r];
    }
    this.affine(x, y, rows);
  }

  /** g x̂ + b. */
  affine(normal: Float64Array, y: Float64Array, rows: number): void {
    const { width } = this;
    for (let r = 0, k = 0; r < rows; r++) for (let i = 0; i < width; i++, k++) y[k] = this.#scale[i] * normal[k] + this.#shift[i];
  }

  /** Adds up the gradients of g and b and turns dy into dx in place: dx = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂)) / √(variance + ε). */
  backward(normal: Float64Array, inverse: Float64Array, dy: Float64Array, rows: number): void {
    const { width } = this;
    for (let r = 0; r < rows; r++) {
      const from = r * width;
      let mean = 0;
      let along = 0;
      for (let i = 0; i < width; i++) {
        const k = from + i;
        this.#scaleGradient[i] += dy[k] * normal[k];
        this.#shiftGradient[i] += dy[k];
        dy[k] *= this.#scale[i];
        mean += dy[k];
        along += dy[k] * normal[k];
      }
      mean /= width;
      along /= width;
      for (let i = 0; i < width; i++) dy[from + i] = (dy[from + i] - mean - normal[from + i] * along) * inverse[r];
    }
  }

  clear(): void {
    this.#scaleGradient.fill(0);
    this.#shiftGradient.fill(0);
  }

  unload(gradient: Float32Array, base: number): void {
    for (let i = 0; i < this.width; i++) {
      gradient[base + this.#at + i] = this.#scaleGradient[i];
      gradient[base + this.#at + this.width + i] = this.#shiftGradient[i];
    }
  }
}
