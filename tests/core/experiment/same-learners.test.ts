import { expect, test } from 'vitest';
import { sameLearners } from '../../../src/core/experiment/same-learners';
import type { ExperimentSpec } from '../../../src/core/experiment/spec';
import { sampleScheme, sampleSpec } from '../../state/sample-spec';

const old = sampleSpec();
const training = (change: Partial<ExperimentSpec['training']>) => ({ ...old, training: { ...old.training, ...change } });

test.each<[string, ExperimentSpec]>([
  ['nothing', structuredClone(old)],
  ['a scheme that was edited', { ...old, schemes: [old.schemes[0]!, sampleScheme({ name: 'Dense', gamma: 0.9 })] }],
  ['a scheme that was added', { ...old, schemes: [...old.schemes, sampleScheme({ name: 'Third' })] as ExperimentSpec['schemes'] }],
  ['another length of the run', training({ iterations: 10 })],
  ['a branch', training({ branches: [{ scheme: 1, iteration: 5 }] })],
  ['another view and title', { ...old, title: 'Other', view: { ...old.view, sort: 'group', trajectories: 64 } }],
])('%s keeps the learners', (_, edited) => {
  expect(sameLearners(old, edited)).toBe(true);
});

test.each<[string, ExperimentSpec]>([
  ['a scheme that is gone', { ...old, schemes: [old.schemes[0]!] }],
  ['another scenario', { ...old, scenario: { id: 'key-door', params: {} } }],
  ['another parameter of the scenario', { ...old, scenario: { ...old.scenario, params: { horizon: 12 } } }],
  ['another policy', training({ policy: { kind: 'mlp', hidden: [8], activation: 'tanh' } })],
  ['another learning rate', training({ learningRate: 0.25 })],
  ['other seeds', training({ seeds: { first: 9, count: 4 } })],
  ['another batch', training({ trajectories: 64 })],
  ['another engine', training({ engine: 'ts' })],
])('%s needs new ones', (_, edited) => {
  expect(sameLearners(old, edited)).toBe(false);
});
