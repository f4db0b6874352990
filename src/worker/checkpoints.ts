import type { Checkpoint, Learner } from './learner';

/** Memory that all checkpoints of a run may take. */
export const CHECKPOINT_BUDGET = 64 * 1024 * 1024;

/** One saved learner, and the logits it acted by where they cannot be computed again to the bit. */
export interface Saved extends Checkpoint {
  readonly logits: Float64Array | null;
}

/**
 * Checkpoints of every learner, every `interval` iterations. When the budget is used up, every second one goes and the
 * interval doubles; iteration 0 and branch points stay.
 */
export class Checkpoints {
  #interval: number;
  #bytes = 0;
  readonly #saved = new Map<number, Saved[]>();
  readonly #pinned = new WeakSet<Saved>();

  constructor(
    firstInterval: number,
    private readonly budget = CHECKPOINT_BUDGET,
  ) {
    this.#interval = firstInterval;
  }

  get interval(): number {
    return this.#interval;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Saves a learner that stands before the update of its iteration, when one is due or `pin` asks for it; `withWeights` says whether its
   * parameters are its own, and where they are not there must be logits.
   */
  offer(learner: Learner, logits: Float64Array | null, { withWeights = true, pin = learner.iteration === 0 } = {}): void {
    if (!pin && learner.iteration % this.#interval !== 0) return;
    const list = this.#saved.get(learner.number) ?? [];
    if (list.at(-1)?.iteration === learner.iteration && !pin) return;
    const saved: Saved = { ...learner.save(withWeights), logits: logits && logits.slice() };
    if (pin) this.#pinned.add(saved);
    list.push(saved);
    this.#saved.set(learner.number, list);
    this.#bytes += bytesOf(saved);
    while (this.#bytes > this.budget && this.#thin());
  }

  /** The latest checkpoint at or before `iteration`, of those with weights where they are asked for; of two at the same iteration the later one. */
  nearest(learner: number, iteration: number, withWeights = false): Saved | undefined {
    return this.#saved.get(learner)?.findLast((saved) => saved.iteration <= iteration && (saved.weights !== null || !withWeights));
  }

  /** Forgets a learner's checkpoints after `iteration`; all of them with −1. */
  forgetAfter(learner: number, iteration: number): void {
    const list = this.#saved.get(learner) ?? [];
    for (const saved of list) if (saved.iteration > iteration) this.#bytes -= bytesOf(saved);
    this.#saved.set(learner, list.filter((saved) => saved.iteration <= iteration));
  }

  #thin(): boolean {
    const before = this.#bytes;
    this.#interval *= 2;
    for (const [learner, list] of this.#saved) {
      const kept = list.filter((saved) => this.#pinned.has(saved) || saved.iteration % this.#interval === 0);
      for (const saved of list) if (!kept.includes(saved)) this.#bytes -= bytesOf(saved);
      this.#saved.set(learner, kept);
    }
    return this.#bytes < before || this.#interval < 1 << 20;
  }
}

/** Bytes of the typed arrays inside a value; other values count as 16 each. The compiled scheme and the reference policy are shared and free. */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 16;
  let bytes = 0;
  for (const [key, part] of value instanceof Map ? value : Object.entries(value)) if (key !== 'scheme' && key !== 'reference') bytes += bytesOf(part);
  return bytes;
}
