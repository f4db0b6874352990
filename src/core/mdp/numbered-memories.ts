/** What an episode may have left behind, numbered in order of appearance: number 0 is the start of an episode. */
export class NumberedMemories<M> {
  readonly #memories: M[];
  readonly #numbers: Map<string, number>;
  readonly #keyOf: (memory: M) => string;

  constructor(initial: M, keyOf: (memory: M) => string) {
    this.#memories = [initial];
    this.#numbers = new Map([[keyOf(initial), 0]]);
    this.#keyOf = keyOf;
  }

  at(number: number): M {
    return this.#memories[number];
  }

  /** The number of a memory; equal keys share one. */
  numberOf(memory: M): number {
    const key = this.#keyOf(memory);
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#memories.push(memory) - 1));
    return number;
  }
}
