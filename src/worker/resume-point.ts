import type { Checkpoint, Learner } from './learner';

/**
 * Where a run whose parameters live on a device goes on from when it is lost: every learner as it stood at one moment, with parameters,
 * moments, carried state and iteration, on the CPU side. Luck needs no copy: it follows from seed, learner and iteration.
 */
export class ResumePoint {
  #saved: readonly { readonly learner: Learner; readonly checkpoint: Checkpoint; readonly failure: string | null }[] | null = null;
  /** Iterations of the run since then. */
  done = 0;

  get exists(): boolean {
    return this.#saved !== null;
  }

  /** Takes the learners as they are, whose parameters must be here. */
  take(learners: readonly Learner[]): void {
    this.#saved = learners.map((learner) => ({ learner, checkpoint: learner.save(), failure: learner.failure }));
    this.done = 0;
  }

  /** Makes every learner again what it was. */
  restore(): void {
    for (const { learner, checkpoint, failure } of this.#saved ?? []) {
      learner.restore(checkpoint);
      learner.failure = failure;
    }
  }

  /** After a change that iterations since then cannot be played again through. */
  forget(): void {
    this.#saved = null;
    this.done = 0;
  }
}
