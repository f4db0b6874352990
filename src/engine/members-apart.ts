import type { Network } from './engine';
import { checkLength } from './network-shape';

/** A population as networks of at most `together` members each, for devices that do not gain from computing all at once. */
export class MembersApart<Shape extends Network['shape']> implements Network {
  readonly rows: number;
  readonly parameterCount: number;
  readonly #groups: readonly Network[];
  readonly #logits: Float32Array;
  readonly #gradient: Float32Array;

  constructor(
    readonly shape: Shape,
    create: (shape: Shape) => Network,
    together = 1,
  ) {
    const { population } = shape;
    this.#groups = Array.from({ length: Math.ceil(population / together) }, (_, g) => create({ ...shape, population: Math.min(together, population - g * together) }));
    const [{ rows, parameterCount }] = this.#groups;
    this.rows = rows;
    this.parameterCount = parameterCount;
    this.#logits = new Float32Array(shape.population * rows * shape.outputs);
    this.#gradient = new Float32Array(shape.population * parameterCount);
  }

  setParameters(flat: Float32Array): void {
    checkLength('The parameter vector', flat, this.#gradient.length);
    let from = 0;
    for (const network of this.#groups) network.setParameters(flat.subarray(from, (from += network.shape.population * this.parameterCount)));
  }

  async forward(): Promise<Float32Array> {
    let from = 0;
    for (const network of this.#groups) {
      const logits = await network.forward();
      this.#logits.set(logits, from);
      from += logits.length;
    }
    return this.#logits;
  }

  async vjp(dLogits: Float32Array): Promise<Float32Array> {
    checkLength('dLogits', dLogits, this.#logits.length);
    const width = this.rows * this.shape.outputs;
    let member = 0;
    for (const network of this.#groups) {
      const { population } = network.shape;
      this.#gradient.set(await network.vjp(dLogits.subarray(member * width, (member + population) * width)), member * this.parameterCount);
      member += population;
    }
    return this.#gradient;
  }

  dispose(): void {
    for (const network of this.#groups) network.dispose();
  }
}
