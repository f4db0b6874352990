/** What a learned V is, as a person chooses it: every choice is written into the spec, and what was chosen stays where it can. */
import '../charts/sized-jsdom';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { readSpec } from '../../src/core/experiment/spec';
import { setLab } from '../../src/state/context';
import { Lab } from '../../src/state/lab.svelte';
import CriticSettings from '../../src/ui/more/CriticSettings.svelte';
import { METRICS } from '../../src/worker/protocol';

let lab: Lab;
let mounted: Record<string, unknown>;

beforeEach(async () => {
  lab = new Lab((await loadPreset('boat-race'))!.spec, allPlugins(), { connect: () => Promise.reject(new Error('No worker in this test.')), metrics: METRICS });
  const Host = ((anchor: never) => {
    setLab(lab);
    return (CriticSettings as unknown as (anchor: never, props: unknown) => unknown)(anchor, {});
  }) as never;
  mounted = mount(Host, { target: document.body }) as Record<string, unknown>;
});
afterEach(async () => {
  await unmount(mounted);
  lab.close();
});

const critic = () => {
  flushSync();
  expect(readSpec(lab.experiment.spec)).toHaveProperty('spec');
  return lab.experiment.spec.training.critic;
};
const groups = () => [...document.querySelectorAll<HTMLElement>('[role=group]')].map((group) => group.getAttribute('aria-label'));
function pick(group: string, choice: string): void {
  flushSync();
  const buttons = document.querySelector(`[role=group][aria-label="${group}"]`)!.querySelectorAll('button');
  [...buttons].find((button) => button.textContent!.trim() === choice)!.click();
}

test('a table of logits has a table as its critic, a network any of the three', () => {
  expect(groups()).toEqual([]);
  lab.experiment.setPolicy({ kind: 'mlp', hidden: [24], activation: 'relu' });
  pick('Critic', 'Shared');
  expect(critic()).toEqual({ kind: 'shared', weight: 0.5 });
  pick('Critic', 'Table');
  expect(critic()).toBeUndefined();
});

test('a critic network begins like the policy’s, takes layers of its own, and gives them back', () => {
  lab.experiment.setPolicy({ kind: 'mlp', hidden: [24], activation: 'relu' });
  pick('Critic', 'Network');
  expect(critic()).toEqual({ kind: 'network', learningRate: 0.01 });
  pick('Layers of the critic', 'MLP');
  expect(critic()).toEqual({ kind: 'network', learningRate: 0.01, mlp: { hidden: [24], activation: 'relu' } });
  pick('Critic’s activation', 'GELU');
  expect(critic()).toMatchObject({ mlp: { hidden: [24], activation: 'gelu' } });
  // Beside weights that were trained before, too: they take one more output.
  lab.experiment.setPolicy({ kind: 'transformer', width: 32, layers: 2, heads: 4, pretrained: 'token-transformer' });
  expect(critic()).toMatchObject({ mlp: { hidden: [24], activation: 'gelu' } });
  pick('Layers of the critic', 'Like the policy’s');
  expect(critic()).toEqual({ kind: 'network', learningRate: 0.01 });
  pick('Critic', 'Shared');
  expect(critic()).toEqual({ kind: 'shared', weight: 0.5 });
});
