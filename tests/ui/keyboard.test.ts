import { beforeEach, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { Lab } from '../../src/state/lab.svelte';
import { METRICS } from '../../src/worker/protocol';
import { handleKey, storeShortcutChoice } from '../../src/ui/keyboard';

let lab: Lab;
let panel: HTMLElement;
let field: HTMLInputElement;

beforeEach(async () => {
  document.body.innerHTML = '<div class="lab"><button id="panel"></button><input id="field" type="text" /></div>';
  panel = document.querySelector('#panel')!;
  field = document.querySelector('#field')!;
  storeShortcutChoice(true);
  lab = new Lab((await loadPreset('boat-race'))!.spec, allPlugins(), { connect: () => Promise.reject(new Error('No worker in this test.')), metrics: METRICS });
});

function press(key: string, target: EventTarget = panel, more: KeyboardEventInit = {}): boolean {
  let meant = false;
  const listen = (event: Event) => (meant = handleKey(lab, event as KeyboardEvent));
  addEventListener('keydown', listen);
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));
  removeEventListener('keydown', listen);
  return meant;
}

test('letters follow a scheme, but only one that is there', () => {
  expect(press('c')).toBe(true);
  expect(lab.experiment.spec.view.scheme).toBe(2);
  expect(press('f')).toBe(false);
  expect(lab.experiment.spec.view.scheme).toBe(2);
});

test('brackets walk over wrong signs of the followed scheme, there and back', () => {
  lab.experiment.look({ scheme: 1 });
  const isWrong = () => {
    const { trajectory, step } = lab.selection.pinned!;
    const k = trajectory * lab.whatIf.scene.batch.maxLen + step;
    return lab.whatIf.frame.schemes[1]!.priced.advantage[k]! * lab.whatIf.scene.exact[k]! < 0;
  };
  press(']');
  const first = lab.selection.pinned;
  expect(isWrong()).toBe(true);
  press(']');
  expect(isWrong()).toBe(true);
  expect(lab.selection.pinned).not.toEqual(first);
  press('[');
  expect(lab.selection.pinned).toEqual(first);
});

test('Escape lets go of the pinned step', () => {
  press(']');
  expect(press('Escape')).toBe(true);
  expect(lab.selection.pinned).toBeNull();
});

test('undo and redo, with the modifier of either system', () => {
  lab.experiment.setTermWeight(1, 1, 0.5);
  press('z', panel, { ctrlKey: true });
  expect(lab.experiment.spec.schemes[1]!.terms[1]!.weight).toBe(0.2);
  press('Z', panel, { metaKey: true, shiftKey: true });
  expect(lab.experiment.spec.schemes[1]!.terms[1]!.weight).toBe(0.5);
});

test('single keys do nothing in a text field, outside the lab, or when turned off', () => {
  const before = lab.experiment.spec.view.scheme;
  const other = before === 0 ? 'b' : 'a';
  expect(press(other, field)).toBe(false);
  expect(press(other, document.body)).toBe(false);
  storeShortcutChoice(false);
  expect(press(other)).toBe(false);
  expect(lab.experiment.spec.view.scheme).toBe(before);
  storeShortcutChoice(true);
  expect(press(other)).toBe(true);
});
