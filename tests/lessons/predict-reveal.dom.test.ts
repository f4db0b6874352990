import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lessons } from '../../src/lessons/index';
import { loadLesson, loadRecording } from '../../src/lessons/load';
// What a reveal loads is loaded here, so that nothing is still on its way when the page is gone.
import '../../src/ui/lesson/LessonLook.svelte';
import Host from './LessonHost.svelte';

const card = lessons.find(({ id }) => id === 'boat-that-never-finishes')!;
let target: HTMLElement;
let page: object;

async function open(): Promise<void> {
  const [lesson, recording] = await Promise.all([loadLesson(card.id), loadRecording(card.id)]);
  target = document.body.appendChild(document.createElement('div'));
  page = mount(Host, { target, props: { card, lesson: lesson!, recording: recording! } });
  flushSync();
}

const button = (text: string) => [...target.querySelectorAll('button')].find((one) => one.textContent?.trim() === text);
const sketch = () => target.querySelector<HTMLElement>('[role="slider"][aria-label="Your sketch"]');
const press = (element: Element, key: string) => {
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  flushSync();
};

beforeEach(async () => {
  localStorage.clear();
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  await open();
});
afterEach(async () => {
  void unmount(page);
  target.remove();
  await vi.dynamicImportSettled();
});

describe('predict, then reveal', () => {
  it('shows nothing of the answer before the reveal', () => {
    expect(target.textContent).not.toContain('B found something better than finishing');
    expect(target.textContent).not.toContain('What happened');
    expect(target.querySelectorAll('.curve')).toHaveLength(0);
    expect(target.querySelectorAll('text.end')).toHaveLength(0);
    expect(target.querySelector('.sketch svg')!.getAttribute('aria-label')).not.toMatch(/B Dense/);
  });

  it('draws by keys: up bends the curve at the handle, left moves it, the start stays', () => {
    expect(target.querySelector('.own')).toBeNull();
    press(sketch()!, 'ArrowDown');
    const path = () => target.querySelector('.own')!.getAttribute('d')!;
    expect(path()).toMatch(/^M/);
    const first = sketch()!.getAttribute('aria-valuetext')!;
    expect(first).toContain('Iteration 300');
    press(sketch()!, 'ArrowLeft');
    expect(sketch()!.getAttribute('aria-valuetext')).toContain('Iteration 288');
    const drawn = path();
    for (let k = 0; k < 5; k++) press(sketch()!, 'ArrowDown');
    expect(Number(sketch()!.getAttribute('aria-valuenow'))).toBeLessThan(0.95);
    expect(drawn).not.toBe(path());
    expect(target.querySelector('.hint')!.textContent).toBe('starts at 96%');
    button('Clear')!.click();
    flushSync();
    expect(target.querySelector('.own')).toBeNull();
  });

  it('takes a guess, reveals, says what happened and keeps the answer for the next visit', async () => {
    expect(button('Reveal')).toBeUndefined();
    target.querySelectorAll<HTMLInputElement>('input[type="radio"]')[1]!.click();
    flushSync();
    button('Reveal')!.click();
    flushSync();
    expect(target.textContent).toContain('B found something better than finishing');
    expect(target.querySelector('fieldset')!.disabled).toBe(true);
    expect(target.querySelector('label.right')!.textContent).toContain('It falls to almost nothing');
    expect(target.querySelector('label.chosen')!.textContent).toContain('Your answer');
    expect(target.querySelectorAll('.curve')).toHaveLength(2);
    expect(target.textContent).toContain('Recorded');
    void unmount(page);
    target.remove();
    await open();
    expect(target.querySelector('label.chosen')!.textContent).toContain('Your answer');
    button('Guess again')!.click();
    flushSync();
    expect(target.textContent).not.toContain('What happened');
  });

  it('ignores what it cannot read in storage', async () => {
    for (const broken of ['{', '{"choice":"x","sketch":[1,2],"isRevealed":"yes"}', 'null']) {
      void unmount(page);
      target.remove();
      localStorage.setItem(`advantage-lab/lesson/${card.id}`, broken);
      await open();
      expect(target.querySelector('.own')).toBeNull();
      expect(target.textContent).not.toContain('What happened');
    }
  });
});
