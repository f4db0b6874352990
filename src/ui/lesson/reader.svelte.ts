/** What one reader did in one lesson: the answer, the sketch, how far they are. Kept between visits where storage is allowed, never needed. */
import { KNOTS } from './sketch-curve';

const KEY = 'advantage-lab/lesson/';

export const STAGES = ['Read', 'Predict', 'Reveal', 'Explain', 'Try'] as const;
export type Stage = (typeof STAGES)[number];

interface Kept {
  readonly choice: number | null;
  readonly sketch: readonly number[] | null;
  readonly isRevealed: boolean;
  readonly hasTried: boolean;
}

const NOTHING: Kept = { choice: null, sketch: null, isRevealed: false, hasTried: false };

export class Reader {
  #kept = $state.raw<Kept>(NOTHING);
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
    this.#kept = { ...NOTHING, ...readKept(id) };
  }

  get choice(): number | null {
    return this.#kept.choice;
  }
  get sketch(): readonly number[] | null {
    return this.#kept.sketch;
  }
  get isRevealed(): boolean {
    return this.#kept.isRevealed;
  }
  get hasGuessed(): boolean {
    return this.choice !== null || this.sketch !== null;
  }
  /** The stage that the reader is at. */
  get stage(): Stage {
    return stageOf(this.#kept);
  }

  choose(choice: number): void {
    if (!this.isRevealed) this.#keep({ choice });
  }
  draw(sketch: readonly number[] | null): void {
    if (!this.isRevealed) this.#keep({ sketch });
  }
  reveal(): void {
    this.#keep({ isRevealed: true });
  }
  tryOut(): void {
    if (!this.#kept.hasTried) this.#keep({ hasTried: true });
  }
  /** Guess again. */
  again(): void {
    this.#keep(NOTHING);
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      localStorage.setItem(KEY + this.#id, JSON.stringify(this.#kept));
    } catch {
      // A page without storage keeps the answers for as long as it is open.
    }
  }
}

/** How far the reader of a lesson is; `Read` where they have not begun. */
export function stageOfLesson(id: string): Stage {
  return stageOf({ ...NOTHING, ...readKept(id) });
}

function stageOf({ choice, sketch, isRevealed, hasTried }: Kept): Stage {
  if (hasTried) return 'Try';
  if (isRevealed) return 'Explain';
  return choice !== null || sketch !== null ? 'Predict' : 'Read';
}

/** What was kept, as far as it can be read. */
function readKept(id: string): Partial<Kept> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY + id) ?? '{}') as Record<string, unknown>;
    const { choice, sketch, isRevealed, hasTried } = kept;
    const isSketch = Array.isArray(sketch) && sketch.length === KNOTS + 1 && sketch.every((x) => Number.isFinite(x));
    return {
      ...(Number.isInteger(choice) && { choice: choice as number }),
      ...(isSketch && { sketch: sketch as number[] }),
      isRevealed: isRevealed === true,
      hasTried: hasTried === true,
    };
  } catch {
    return {};
  }
}
