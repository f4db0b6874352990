import { beforeEach, describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { compileScheme } from '../../src/core/scheme/compile-scheme';
import { priceBatch } from '../../src/core/scheme/price-batch';
import type { SchemeSpec } from '../../src/core/scheme/scheme-spec';
import { Consequences, withValue, type Track } from '../../src/state/consequences.svelte';
import { Experiment } from '../../src/state/experiment.svelte';
import { mostTellingStep } from '../../src/state/most-telling-step';
import { cosineOf, sideOf } from '../../src/state/priced-scheme';
import { onTable, STARTING_POLICY } from '../../src/state/scene';
import { WhatIf } from '../../src/state/what-if.svelte';

const plugins = allPlugins();
let spec: ExperimentSpec;
let callbacks: (() => void)[];
const schedule = (callback: () => void) => void callbacks.push(callback);
const nextFrame = () => callbacks.splice(0).forEach((callback) => callback());

beforeEach(async () => {
  callbacks = [];
  spec = (await loadPreset('boat-race'))!.spec;
});

/** The same prices by the pricing function itself. */
function priced(whatIf: WhatIf, scheme: SchemeSpec, k: number): Float64Array {
  const { scene } = whatIf;
  const compiled = compileScheme(scheme, plugins, scene.table);
  return priceBatch(scene.batch, compiled, sideOf(scene, compiled, k)).advantage;
}

describe('re-pricing', () => {
  test('gives what priceBatch gives, for every scheme, at first and after an edit', () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const experiment = new Experiment(spec);
    experiment.listen((next) => whatIf.request(next));
    for (const w of [0.2, 0.05, 0]) {
      experiment.setTermWeight(1, 1, w);
      nextFrame();
      experiment.spec.schemes.forEach((scheme, k) => {
        expect(whatIf.frame.schemes[k]!.priced.advantage).toEqual(priced(whatIf, scheme as SchemeSpec, k));
      });
    }
  });

  test('events between two frames make one frame, with the newest spec', () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const experiment = new Experiment(spec);
    experiment.listen((next) => whatIf.request(next));
    for (const w of [0.5, 0.4, 0.3]) experiment.setTermWeight(1, 1, w, 'drag');
    expect(callbacks).toHaveLength(1);
    nextFrame();
    expect(whatIf.frame.resolved.spec.schemes[1]!.terms[1]!.weight).toBe(0.3);
  });

  test('keeps the batch while only rewards change, and rolls out anew for another seed', () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const before = whatIf.scene;
    const experiment = new Experiment(spec);
    experiment.listen((next) => whatIf.request(next));
    experiment.setTermWeight(0, 0, 2);
    nextFrame();
    expect(whatIf.scene).toBe(before);
    experiment.setSeed(7);
    nextFrame();
    expect(whatIf.scene).not.toBe(before);
    expect(onTable(whatIf.scene).batch.row).not.toEqual(onTable(before).batch.row);
  });

  test('emits one User Timing measure per frame', () => {
    performance.clearMeasures('what-if');
    const whatIf = new WhatIf(spec, plugins, schedule);
    whatIf.request(spec);
    nextFrame();
    expect(performance.getEntriesByName('what-if')).toHaveLength(1);
  });

  test('a scheme that cannot be priced keeps its last good prices and says why; the others go on', () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const good = whatIf.frame.schemes[1]!.priced.advantage.slice();
    const schemes = spec.schemes.map((scheme, k) =>
      k === 1 ? { ...scheme, gate: { source: 'bouy', threshold: 0, inclusive: false, softness: 0 } } : k === 0 ? { ...scheme, gamma: 0.5 } : scheme,
    );
    for (let n = 0; n < 3; n++) {
      whatIf.request({ ...spec, schemes });
      nextFrame();
      expect(whatIf.frame.problems[1]).toContain('bouy');
      expect(whatIf.frame.schemes[1]!.priced.advantage).toEqual(good);
      expect(whatIf.frame.problems[0]).toBeNull();
    }
  });

  test('a learned reward is waited for, then priced', () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const term = { reward: 'bradley-terry', label: '', weight: 1, params: {}, gated: false };
    const learned = { ...spec, schemes: spec.schemes.map((scheme, k) => (k === 0 ? { ...scheme, terms: [...scheme.terms, term] } : scheme)) };
    whatIf.request(learned);
    nextFrame();
    expect(whatIf.frame.problems[0]).toContain('being fitted');
    const before = whatIf.frame.schemes[0]!.priced.advantage.slice();
    const batch = whatIf.scene.batch;
    const { table } = onTable(whatIf.scene);
    const rows = Float64Array.from({ length: table.rows }, (_, row) => Math.sin(row));
    whatIf.useLearned(table, { learnedReward: rows, learnedSpread: rows, learnedSingle: rows }, learned, learned);
    nextFrame();
    expect(whatIf.frame.problems[0]).toBeNull();
    expect(whatIf.scene.batch).toBe(batch);
    expect(whatIf.frame.schemes[0]!.priced.advantage).toEqual(priced(whatIf, learned.schemes[0] as SchemeSpec, 0));
    expect(whatIf.frame.schemes[0]!.priced.advantage).not.toEqual(before);

    const more = { ...learned, training: { ...learned.training, rewardModel: { pairs: 2000 } } };
    whatIf.request(more);
    nextFrame();
    expect(whatIf.frame.problems[0], 'other labels are another reward').toContain('being fitted');
    whatIf.request(learned);
    nextFrame();
    expect(whatIf.frame.problems[0], 'undo finds the old one').toBeNull();
  });

  test("shows another policy's rollouts under that policy's exact advantage", () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const { table } = onTable(whatIf.scene);
    const logits = Float64Array.from({ length: table.S * table.A }, (_, k) => (k % 2 === 0 ? 0 : 1.5));
    const snapshot = { scheme: 1, seed: 0, iteration: 9, logits, critic: null, rewardState: [], estimatorState: undefined, learned: null };
    whatIf.showRolloutsOf({ iteration: 9, snapshot }, spec);
    nextFrame();
    expect(whatIf.scene.objective).toBeLessThan(0.5);
    const { exact, batch, values } = onTable(whatIf.scene);
    expect(exact).toEqual(batch.gatherExact(values.advantage));
    whatIf.showRolloutsOf(STARTING_POLICY, spec);
    nextFrame();
    expect(whatIf.scene.objective).toBeCloseTo(0.9638, 4);
  });
});

