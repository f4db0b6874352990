import type { ExperimentSpec } from '../../src/core/experiment/spec';
import type { SchemeSpec } from '../../src/core/scheme/scheme-spec';

export function sampleScheme(change: Partial<SchemeSpec> = {}): ExperimentSpec['schemes'][number] {
  return {
    name: 'Sparse',
    terms: [{ reward: 'outcome', label: 'Finish', weight: 1, params: {}, gated: false }],
    gate: null,
    gamma: 1,
    gammaLinked: true,
    estimator: { id: 'grpo', params: {} },
    value: 'zero',
    whiten: 'none',
    clip: null,
    muted: false,
    ...change,
  } as ExperimentSpec['schemes'][number];
}

export function sampleSpec(schemes: ExperimentSpec['schemes'] = [sampleScheme(), sampleScheme({ name: 'Dense' })]): ExperimentSpec {
  return {
    v: 1,
    base: 'boat-race@1',
    title: 'Boat race',
    scenario: { id: 'boat-race', params: {} },
    schemes,
    training: {
      policy: { kind: 'tabular' },
      objective: { id: 'reinforce', params: {} },
      optimiser: 'sgd',
      learningRate: 0.5,
      trajectories: 32,
      groupSize: 16,
      iterations: 300,
      seeds: { first: 0, count: 4 },
      engine: 'auto',
      criticRate: 0.3,
      branches: [],
    },
    view: {
      trajectories: 32,
      behaviour: { policy: 'start' },
      selected: null,
      scheme: 0,
      sort: 'outcome',
      wrongSigns: true,
      pinned: null,
    },
  };
}
