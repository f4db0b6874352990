/** Headings of pickers: families of estimators, categories of rewards. */
import type { EstimatorPlugin } from './estimator';
import type { RewardPlugin } from './reward';

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

export const categoryTitles: Readonly<Record<RewardPlugin['category'], string>> = {
  outcome: 'Outcome',
  dense: 'Dense',
  gated: 'Gated',
  process: 'Process rewards',
  shaping: 'Potential-based shaping',
  learned: 'Learned',
  intrinsic: 'Intrinsic',
  structure: 'Structure',
};