test('the most telling step is one at which the followed scheme has the wrong sign', () => {
  const { scene, frame } = new WhatIf(spec, plugins, schedule);
  const step = mostTellingStep(scene, frame.schemes, 1)!;
  const k = step.trajectory * scene.batch.maxLen + step.step;
  expect(frame.schemes[1]!.priced.advantage[k]! * scene.exact[k]!).toBeLessThan(0);
});

describe('consequences of a slider', () => {
  const track: Track = { kind: 'weight', scheme: 1, term: 1, min: 0, max: 1 };

  test('are those of moving it there', () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const idle: ((left: () => number) => void)[] = [];
    const consequences = new Consequences(plugins, () => ({ scene: whatIf.scene, schemes: spec.schemes as SchemeSpec[] }), (callback) => void idle.push(callback));
    consequences.activate(track);
    expect(consequences.track(track)).toBeNull();
    while (idle.length > 0) idle.shift()!(() => 0);
    const points = consequences.track(track)!;
    expect(idle).toHaveLength(0);
    const response = consequences.response({ trajectory: 6, step: 3 })!;
    points.value.forEach((value, j) => {
      const advantage = priced(whatIf, withValue(spec.schemes[1] as SchemeSpec, track, value), 1);
      const cosine = cosineOf(whatIf.scene, advantage, new Float64Array(whatIf.scene.gradient.length));
      expect(points.cosine[j]).toEqual(cosine);
      expect(response.advantage[j]).toBeCloseTo(advantage[6 * whatIf.scene.batch.maxLen + 3]!, 5);
    });
  });

  test('are computed anew when something else of the scheme changes, not when the slider itself moves', () => {
    const whatIf = new WhatIf(spec, plugins, schedule);
    const idle: ((left: () => number) => void)[] = [];
    let schemes = spec.schemes as SchemeSpec[];
    const consequences = new Consequences(plugins, () => ({ scene: whatIf.scene, schemes }), (callback) => void idle.push(callback));
    consequences.track(track);
    while (idle.length > 0) idle.shift()!(() => 0);
    schemes = schemes.map((scheme, k) => (k === 1 ? withValue(scheme, track, 0.7) : scheme));
    consequences.track(track);
    expect(idle).toHaveLength(0);
    schemes = schemes.map((scheme, k) => (k === 1 ? { ...scheme, clip: 0.5 } : scheme));
    consequences.track(track);
    expect(idle).toHaveLength(1);
  });
});
