/** The builder as a person uses it: every control writes the scheme, prices follow, warnings stand beside their cause. */
import '../charts/sized-jsdom';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import type { SchemeSpec } from '../../src/core/scheme/scheme-spec';
import { setLab } from '../../src/state/context';
import { Lab } from '../../src/state/lab.svelte';
import SchemeBuilder from '../../src/ui/builder/SchemeBuilder.svelte';
import { setSiteRoot } from '../../src/ui/site-root';
import { setTheme, ThemeChoice } from '../../src/ui/theme.svelte';
import { METRICS } from '../../src/worker/protocol';

let lab: Lab;
let mounted: Record<string, unknown>;

beforeEach(async () => {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => (callback(), 0));
  HTMLElement.prototype.hidePopover = function () {};
  lab = new Lab((await loadPreset('boat-race'))!.spec, allPlugins(), { connect: () => Promise.reject(new Error('No worker in this test.')), metrics: METRICS });
});
afterEach(async () => {
  await vi.dynamicImportSettled();
  await unmount(mounted);
  lab.close();
  vi.unstubAllGlobals();
});

/** Mounts the builder of a scheme inside a component that hands down what pages hand down. */
function open(scheme: number): void {
  const Host = ((anchor: never, props: { scheme: number }) => {
    setLab(lab);
    setSiteRoot('https://example.org/');
    setTheme(new ThemeChoice());
    return (SchemeBuilder as unknown as (anchor: never, props: unknown) => unknown)(anchor, props);
  }) as never;
  mounted = mount(Host, { target: document.body, props: { scheme } as never }) as Record<string, unknown>;
  flushSync();
}

const spec = (scheme = 2) => lab.experiment.spec.schemes[scheme] as SchemeSpec;
const named = (name: string | RegExp, within: ParentNode = document.body): HTMLElement => {
  const fits = (text: string | null | undefined) => text != null && (typeof name === 'string' ? text.trim() === name : name.test(text.trim()));
  const found = [...within.querySelectorAll<HTMLElement>('button, input, select, article, summary')].filter((element) => fits(element.getAttribute('aria-label')) || fits(element.textContent));
  if (found.length === 0) throw new Error(`There is no control ${String(name)}.`);
  return found[0];
};
const click = (name: string | RegExp, within?: ParentNode) => (named(name, within).click(), flushSync());
const term = (number: number) => named(new RegExp(`^Term ${number},`));
function fill(name: string | RegExp, value: string, within?: ParentNode): void {
  const field = named(name, within) as HTMLInputElement;
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event(field.tagName === 'SELECT' || field.type === 'range' ? 'change' : 'blur', { bubbles: true }));
  flushSync();
}
/** Opens the panel behind a button; jsdom knows no popovers. */
function unfold(name: string | RegExp, within?: ParentNode): void {
  const panel = document.getElementById(named(name, within).getAttribute('popovertarget')!)!;
  panel.dispatchEvent(Object.assign(new Event('toggle'), { newState: 'open' }));
  flushSync();
}
const quiet = async () => {
  for (let task = 0; task < 4; task++) await new Promise((done) => setTimeout(done));
  flushSync();
};
const text = (element: ParentNode = document.body) => (element as HTMLElement).textContent!.replace(/\s+/g, ' ');

