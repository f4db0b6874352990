/** The settings of the objective: what is ours says so, and a balance that moves is drawn. */
import '../charts/sized-jsdom';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { setLab } from '../../src/state/context';
import { Lab } from '../../src/state/lab.svelte';
import ObjectiveSettings from '../../src/ui/more/ObjectiveSettings.svelte';
import { METRICS, type FrameMessage } from '../../src/worker/protocol';

let lab: Lab;
let mounted: Record<string, unknown>;

afterEach(async () => {
  await unmount(mounted);
  lab.close();
});

/** Opens the settings of an objective on two schemes and two seeds, after `shares` by iteration, scheme and seed. */
async function open(id: string, shares: readonly (readonly number[])[] = []): Promise<string> {
  const { spec } = (await loadPreset('key-door'))!;
  const training = { ...spec.training, objective: { id, params: {} }, seeds: { first: 0, count: 2 } };
  lab = new Lab({ ...spec, schemes: spec.schemes.slice(0, 2), training }, allPlugins(), { connect: () => Promise.reject(new Error('No worker in this test.')), metrics: METRICS });
  const metrics = new Float64Array(4 * shares.length * METRICS.length).fill(Number.NaN);
  shares.forEach((row, iteration) => row.forEach((share, learner) => (metrics[(learner * shares.length + iteration) * METRICS.length + METRICS.indexOf('imitation')] = share)));
  lab.run.history.add({ learners: Int32Array.of(0, 1, 2, 3), from: 0, to: shares.length, metrics } as unknown as FrameMessage);
  const Host = ((anchor: never) => {
    setLab(lab);
    return (ObjectiveSettings as unknown as (anchor: never, props: unknown) => unknown)(anchor, {});
  }) as never;
  mounted = mount(Host, { target: document.body }) as Record<string, unknown>;
  flushSync();
  return document.body.textContent!.replace(/\s+/g, ' ');
}

test('a learned balance is drawn for each scheme, with its mean and spread over seeds', async () => {
  const text = await open('imitation-meta', [
    [0.5, 0.5, 0.5, 0.5],
    [0.6, 0.8, 0.05, 0.05],
  ]);
  expect(text).toContain('our definition');
  expect(text).toContain('mean over 2 seeds');
  const rows = [...document.querySelectorAll('li')];
  expect(rows.map((row) => row.textContent!.replace(/\s+/g, ' ').trim())).toEqual([expect.stringContaining('Sparse 70% (60% to 80%)'), expect.stringMatching(/Naive prox 5%$/)]);
  expect(rows.map((row) => row.querySelector('[role=img]')!.getAttribute('aria-label'))).toEqual(Array(2).fill('From 50% at first, over 2 iterations'));
});

test('nothing is drawn before the first iteration, nor where nothing is imitated', async () => {
  expect(await open('imitation-meta')).toContain('our definition');
  expect(document.querySelector('li')).toBeNull();
  await unmount(mounted);
  lab.close();
  expect(await open('reinforce', [[Number.NaN, Number.NaN, Number.NaN, Number.NaN]])).not.toContain('our definition');
  expect(document.querySelector('li')).toBeNull();
});
