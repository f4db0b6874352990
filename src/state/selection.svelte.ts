/**
 * One selected step everywhere. Hovering shows a step for as long as the pointer rests on it; a click
 * pins one; Escape releases the pin, and the default (the most telling step of the batch) is back.
 */
export interface StepRef {
  readonly trajectory: number;
  readonly step: number;
}

export class Selection {
  #hovered = $state.raw<StepRef | null>(null);
  #pinned = $state.raw<StepRef | null>(null);
  #suggested = $state.raw<StepRef | null>(null);
  readonly #onpin: (step: StepRef | null) => void;

  constructor(pinned: StepRef | null = null, onpin: (step: StepRef | null) => void = () => {}) {
    this.#pinned = pinned;
    this.#onpin = onpin;
  }

  /** The step that every panel shows. */
  get step(): StepRef | null {
    return this.#hovered ?? this.#pinned ?? this.#suggested;
  }
  get pinned(): StepRef | null {
    return this.#pinned;
  }
  /** The step that is shown while nothing is hovered: its trajectory always has a row. */
  get resting(): StepRef | null {
    return this.#pinned ?? this.#suggested;
  }

  hover(step: StepRef | null): void {
    if (same(step, this.#hovered)) return;
    this.#hovered = step;
  }

  pin(step: StepRef): void {
    this.#hovered = null;
    if (same(step, this.#pinned)) return;
    this.#pinned = step;
    this.#onpin(step);
  }

  /** Lets go of the pin; returns whether there was one. */
  release(): boolean {
    this.#hovered = null;
    if (this.#pinned === null) return false;
    this.#pinned = null;
    this.#onpin(null);
    return true;
  }

  /** What is shown while nothing is hovered or pinned. */
  suggest(step: StepRef | null): void {
    if (same(step, this.#suggested)) return;
    this.#suggested = step;
  }

  /** Forgets steps that are not in a batch of these lengths. */
  keepWithin(length: ArrayLike<number>): void {
    const isThere = (step: StepRef | null) => step !== null && step.step < (length[step.trajectory] ?? 0);
    if (!isThere(this.#hovered)) this.#hovered = null;
    if (this.#pinned !== null && !isThere(this.#pinned)) {
      const steps = length[this.#pinned.trajectory] ?? 0;
      this.#pinned = steps > 0 ? { trajectory: this.#pinned.trajectory, step: steps - 1 } : null;
    }
  }
}

function same(a: StepRef | null, b: StepRef | null): boolean {
  return a === b || (a !== null && b !== null && a.trajectory === b.trajectory && a.step === b.step);
}
