/** How fast something has gone lately, and so how long the rest will take. Times are given by the caller, who has a clock. */

/** Milliseconds of the recent past that the rate is taken from. */
const WINDOW = 6000;
/** Less than this is no rate yet. */
const LEAST = 300;

export class Pace {
  #marks: { readonly at: number; readonly done: number }[] = [];

  /** Begins anew: what was before a pause says nothing of what comes after. */
  restart(): void {
    this.#marks = [];
  }

  /** So much is done at this time, in milliseconds; a smaller number than before begins anew. */
  note(done: number, at: number): void {
    const last = this.#marks.at(-1);
    if (last && done < last.done) this.restart();
    this.#marks.push({ at, done });
    while (this.#marks.length > 2 && this.#marks[1].at < at - WINDOW) this.#marks.shift();
  }

  /** Seconds until `all` is done at the recent rate, from the last note on; null while there is no rate. */
  secondsLeft(all: number): number | null {
    const [first] = this.#marks;
    const last = this.#marks.at(-1);
    if (!first || !last || last.at - first.at < LEAST || last.done <= first.done) return null;
    return ((Math.max(0, all - last.done) * (last.at - first.at)) / (last.done - first.done)) / 1000;
  }
}

/** "12 s left", "3 min left", "2 h 5 min left". */
export function timeLeftWords(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 100) return `${whole} s left`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min left`;
  return minutes % 60 === 0 ? `${minutes / 60} h left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
