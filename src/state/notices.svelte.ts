/** One-line messages above the lab: what happened, what it means, what to do next. */
export type Tone = 'info' | 'warn' | 'bad';

export interface Notice {
  readonly key: string;
  readonly tone: Tone;
  /** The fact, set in bold. */
  readonly title: string;
  /** What follows from it. */
  readonly text: string;
}

export class Notices {
  #list = $state.raw<readonly Notice[]>([]);

  get list(): readonly Notice[] {
    return this.#list;
  }

  /** Shows a notice; a later one of the same key takes its place. */
  show(notice: Notice): void {
    this.#list = [...this.#list.filter((other) => other.key !== notice.key), notice];
  }

  dismiss(key: string): void {
    this.#list = this.#list.filter((notice) => notice.key !== key);
  }
}
