/**
 * The keys of the lab, as intentions. Arrows, Home and End act in the focused heatmap itself. Single keys act
 * only while the focus is inside the lab, never in a text field or a menu, and can be turned off.
 */
import type { Lab } from '../state/lab.svelte';
import { isWrongSign } from '../core/diagnostics/batch-figures';

const STORED = 'advantage-lab/single-keys';

/** Whether the reader lets single keys act. */
export function shortcutChoice(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true;
  }
}

export function storeShortcutChoice(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, 'off');
  } catch {
    // A frame without storage asks again next time.
  }
}

/** Carries out a key; returns whether it meant something. */
export function handleKey(lab: Lab, event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return false;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    const key = event.key.toLowerCase();
    if (key === 'z' && !isTextField(event.target)) event.shiftKey ? lab.experiment.redo() : lab.experiment.undo();
    else if (key === 'y' && !event.shiftKey && !isTextField(event.target)) lab.experiment.redo();
    else return false;
    return true;
  }
  if (event.altKey || event.ctrlKey || event.metaKey || isTextField(event.target) || isInDialog(event.target)) return false;
  if (event.key === 'Escape') return lab.selection.release();
  if (!isInLab(event.target) || !shortcutChoice()) return false;
  if (event.key === '.') {
    void lab.run.step();
    return true;
  }
  if (event.key === ' ' && !isControl(event.target)) {
    void lab.run.toggle();
    return true;
  }
  if (event.key.toLowerCase() === 'k') {
    lab.checks.open();
    return true;
  }
  if (event.key === '[' || event.key === ']') return toWrongSign(lab, event.key === ']' ? 1 : -1);
  const scheme = 'abcdef'.indexOf(event.key.toLowerCase());
  if (event.key.length === 1 && scheme >= 0 && scheme < lab.experiment.spec.schemes.length) {
    lab.experiment.look({ scheme });
    return true;
  }
  return false;
}

/** The next or previous step at which the followed scheme has the wrong sign, row by row. */
function toWrongSign(lab: Lab, by: 1 | -1): boolean {
  const { scene, frame } = lab.whatIf;
  const priced = frame.schemes[lab.experiment.spec.view.scheme];
  if (!priced) return false;
  const { batch, exact } = scene;
  const most = scene.largestExact;
  const from = lab.selection.step;
  const total = batch.nTraj * batch.maxLen;
  const start = from ? from.trajectory * batch.maxLen + from.step : by > 0 ? -1 : total;
  for (let n = 1; n <= total; n++) {
    const k = (((start + n * by) % total) + total) % total;
    const trajectory = Math.floor(k / batch.maxLen);
    const step = k % batch.maxLen;
    if (step >= batch.length[trajectory] || !isWrongSign(priced.priced.advantage[k], exact[k], most)) continue;
    lab.selection.pin({ trajectory, step });
    return true;
  }
  return false;
}

function isInLab(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('.lab') !== null;
}

function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === 'text');
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, input, select, summary, [role="slider"]') !== null;
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[popover], dialog') !== null;
}