describe('a term', () => {
  test('says what it pays in a sentence that follows every edit', () => {
    open(2);
    expect(text(term(2))).toContain('Pays 0.2 × “Checkpoint”, only when the outcome is above 0.');
    fill('Weight of Checkpoints, as a number', '0.5', term(2));
    expect(spec().terms[1].weight).toBe(0.5);
    expect(text(term(2))).toContain('Pays 0.5 × “Checkpoint”');
  });

  test('takes a transform from the menu, and its settings', () => {
    open(2);
    const before = lab.whatIf.frame.schemes[2]!.priced.advantage.slice();
    unfold('Transform', term(2));
    click(/^First times only/, term(2));
    expect(spec().terms[1].transforms).toEqual([{ kind: 'first', count: 3 }]);
    expect(lab.whatIf.frame.schemes[2]!.priced.advantage).not.toEqual(before);
    unfold('at most 3 times', term(2));
    fill('Payments that count', '1', term(2));
    expect(spec().terms[1].transforms).toEqual([{ kind: 'first', count: 1 }]);
    click('Remove', term(2));
    expect(Object.hasOwn(spec().terms[1], 'transforms')).toBe(false);
    expect(lab.whatIf.frame.schemes[2]!.priced.advantage).toEqual(before);
  });

  test('moves over training, with a curve that is also words', () => {
    open(2);
    click('Over training', term(2));
    click('Linear', term(2));
    expect(spec().terms[1].schedule).toEqual({ kind: 'linear', start: 0, end: 150, to: 0 });
    fill('Weight of Checkpoints: last iteration', '100', term(2));
    fill('Weight of Checkpoints: value at the end', '0.05', term(2));
    expect(term(2).querySelector('svg[role=img]')!.getAttribute('aria-label')).toBe('Weight of Checkpoints: 0.20 in iteration 0, 0.05 at the end of a run of 300.');
    expect(text(term(2))).toContain('from iteration 0 to 100 falling to 0.05.');
    click('Phases', term(2));
    expect(spec().terms[1].schedule).toEqual({ kind: 'steps', phases: [{ at: 150, value: 0 }] });
    click('Constant', term(2));
    expect(Object.hasOwn(spec().terms[1], 'schedule')).toBe(false);
  });

  test('is copied, moved, named and removed; a gate goes on reading the same one', () => {
    lab.experiment.setGate(2, { source: '', term: 1, threshold: 0.5, inclusive: false, softness: 0 });
    open(2);
    click('Move Checkpoints up');
    expect(spec().terms.map(({ label }) => label)).toEqual(['Checkpoints', 'Outcome']);
    expect(spec().gate!.term).toBe(0);
    click('Duplicate Checkpoints');
    expect([spec().terms.length, spec().gate!.term]).toEqual([3, 0]);
    fill('Name of term 1', 'Buoys');
    const field = named('Name of term 1') as HTMLInputElement;
    field.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
    expect(spec().terms[0].label).toBe('Buoys');
    click('Remove Buoys');
    expect(spec().terms.map(({ label }) => label)).toEqual(['Checkpoints', 'Outcome']);
    expect(spec().gate).toBeNull();
    for (let k = 0; k < 4; k++) lab.experiment.undo();
    flushSync();
    expect(spec().terms.map(({ label }) => label)).toEqual(['Outcome', 'Checkpoints']);
    expect(spec().gate!.term).toBe(1);
  });

  test('is put behind the gate, which scenarios and other terms can open', () => {
    open(2);
    click('Add a condition');
    fill('Condition 2: reads', 'term:1');
    expect(spec().gate!.also).toEqual([{ source: '', term: 1, threshold: 0, inclusive: false, softness: 0 }]);
    click('Any of them');
    expect(spec().gate!.combine).toBe('any');
    fill('Condition 2: softness, as a number', '0.4');
    expect(text()).toContain('more the further the outcome is above 0 or the total of “Checkpoints” exceeds 0');
    click('Remove condition 2');
    expect(spec().gate).toEqual({ source: 'outcome', threshold: 0, inclusive: false, softness: 0 });
    const behind = term(2).querySelector<HTMLInputElement>('input[type=checkbox]')!;
    behind.click();
    flushSync();
    expect(spec().terms[1].gated).toBe(false);
  });
});

describe('warnings', () => {
  test('stand in the card of the term that causes them, and a button does what is advised; undo brings it back', async () => {
    open(1);
    await quiet();
    expect(text(term(2))).toContain('can be farmed');
    expect(text(term(1))).not.toContain('can be farmed');
    click('Pay it once', term(2));
    await quiet();
    expect(text(term(2))).not.toContain('can be farmed');
    expect(spec(1).terms[1].transforms).toEqual([{ kind: 'first', count: 1 }]);
    lab.experiment.undo();
    flushSync();
    await quiet();
    expect(text(term(2))).toContain('can be farmed');
    expect(text()).toContain('1 law is broken');
  });

  test('stand at the gate for the gate', async () => {
    open(2);
    fill('Condition 1: threshold, as a number', '7');
    await quiet();
    expect(text(document.querySelector('[aria-labelledby=builder-gate]')!)).toContain('The gate is shut for all 128 rollouts');
  });
});

describe('the preview', () => {
  test('shows each term as it comes and as it is paid, and its share of the variance', async () => {
    lab.selection.pin({ trajectory: 0, step: 0 });
    open(2);
    await quiet();
    const preview = document.querySelector('[aria-label=Preview]')!;
    expect([...preview.querySelectorAll('.lane')].map((lane) => lane.querySelector('.label')!.textContent)).toEqual(['As it comes', 'As paid']);
    expect(text(preview)).toMatch(/2\. Checkpoints ?−?\d+% ?σ/);
  });
});

describe('the list of constructions', () => {
  test('is searched and filtered; what cannot be priced here says why and does nothing', async () => {
    open(0);
    click('Add a term');
    await vi.waitFor(() => expect(text()).toMatch(/\d+ of \d\d/), { timeout: 20_000 });
    fill('Family', 'shaping');
    fill('Find a construction', 'potential');
    const off = [...document.querySelectorAll<HTMLElement>('[aria-label="Reward constructions"] button[aria-disabled=true]')];
    expect(off.length).toBeGreaterThan(0);
    off[0].click();
    flushSync();
    expect(spec(0).terms).toHaveLength(1);
    click(/^Potential-based shaping/);
    expect(spec(0).terms.map(({ reward }) => reward)).toEqual(['outcome', 'pbrs']);
    await quiet();
    expect(text(document.querySelector('[aria-labelledby=builder-shaping]')!)).toContain('not one advantage changes');
  });
});
