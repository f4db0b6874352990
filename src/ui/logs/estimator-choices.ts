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

export { provenanceWords } from '../../core/contracts/provenance';
