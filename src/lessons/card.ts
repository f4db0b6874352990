/** What a list of lessons says about each of them; a lesson's page holds the rest. */
export interface LessonCard {
  /** The token of its address, `/lesson/ID/`; never changes. */
  readonly id: string;
  readonly title: string;
  /** The one question that it answers. */
  readonly question: string;
  /** Reading and guessing, without the training. */
  readonly minutes: number;
  readonly topic: Topic;
  /** Id of the preset that it runs. */
  readonly preset: string;
  /** Names of the preset's schemes that it compares, in the order of their letters: the first is A. */
  readonly schemes: readonly string[];
}

export const TOPICS = ['Reward', 'Process', 'Advantage', 'Verifier'] as const;
export type Topic = (typeof TOPICS)[number];
