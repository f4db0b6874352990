import { describe, expect, test, vi } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { Experiment } from '../../src/state/experiment.svelte';
import { sampleScheme, sampleSpec } from './sample-spec';

const plugins = allPlugins();

const weight = (experiment: Experiment, scheme = 0) => experiment.spec.schemes[scheme]!.terms[0]!.weight;

describe('history', () => {
  test('undo and redo walk through every kind of edit', () => {
    const experiment = new Experiment(sampleSpec());
    const states = [experiment.spec];
    const edits = [
      () => experiment.setTermWeight(0, 0, 2),
      () => experiment.setEstimator(1, 'rloo'),
      () => experiment.setGate(1, { source: 'outcome', threshold: 0, inclusive: false, softness: 0 }),
      () => experiment.duplicateScheme(0),
      () => experiment.muteScheme(2, true),
      () => experiment.setTraining({ learningRate: 1 }),
      () => experiment.setView({ sort: 'group' }),
      () => experiment.removeScheme(0),
    ];
    for (const edit of edits) {
      expect(edit()).toBe(true);
      states.push(experiment.spec);
    }
    for (let k = edits.length - 1; k >= 0; k--) {
      experiment.undo();
      expect(experiment.spec.schemes).toEqual(states[k]!.schemes);
      expect(experiment.spec.training).toEqual(states[k]!.training);
      expect(experiment.spec.view.sort).toBe(states[k]!.view.sort);
    }
    expect(experiment.canUndo).toBe(false);
    for (let k = 1; k <= edits.length; k++) experiment.redo();
    expect(experiment.spec.schemes).toEqual(states.at(-1)!.schemes);
    expect(experiment.canRedo).toBe(false);
  });

  test('a slider drag is one step of the history, the next drag another', () => {
    const experiment = new Experiment(sampleSpec());
    for (const w of [0.9, 0.8, 0.7]) experiment.setTermWeight(0, 0, w, 'weight');
    experiment.endGesture();
    for (const w of [0.6, 0.5]) experiment.setTermWeight(0, 0, w, 'weight');
    experiment.endGesture();
    experiment.undo();
    expect(weight(experiment)).toBe(0.7);
    experiment.undo();
    expect(weight(experiment)).toBe(1);
    expect(experiment.canUndo).toBe(false);
  });

  test('a new edit forgets what was undone', () => {
    const experiment = new Experiment(sampleSpec());
    experiment.setTermWeight(0, 0, 2);
    experiment.undo();
    experiment.setTermWeight(0, 0, 3);
    expect(experiment.canRedo).toBe(false);
    experiment.undo();
    expect(weight(experiment)).toBe(1);
  });

  test('looking at another step is kept in the spec but is no edit, and undo keeps it', () => {
    const experiment = new Experiment(sampleSpec());
    experiment.setTermWeight(0, 0, 2);
    experiment.look({ selected: { trajectory: 3, step: 4 }, scheme: 1 });
    experiment.undo();
    expect(weight(experiment)).toBe(1);
    expect(experiment.spec.view.selected).toEqual({ trajectory: 3, step: 4 });
    expect(experiment.spec.view.scheme).toBe(1);
  });
});

describe('edits that cannot be used', () => {
  test('the schema refuses by field and the last good spec stays', () => {
    const experiment = new Experiment(sampleSpec());
    const before = experiment.spec;
    expect(experiment.setGroupSize(7)).toBe(false);
    expect(experiment.spec).toBe(before);
    expect(experiment.refused?.field).toBe('/training/groupSize');
    expect(experiment.refused?.message).toContain('7 does not divide 32');
    expect(experiment.canUndo).toBe(false);
    expect(experiment.setGroupSize(8)).toBe(true);
    expect(experiment.refused).toBeNull();
  });

  test('NaN is refused', () => {
    const experiment = new Experiment(sampleSpec());
    expect(experiment.setTermWeight(1, 0, Number.NaN)).toBe(false);
    expect(experiment.refused?.field).toBe('/schemes/1/terms/0/weight');
    expect(weight(experiment, 1)).toBe(1);
  });

  test('what does not compile is refused with the message of the compiler', () => {
    const check = vi.fn(() => ({ field: '/schemes/0/terms/0', message: 'This scenario has no signal "bouy".' }));
    const experiment = new Experiment(sampleSpec(), check);
    expect(experiment.setTermParam(0, 0, 'signal', 'bouy')).toBe(false);
    expect(experiment.refused?.message).toContain('bouy');
    expect(experiment.spec.schemes[0]!.terms[0]!.params).toEqual({});
  });
});

