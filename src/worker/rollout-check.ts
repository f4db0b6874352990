import type { Table } from '../core/contracts/scenario';
import type { Rollout, RolloutOptions } from '../core/mdp/rollout';
import type { Engine } from '../engine/engine';
import type { RolloutCheckResult } from './protocol';

/** A batch as TypeScript played it, and from what. */
export interface PlayedBatch {
  readonly threshold: Uint32Array;
  readonly options: RolloutOptions;
  readonly rollout: Rollout;
}

/**
 * Plays batches of training again by the GPU's rollout kernel and counts the steps at which it differs, which are none as long as both
 * follow the same integer thresholds.
 */
export class RolloutCheck {
  #made: { readonly on: Engine; readonly kernel: NonNullable<Awaited<ReturnType<NonNullable<Engine['createRollout']>>>> } | null = null;
  #result: RolloutCheckResult = { checks: 0, steps: 0, differing: 0 };

  constructor(private readonly table: Table) {}

  /** Null before the first check. */
  get result(): RolloutCheckResult | null {
    return this.#result.checks > 0 ? this.#result : null;
  }

  /** Does nothing on engines without the kernel. A device that is lost meanwhile is the networks' business. */
  async compare(engine: Engine, { threshold, options, rollout }: PlayedBatch): Promise<void> {
    if (!engine.createRollout) return;
    try {
      if (this.#made?.on !== engine) this.#made = { on: engine, kernel: await engine.createRollout(this.table) };
      const { steps, differing } = await this.#made.kernel.compare(threshold, options, rollout);
      this.#result = { checks: this.#result.checks + 1, steps: this.#result.steps + steps, differing: this.#result.differing + differing };
    } catch {
      this.#made = null;
    }
  }
}
