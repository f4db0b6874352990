/** What the gallery knows of an experiment or a lesson. Recorded at build time: src/app/record-gallery.ts. */
import type { Topic } from '../../core/experiment/topics';

export interface GalleryEntry {
  readonly kind: 'experiment' | 'lesson';
  readonly id: string;
  readonly question: string;
  /** The experiment's name; a lesson's is its title. */
  readonly title: string;
  /** "12 states, 30 steps", with the engine that it is made for where there is one, or "8 minutes". */
  readonly size: string;
  readonly topics: readonly Topic[];
  /** Letters of the schemes that are compared, from A on, with their names. */
  readonly schemes: readonly string[];
  /** Address relative to the site's root. */
  readonly address: string;
  /** SVG text; colours are classes of gallery.css. */
  readonly picture: string;
}

/** Names of the tabs. */
export const TOPIC_TITLES: Readonly<Record<Topic, string>> = {
  start: 'Start here',
  reward: 'Reward design',
  process: 'Process rewards',
  estimator: 'Estimators',
  verifier: 'Verifiers',
  tools: 'Tool use',
  known: 'Known environments',
};