describe('listeners', () => {
  test('a drag is live until it is released', () => {
    const experiment = new Experiment(sampleSpec());
    const heard: boolean[] = [];
    experiment.listen((_, { live }) => heard.push(live));
    experiment.setTermWeight(0, 0, 0.5, 'weight');
    experiment.setTermWeight(0, 0, 0.4, 'weight');
    experiment.endGesture();
    experiment.endGesture();
    expect(heard).toEqual([true, true, false]);
  });
});

describe('schemes', () => {
  test('removing one moves everything that points at a later one', () => {
    const experiment = new Experiment(sampleSpec(['A', 'B', 'C'].map((name) => sampleScheme({ name }))));
    experiment.setView({ pinned: 2 });
    experiment.look({ scheme: 2, behaviour: { policy: 'scheme', scheme: 2, iteration: 10 } });
    experiment.removeScheme(1);
    expect(experiment.spec.schemes.map((scheme) => scheme.name)).toEqual(['A', 'C']);
    expect(experiment.spec.view).toMatchObject({ pinned: 1, scheme: 1, behaviour: { scheme: 1, iteration: 10 } });
    experiment.removeScheme(1);
    expect(experiment.spec.view).toMatchObject({ pinned: null, scheme: 0, behaviour: { policy: 'start' } });
    experiment.removeScheme(0);
    expect(experiment.spec.schemes).toHaveLength(1);
  });

  test('at most six, and a copy gets a name of its own', () => {
    const experiment = new Experiment(sampleSpec([sampleScheme({ name: 'Dense' })]));
    for (let k = 0; k < 8; k++) experiment.duplicateScheme(0);
    expect(experiment.spec.schemes.map((scheme) => scheme.name)).toEqual(['Dense', 'Dense 2', 'Dense 3', 'Dense 4', 'Dense 5', 'Dense 6']);
  });

  test('an edit keeps the identity of what it did not touch', () => {
    const experiment = new Experiment(sampleSpec());
    const other = experiment.spec.schemes[1];
    const { view } = experiment.spec;
    experiment.setTermWeight(0, 0, 0.5);
    expect(experiment.spec.schemes[1]).toBe(other);
    expect(experiment.spec.view).toBe(view);
  });
});

describe('what all schemes train', () => {
  const objective = (id: string) => plugins.get('objective', id);

  test('another objective keeps the values of parameters that it shares with the old one', () => {
    const experiment = new Experiment(sampleSpec([sampleScheme({ name: 'A' })]));
    experiment.setObjectiveParam('klWeight', 0.3);
    experiment.setObjective(objective('ppo-clip'));
    experiment.setObjectiveParam('dualClip', 3);
    expect(experiment.spec.training.objective).toEqual({ id: 'ppo-clip', params: { klWeight: 0.3, dualClip: 3 } });
    experiment.setObjective(objective('dpo'));
    expect(experiment.spec.training.objective).toEqual({ id: 'dpo', params: {} });
    experiment.undo();
    expect(experiment.spec.training.objective.id).toBe('ppo-clip');
  });

  test('a critic network stays while the policy is a network and goes with it', () => {
    const experiment = new Experiment(sampleSpec([sampleScheme({ name: 'A' })]));
    experiment.setPolicy({ kind: 'mlp', hidden: [8], activation: 'gelu' });
    expect(experiment.setCritic({ kind: 'network', learningRate: 0.01 })).toBe(true);
    experiment.setPolicy({ kind: 'transformer', width: 16, layers: 1, heads: 2 });
    expect(experiment.spec.training.critic).toEqual({ kind: 'network', learningRate: 0.01 });
    experiment.setPolicy({ kind: 'tabular' });
    expect(experiment.spec.training).not.toHaveProperty('critic');
    expect(experiment.setCritic({ kind: 'shared', weight: 1 })).toBe(false);
    expect(experiment.refused!.message).toContain('A critic network goes with a policy that is a network');
    experiment.setCritic(undefined);
    expect(experiment.spec.training).not.toHaveProperty('critic');
  });
});
