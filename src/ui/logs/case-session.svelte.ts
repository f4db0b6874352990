import { readCases } from '../../core/batch/case-file';
import { answerConstructions, answerFile, type AnsweredCase } from './construction-answers';

/** Milliseconds without a key after which a text is read. */
const PAUSE = 200;

/** A text of cases and its answers, which follow it; while it cannot be read, those of the last one that could stay. */
export class CaseSession {
  #text = $state('');
  #problem = $state<string | null>(null);
  #answered = $state.raw<readonly AnsweredCase[]>([]);
  #isBehind = $state(true);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(text: string) {
    this.#text = text;
    void this.#answer();
  }

  get text(): string {
    return this.#text;
  }
  /** What is wrong with the text as a whole; cases name their own errors. */
  get problem(): string | null {
    return this.#problem;
  }
  get answered(): readonly AnsweredCase[] {
    return this.#answered;
  }
  /** Whether the answers are those of an earlier text. */
  get isBehind(): boolean {
    return this.#isBehind;
  }
  get download(): string {
    return answerFile(this.#answered);
  }

  write(text: string): void {
    this.close();
    this.#text = text;
    this.#isBehind = true;
    this.#timer = setTimeout(() => void this.#answer(), PAUSE);
  }

  /** Ends what is under way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  async #answer(): Promise<void> {
    const turn = ++this.#turn;
    const cases = readCases(this.#text);
    this.#problem = typeof cases === 'string' ? cases : null;
    if (typeof cases === 'string') return;
    const isStale = () => turn !== this.#turn;
    try {
      const answered = await answerConstructions(cases, isStale);
      if (!answered) return;
      this.#answered = answered;
      this.#isBehind = false;
    } catch (error) {
      if (!isStale()) this.#problem = `A construction could not be loaded: ${error instanceof Error ? error.message : String(error)} Check the connection and change the text to try again.`;
    }
  }
}
