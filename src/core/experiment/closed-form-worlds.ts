import type { ClosedForm } from '../contracts/closed-form';
import type { ContinuousScenario } from '../contracts/scenario';
import { learnerDraw } from '../math/normal';

/** A scenario in closed form as the learner of each seed meets it; the same seed meets the same one whenever it is asked for. */
export class ClosedFormWorlds {
  readonly #bySeed = new Map<number, ClosedForm>();

  constructor(
    readonly scenario: ContinuousScenario,
    private readonly params: Record<string, unknown>,
  ) {}

  /** `seedNumber` as in `seeds.first + index`: schemes share it. */
  of(seedNumber: number): ClosedForm {
    let world = this.#bySeed.get(seedNumber);
    if (!world) this.#bySeed.set(seedNumber, (world = this.scenario.closedForm(this.params as never, learnerDraw(0, seedNumber))));
    return world;
  }
}
