/**
 * One transformer on the nodes of a prefix forest, by hand: each node is one token that attends to its ancestors and itself, so a
 * prefix that many trajectories share is computed once. Nodes may come in any order and any number of times; ancestors come along.
 * A node's numbers do not depend on what else is computed, to the bit.
 *
 * Long because forward and backward mirror each other line by line.
 */
import type { TokenPrefix } from '../core/contracts/scenario';
import { exp } from '../core/math/elementary';
import { Dense, Norm } from './transformer-parts';
import { transformerLayout, type TransformerShape } from './transformer-shape';

/** Rows that go through all layers together. */
const BLOCK = 64;

const padded = (rows: number) => Math.ceil(rows / 4) * 4;

/** What a block keeps of each slot: keys and values for its descendants, the rest for the way back. */
class BlockMemory {
  attended = new Float32Array(0); // [slots × 3d] queries, keys, values
  normal1 = new Float32Array(0); // [slots × d]
  inverse1 = new Float64Array(0); // [slots]
  weight = new Float32Array(0); // [slots × heads × depth] attention
  mixed = new Float32Array(0); // [slots × d] what attention gathered
  normal2 = new Float32Array(0);
  inverse2 = new Float64Array(0);
  expanded = new Float32Array(0); // [slots × 2d] after ReLU
}

export class TransformerPass {
  readonly shape: TransformerShape;
  readonly size: number;
  readonly #prefix: TokenPrefix;
  readonly #positionAt: number;
  readonly #blocks;
  readonly #norm: Norm;
  readonly #head: Dense;
  readonly #embedding: Float64Array;
  readonly #memory: BlockMemory[];
  /** [nodes] slot of each node that is in, −1 otherwise. */
  readonly #slotOf: Int32Array;
  #capacity = 0;
  #slots = 0;
  #node = new Int32Array(0);
  /** [slots × depth] slots of a node's sequence, its own last. */
  #path = new Int32Array(0);
  #position = new Uint8Array(0);
  #finalNormal = new Float32Array(0);
  #finalInverse = new Float64Array(0);
  #logits = new Float32Array(0);
  // Scratch of one block of rows.
  readonly #x: Float64Array;
  readonly #a: Float64Array;
  readonly #b: Float64Array;
  readonly #c: Float64Array;
  readonly #wide: Float64Array;
  readonly #inverse = new Float64Array(BLOCK);

