import './sized-jsdom';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import MergedTree from '../../src/charts/MergedTree.svelte';
import type { MergedSteps } from '../../src/core/contracts/merged-steps';

const merged: MergedSteps = {
  title: 'Beginnings of this group',
  values: 'the mean return of those who share the beginning',
  unit: 'attempt',
  selected: 2,
  nodes: [
    { parent: -1, name: 'start', kind: 'root', value: 0.5, count: 3, isOwn: true, at: null },
    { parent: 0, name: 'a1', kind: 'action', value: 0.5, count: 3, isOwn: true, at: { trajectory: 4, step: 0 } },
    { parent: 1, name: 'a2', kind: 'action', value: 1, count: 1, isOwn: true, at: { trajectory: 4, step: 1 } },
    { parent: 1, name: 'a3', kind: 'action', value: 0.25, count: 2, isOwn: false, at: { trajectory: 6, step: 1 } },
  ],
};

let mounted: Record<string, unknown> | undefined;
afterEach(async () => {
  if (mounted) await unmount(mounted);
  mounted = undefined;
});

function show() {
  const heard = { onhover: vi.fn(), onselect: vi.fn() };
  mounted = mount(MergedTree, { target: document.body, props: { merged, nameOf: ({ name }: { name: string }) => `call ${name}`, ...heard } });
  flushSync();
  const items = [...document.querySelectorAll<SVGElement>('[role="treeitem"]')];
  return { ...heard, items, words: () => document.querySelector('.words')!.textContent };
}

test('every node says what it is, who shares it and what it changes; the tree sums itself up', () => {
  const { items } = show();
  expect(document.querySelector('[role="tree"]')!.getAttribute('aria-label')).toBe(
    'Beginnings of this group: 4 nodes, 4 drawn. A number is the mean return of those who share the beginning. Arrow keys move, Enter selects the step.',
  );
  expect(items.map((item) => item.getAttribute('aria-label'))).toEqual([
    '3 attempts: 0.50. On the way of this attempt.',
    'call a1, 3 attempts: 0.50, as before. On the way of this attempt.',
    'call a2, 1 attempt: 1.00, +0.50 on what came before. The selected step.',
    'call a3, 2 attempts: 0.25, −0.25 on what came before.',
  ]);
  expect(items.map((item) => [item.getAttribute('tabindex'), item.getAttribute('aria-selected'), item.getAttribute('aria-level')])).toEqual([
    ['-1', 'false', '1'],
    ['-1', 'false', '2'],
    ['0', 'true', '3'],
    ['-1', 'false', '3'],
  ]);
});

test('arrow keys move the focus and show the step elsewhere; Enter selects it', () => {
  const { items, onhover, onselect, words } = show();
  items[2]!.focus();
  flushSync();
  items[2]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
  flushSync();
  expect(document.activeElement).toBe(items[3]);
  expect(onhover).toHaveBeenLastCalledWith({ trajectory: 6, step: 1 });
  expect(words()).toContain('call a3');
  items[3]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  expect(onselect).toHaveBeenCalledWith({ trajectory: 6, step: 1 });
});

test('a click selects; the root leads nowhere', () => {
  const { items, onselect } = show();
  items[0]!.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  expect(onselect).not.toHaveBeenCalled();
  items[1]!.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  expect(onselect).toHaveBeenCalledWith({ trajectory: 4, step: 0 });
});
