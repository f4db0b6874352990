import type { Network } from './engine';
import { checkLength } from './network-shape';

/** A population as networks of one member each, for devices that do not gain from computing members together. */
export class MembersApart<Shape extends Network['shape']> implements Network {
  readonly rows: number;
  readonly parameterCount: number;
  readonly #members: readonly Network[];
  readonly #logits: Float32Array;
  readonly #gradient: Float32Array;

  constructor(
    readonly shape: Shape,
    create: (shape: Shape) => Network,
  ) {
    this.#members = Array.from({ length: shape.population }, () => create({ ...shape, population: 1 }));
    const [{ rows, parameterCount }] = this.#members;
    this.rows = rows;
    this.parameterCount = parameterCount;
    this.#logits = new Float32Array(shape.population * rows * shape.outputs);
    this.#gradient = new Float32Array(shape.population * parameterCount);
  }

  setParameters(flat: Float32Array): void {
    checkLength('The parameter vector', flat, this.#gradient.length);
    this.#members.forEach((network, m) => network.setParameters(flat.subarray(m * this.parameterCount, (m + 1) * this.parameterCount)));
  }

  async forward(): Promise<Float32Array> {
    const width = this.rows * this.shape.outputs;
    for (const [m, network] of this.#members.entries()) this.#logits.set(await network.forward(), m * width);
    return this.#logits;
  }

  async vjp(dLogits: Float32Array): Promise<Float32Array> {
    checkLength('dLogits', dLogits, this.#logits.length);
    const width = this.rows * this.shape.outputs;
    for (const [m, network] of this.#members.entries()) {
      this.#gradient.set(await network.vjp(dLogits.subarray(m * width, (m + 1) * width)), m * this.parameterCount);
    }
    return this.#gradient;
  }

  dispose(): void {
    for (const network of this.#members) network.dispose();
  }
}
