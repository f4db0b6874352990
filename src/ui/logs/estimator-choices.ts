/** Estimators as the build's catalogue lists them: what a picker needs before any of them is loaded. */
import catalogue from 'virtual:catalogue';
import type { EstimatorPlugin } from '../../core/contracts/estimator';

export type EstimatorEntry = Pick<EstimatorPlugin, 'id' | 'title' | 'summary' | 'family' | 'provenance' | 'params' | 'needs' | 'flavours'>;

export const estimatorEntries = catalogue.estimator as unknown as readonly EstimatorEntry[];

export const familyTitles: Readonly<Record<EstimatorPlugin['family'], string>> = {
  classic: 'Returns and critics',
  group: 'Group baselines',
  'multi-reward': 'Several rewards',
  process: 'Process rewards',
  turns: 'Turns',
  tree: 'Prefix trees',
  denoising: 'Denoising',
  reweighting: 'Off-policy and reweighting',
};

/** How sure a formula is, in two words and in a sentence. */
export const provenanceWords: Readonly<Record<EstimatorPlugin['provenance'], { readonly badge: string; readonly help: string }>> = {
  code: { badge: 'Code-checked', help: 'Compared with numbers from published code.' },
  mixed: { badge: 'Partly code-checked', help: 'Compared with numbers from published code in part.' },
  textbook: { badge: 'Textbook', help: 'Follows from identities that are tested.' },
  read: { badge: 'Read', help: 'Transcribed from a text; no published numbers to compare with.' },
  recalled: { badge: 'Recalled', help: 'Written from memory; compare with the source before relying on it.' },
  own: { badge: 'Our definition', help: 'This project’s own definition.' },
};
