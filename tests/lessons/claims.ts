/** Every claim of every lesson, measured anew, with its control: the same measurement without the reward that the claim is about. */
import { armsOf } from '../../src/lessons/experiment';
import { lessons } from '../../src/lessons/index';
import type { LessonCard } from '../../src/lessons/card';
import type { Claim, Lesson } from '../../src/lessons/lesson';
import { loadLesson } from '../../src/lessons/load';
import type { RecordedArm } from '../../src/lessons/recording';
import { measureArm, measuredFrom } from './measure';

export interface LessonClaims {
  readonly card: LessonCard;
  readonly lesson: Lesson;
}

export async function allLessons(): Promise<LessonClaims[]> {
  return Promise.all(
    lessons.map(async (card) => {
      const lesson = await loadLesson(card.id);
      if (!lesson) throw new Error(`${card.id} has no text.`);
      return { card, lesson };
    }),
  );
}

/** Seeds of a run without reward: it does not move, so few tell. */
const CONTROL_SEEDS = 2;

/** Measures arms once each, with as many seeds as the most demanding claim asks for, and judges claims by them. */
export class ClaimCheck {
  readonly #arms = new Map<string, Promise<RecordedArm>>();
  readonly #card: LessonCard;
  readonly #lesson: Lesson;
  readonly #seeds: number | null;

  /** `seeds` is the number for every claim; null for their own. */
  constructor({ card, lesson }: LessonClaims, seeds: number | null = null) {
    this.#card = card;
    this.#lesson = lesson;
    this.#seeds = seeds;
  }

  async holds(claim: Claim): Promise<boolean> {
    return claim.holds(measuredFrom(await this.#measured(claim.arms, null)));
  }

  /** Whether the claim would also pass with the reward of the arm that it is about at zero. */
  async holdsWithoutReward(claim: Claim): Promise<boolean> {
    return claim.holds(measuredFrom(await this.#measured(claim.arms, claim.about)));
  }

  async #measured(names: readonly string[], without: string | null): Promise<Record<string, RecordedArm>> {
    const found: Record<string, RecordedArm> = {};
    for (const name of names) found[name] = await this.#arm(name, name === without);
    return found;
  }

  #arm(name: string, isZero: boolean): Promise<RecordedArm> {
    const key = isZero ? `${name} without reward` : name;
    const seeds = isZero ? CONTROL_SEEDS : (this.#seeds ?? Math.max(...this.#lesson.claims.filter(({ arms }) => arms.includes(name)).map((claim) => claim.seeds)));
    let measured = this.#arms.get(key);
    if (!measured) this.#arms.set(key, (measured = measureArm(this.#card, this.#lesson, armsOf(this.#card, this.#lesson)[name]!, { seeds, isZero })));
    return measured;
  }
}
