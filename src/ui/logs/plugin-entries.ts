/** Plug-ins as the build's catalogue lists them: what pickers need before any of them is loaded. */
import catalogue from 'virtual:catalogue';
import type { EstimatorPlugin } from '../../core/contracts/estimator';
import type { RewardPlugin } from '../../core/contracts/reward';

export type EstimatorEntry = Pick<EstimatorPlugin, 'kind' | 'id' | 'title' | 'summary' | 'family' | 'provenance' | 'params' | 'needs' | 'flavours'>;
export type RewardEntry = Pick<RewardPlugin, 'kind' | 'id' | 'title' | 'summary' | 'category' | 'provenance' | 'params' | 'needs' | 'flavours'>;

export const estimatorEntries = (catalogue.estimator as unknown as readonly EstimatorEntry[]).map((entry) => ({ ...entry, kind: 'estimator' as const }));
export const rewardEntries = (catalogue.reward as unknown as readonly RewardEntry[]).map((entry) => ({ ...entry, kind: 'reward' as const }));

export { provenanceWords } from '../../core/contracts/provenance';
