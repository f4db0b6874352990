/**
 * A pool of Float64Arrays for code that prices the same shapes again and again.
 * Arrays taken since the last `releaseAll` belong to the caller; their content is unspecified.
 */
export class Workspace {
  readonly #free = new Map<number, Float64Array[]>();
  #taken: Float64Array[] = [];

  readonly buffer = (size: number): Float64Array => {
    const array = this.#free.get(size)?.pop() ?? new Float64Array(size);
    this.#taken.push(array);
    return array;
  };

  /** Takes back every array handed out; none of them may be read afterwards. */
  releaseAll(): void {
    for (const array of this.#taken) {
      const list = this.#free.get(array.length);
      if (list) list.push(array);
      else this.#free.set(array.length, [array]);
    }
    this.#taken = [];
  }
}

/** Fresh arrays every time: for callers that keep what they get. */
export const freshBuffer = (size: number): Float64Array => new Float64Array(size);