  constructor(shape: TransformerShape, prefix: TokenPrefix) {
    const { width, symbols, depth } = shape;
    const layout = transformerLayout(shape);
    this.shape = shape;
    this.size = layout.size;
    this.#prefix = prefix;
    this.#positionAt = layout.position;
    this.#blocks = layout.blocks.map((place) => ({
      norm1: new Norm(place.norm1),
      attend: new Dense(place.attend),
      combine: new Dense(place.combine),
      norm2: new Norm(place.norm2),
      expand: new Dense(place.expand),
      contract: new Dense(place.contract),
    }));
    this.#norm = new Norm(layout.norm);
    this.#head = new Dense(layout.head);
    this.#embedding = new Float64Array((symbols + depth) * width);
    this.#memory = layout.blocks.map(() => new BlockMemory());
    this.#slotOf = new Int32Array(prefix.parent.length).fill(-1);
    const scratch = (columns: number) => new Float64Array(BLOCK * columns);
    this.#x = scratch(width);
    this.#a = scratch(width);
    this.#b = scratch(width);
    this.#c = scratch(Math.max(2 * width, this.#head.outer));
    this.#wide = scratch(3 * width);
  }

  /** Nodes that are in. */
  get nodes(): number {
    return this.#slots;
  }

  /** Takes parameters from `flat` at `base` and forgets every node. */
  start(flat: Float32Array, base: number): void {
    for (let i = 0; i < this.#embedding.length; i++) this.#embedding[i] = flat[base + i];
    for (const part of this.#parts()) part.load(flat, base);
    for (let slot = 0; slot < this.#slots; slot++) this.#slotOf[this.#node[slot]] = -1;
    this.#slots = 0;
  }

  /** Computes the nodes that are not in yet, and their ancestors. */
  extend(nodes: ArrayLike<number>): void {
    const first = this.#slots;
    for (let i = 0; i < nodes.length; i++) this.#enter(nodes[i]);
    for (let from = first; from < this.#slots; from += BLOCK) this.#forward(from, Math.min(BLOCK, this.#slots - from));
  }

  /** Writes the logits of a node that is in, [outputs]. */
  write(node: number, out: Float32Array | Float64Array, at: number): void {
    const { outputs } = this.shape;
    const from = this.#slotOf[node] * outputs;
    for (let o = 0; o < outputs; o++) out[at + o] = this.#logits[from + o];
  }

  /**
   * Gradient of Σ logits · dLogits, written to `gradient` at `base`: `dLogits` holds [outputs] for nodes that are in, and 0 is meant for
   * all others.
   */
  backward(dLogits: ReadonlyMap<number, Float32Array>, gradient: Float32Array, base: number): void {
    const { width, depth, symbols } = this.shape;
    for (const part of this.#parts()) part.clear();
    const dx = new Float64Array(this.#slots * width);
    this.#backwardHead(dLogits, dx);
    const dAttended = new Float64Array(this.#slots * 3 * width);
    for (let l = this.#blocks.length - 1; l >= 0; l--) {
      dAttended.fill(0);
      for (let from = 0; from < this.#slots; from += BLOCK) this.#backwardBlock(l, from, Math.min(BLOCK, this.#slots - from), dx, dAttended);
      for (let from = 0; from < this.#slots; from += BLOCK) this.#backwardAttend(l, from, Math.min(BLOCK, this.#slots - from), dx, dAttended);
    }
    const embedding = new Float64Array((symbols + depth) * width);
    for (let slot = 0; slot < this.#slots; slot++) {
      const token = this.#prefix.token[this.#node[slot]] * width;
      const position = this.#positionAt + this.#position[slot] * width;
      for (let i = 0; i < width; i++) {
        embedding[token + i] += dx[slot * width + i];
        embedding[position + i] += dx[slot * width + i];
      }
    }
    for (let i = 0; i < embedding.length; i++) gradient[base + i] = embedding[i];
    for (const part of this.#parts()) part.unload(gradient, base);
  }

  #parts(): (Dense | Norm)[] {
    return [...this.#blocks.flatMap((block) => Object.values(block)), this.#norm, this.#head];
  }

  #enter(node: number): number {
    if (this.#slotOf[node] >= 0) return this.#slotOf[node];
    const { parent } = this.#prefix;
    const before = parent[node] < 0 ? -1 : this.#enter(parent[node]);
    const slot = this.#slots++;
    if (slot >= this.#capacity) this.#grow(slot);
    const { depth } = this.shape;
    const position = before < 0 ? 0 : this.#position[before] + 1;
    this.#slotOf[node] = slot;
    this.#node[slot] = node;
    this.#position[slot] = position;
    for (let j = 0; j < position; j++) this.#path[slot * depth + j] = this.#path[before * depth + j];
    this.#path[slot * depth + position] = slot;
    return slot;
  }

  /** Doubles the room. */
  #grow(used: number): void {
    const { width, depth, heads, outputs } = this.shape;
    const capacity = (this.#capacity = Math.max(256, 2 * this.#capacity));
    const more = <T extends Float32Array | Float64Array | Int32Array | Uint8Array>(old: T, columns: number): T => {
      const grown = new (old.constructor as new (length: number) => T)(capacity * columns);
      grown.set(old.subarray(0, used * columns));
      return grown;
    };
    this.#node = more(this.#node, 1);
    this.#path = more(this.#path, depth);
    this.#position = more(this.#position, 1);
    this.#logits = more(this.#logits, outputs);
    this.#finalNormal = more(this.#finalNormal, width);
    this.#finalInverse = more(this.#finalInverse, 1);
    for (const memory of this.#memory) {
      memory.attended = more(memory.attended, 3 * width);
      memory.normal1 = more(memory.normal1, width);
      memory.inverse1 = more(memory.inverse1, 1);
      memory.weight = more(memory.weight, heads * depth);
      memory.mixed = more(memory.mixed, width);
      memory.normal2 = more(memory.normal2, width);
      memory.inverse2 = more(memory.inverse2, 1);
      memory.expanded = more(memory.expanded, 2 * width);
    }
  }

  #forward(from: number, count: number): void {
    const { width, outputs } = this.shape;
    const [x, a, b, c, wide] = [this.#x, this.#a, this.#b, this.#c, this.#wide];
    const rows = padded(count);
    const size = count * width;
    x.fill(0, size, rows * width);
    for (let r = 0; r < count; r++) {
      const token = this.#prefix.token[this.#node[from + r]] * width;
      const position = this.#positionAt + this.#position[from + r] * width;
      for (let i = 0; i < width; i++) x[r * width + i] = this.#embedding[token + i] + this.#embedding[position + i];
    }
    this.#blocks.forEach((block, l) => {
      const memory = this.#memory[l];
      a.set(x);
      block.norm1.forward(a, this.#inverse, b, rows);
      this.#save(a, memory.normal1, from, count, width, memory.inverse1);
      block.attend.forward(b, wide, rows);
      for (let k = 0, at = from * 3 * width; k < count * 3 * width; k++) memory.attended[at + k] = wide[k];
      this.#attend(memory, from, count, b);
      b.fill(0, size, rows * width);
      this.#save(b, memory.mixed, from, count, width);
      block.combine.forward(b, a, rows);
      for (let k = 0; k < size; k++) x[k] += a[k];
      a.set(x);
      block.norm2.forward(a, this.#inverse, b, rows);
      this.#save(a, memory.normal2, from, count, width, memory.inverse2);
      block.expand.forward(b, c, rows);
      for (let k = 0; k < rows * 2 * width; k++) if (c[k] < 0) c[k] = 0;
      this.#save(c, memory.expanded, from, count, 2 * width);
      block.contract.forward(c, a, rows);
      for (let k = 0; k < size; k++) x[k] += a[k];
    });
    this.#norm.forward(x, this.#inverse, b, rows);
    this.#save(x, this.#finalNormal, from, count, width, this.#finalInverse);
    this.#head.forward(b, c, rows);
    for (let r = 0; r < count; r++) for (let o = 0; o < outputs; o++) this.#logits[(from + r) * outputs + o] = c[r * this.#head.outer + o];
  }

  /** Copies rows of a block to the memory, in single precision, for the way back. */
  #save(block: Float64Array, memory: Float32Array, from: number, count: number, columns: number, inverse?: Float64Array): void {
    for (let k = 0, at = from * columns; k < count * columns; k++) memory[at + k] = block[k];
    if (inverse) for (let r = 0; r < count; r++) inverse[from + r] = this.#inverse[r];
  }

  /** Attention of each row over its own path: weights to the memory, what they gather to `out`. */
  #attend({ attended, weight }: BlockMemory, from: number, count: number, out: Float64Array): void {
    const { width, heads, depth } = this.shape;
    const each = width / heads;
    const scale = 1 / Math.sqrt(each);
    const share = new Float64Array(depth);
    for (let r = 0; r < count; r++) {
      const slot = from + r;
      const length = this.#position[slot] + 1;
      const path = slot * depth;
      for (let h = 0; h < heads; h++) {
        const query = slot * 3 * width + h * each;
        let largest = -Infinity;
        for (let j = 0; j < length; j++) {
          const key = (this.#path[path + j] * 3 + 1) * width + h * each;
          let score = 0;
          for (let i = 0; i < each; i++) score += attended[query + i] * attended[key + i];
          share[j] = score * scale;
          if (share[j] > largest) largest = share[j];
        }
        let sum = 0;
        for (let j = 0; j < length; j++) sum += share[j] = exp(share[j] - largest);
        const at = r * width + h * each;
        for (let i = 0; i < each; i++) out[at + i] = 0;
        for (let j = 0; j < length; j++) {
          const p = share[j] / sum;
          weight[(slot * heads + h) * depth + j] = p;
          const value = (this.#path[path + j] * 3 + 2) * width + h * each;
          for (let i = 0; i < each; i++) out[at + i] += p * attended[value + i];
        }
      }
    }
  }

  /** Rows of the memory as a block of doubles, padded with zeros. */
  #load(memory: Float32Array | Float64Array, from: number, count: number, columns: number, block: Float64Array): void {
    for (let k = 0, at = from * columns; k < count * columns; k++) block[k] = memory[at + k];
    block.fill(0, count * columns, padded(count) * columns);
  }

  #loadInverse(memory: Float64Array, from: number, count: number): void {
    for (let r = 0; r < count; r++) this.#inverse[r] = memory[from + r];
  }

  #backwardHead(dLogits: ReadonlyMap<number, Float32Array>, dx: Float64Array): void {
    const { width, outputs } = this.shape;
    const [a, b, c] = [this.#a, this.#b, this.#c];
    const { outer } = this.#head;
    for (let from = 0; from < this.#slots; from += BLOCK) {
      const count = Math.min(BLOCK, this.#slots - from);
      const rows = padded(count);
      c.fill(0, 0, rows * outer);
      for (let r = 0; r < count; r++) {
        const row = dLogits.get(this.#node[from + r]);
        if (row) for (let o = 0; o < outputs; o++) c[r * outer + o] = row[o];
      }
      this.#load(this.#finalNormal, from, count, width, a);
      this.#norm.affine(a, b, rows);
      b.fill(0, count * width, rows * width);
      this.#head.backward(b, c, this.#x, rows);
      this.#loadInverse(this.#finalInverse, from, count);
      this.#norm.backward(a, this.#inverse, this.#x, count);
      dx.set(this.#x.subarray(0, count * width), from * width);
    }
  }

  /** From the output of block `l` to what its attention gathered; dx becomes the gradient between the two halves of the block. */
  #backwardBlock(l: number, from: number, count: number, dx: Float64Array, dAttended: Float64Array): void {
    const { width } = this.shape;
    const [x, a, b, c, wide] = [this.#x, this.#a, this.#b, this.#c, this.#wide];
    const block = this.#blocks[l];
    const memory = this.#memory[l];
    const rows = padded(count);
    this.#load(dx, from, count, width, x);
    this.#load(memory.expanded, from, count, 2 * width, c);
    block.contract.backward(c, x, wide, rows);
    for (let k = 0; k < rows * 2 * width; k++) if (c[k] <= 0) wide[k] = 0;
    this.#load(memory.normal2, from, count, width, a);
    block.norm2.affine(a, b, rows);
    b.fill(0, count * width, rows * width);
    block.expand.backward(b, wide, c, rows);
    this.#loadInverse(memory.inverse2, from, count);
    block.norm2.backward(a, this.#inverse, c, count);
    for (let k = 0; k < count * width; k++) dx[from * width + k] = x[k] += c[k];
    this.#load(memory.mixed, from, count, width, b);
    block.combine.backward(b, x, a, rows);
    this.#backwardAttention(memory, from, count, a, dAttended);
  }

  #backwardAttention({ attended, weight }: BlockMemory, from: number, count: number, dOut: Float64Array, dAttended: Float64Array): void {
    const { width, heads, depth } = this.shape;
    const each = width / heads;
    const scale = 1 / Math.sqrt(each);
    const dShare = new Float64Array(depth);
    for (let r = 0; r < count; r++) {
      const slot = from + r;
      const length = this.#position[slot] + 1;
      const path = slot * depth;
      for (let h = 0; h < heads; h++) {
        const at = r * width + h * each;
        const shares = (slot * heads + h) * depth;
        let mean = 0;
        for (let j = 0; j < length; j++) {
          const value = (this.#path[path + j] * 3 + 2) * width + h * each;
          const p = weight[shares + j];
          let d = 0;
          for (let i = 0; i < each; i++) {
            d += dOut[at + i] * attended[value + i];
            dAttended[value + i] += p * dOut[at + i];
          }
          dShare[j] = d;
          mean += p * d;
        }
        const query = slot * 3 * width + h * each;
        for (let j = 0; j < length; j++) {
          const d = weight[shares + j] * (dShare[j] - mean) * scale;
          const key = (this.#path[path + j] * 3 + 1) * width + h * each;
          for (let i = 0; i < each; i++) {
            dAttended[query + i] += d * attended[key + i];
            dAttended[key + i] += d * attended[query + i];
          }
        }
      }
    }
  }

  /** From queries, keys and values of block `l` to its input, once all attention has been gone through. */
  #backwardAttend(l: number, from: number, count: number, dx: Float64Array, dAttended: Float64Array): void {
    const { width } = this.shape;
    const [x, a, b, wide] = [this.#x, this.#a, this.#b, this.#wide];
    const block = this.#blocks[l];
    const memory = this.#memory[l];
    const rows = padded(count);
    this.#load(dAttended, from, count, 3 * width, wide);
    this.#load(memory.normal1, from, count, width, a);
    block.norm1.affine(a, b, rows);
    b.fill(0, count * width, rows * width);
    block.attend.backward(b, wide, x, rows);
    this.#loadInverse(memory.inverse1, from, count);
    block.norm1.backward(a, this.#inverse, x, count);
    for (let k = 0; k < count * width; k++) dx[from * width + k] += x[k];
  }
}
