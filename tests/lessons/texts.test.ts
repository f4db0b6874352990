import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { readSpec } from '../../src/core/experiment/spec';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import { lessonExperiment, setPointer } from '../../src/lessons/experiment';
import { lessons, TOPICS } from '../../src/lessons/index';
import type { Block } from '../../src/lessons/lesson';
import { loadRecording } from '../../src/lessons/load';
import { blocksHtml, inlineHtml, plainText } from '../../src/lessons/prose';
import { slotFigure, slotText } from '../../src/lessons/slots';
import { stillPages } from '../../src/lessons/still';
import { allLessons } from './claims';

const all = await allLessons();
const plugins = allPlugins();
const known = new Set((['scenario', 'reward', 'estimator', 'objective'] as const).flatMap((kind) => plugins.list(kind).map(({ id }) => id)));

/** The number at a JSON Pointer, or undefined. */
function numberAt(root: unknown, pointer: string): number | undefined {
  let at: unknown = root;
  for (const key of pointer.split('/').slice(1)) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return typeof at === 'number' ? at : undefined;
}

describe.each(all.map((one) => [one.lesson.id, one] as const))('the text of %s', (_, { card, lesson }) => {
  it('has every number that it names, and its schemes', async () => {
    const context = { names: lesson.names, recording: (await loadRecording(lesson.id))!, root: '../../' };
    const rest = [...lesson.shows, ...lesson.doesNotShow, ...lesson.teacher.ask, ...lesson.teacher.wrong, lesson.look.says, lesson.trial.says, ...lesson.figures.map(({ says }) => says)];
    const html = [blocksHtml(lesson.intro, context), blocksHtml(lesson.explain, context), ...rest.map((text) => inlineHtml(text, context))].join('\n');
    expect(html).not.toMatch(/[{}]|\[\[|\*\*|undefined|NaN/);
    expect(plainText(lesson.ask, context)).not.toMatch(/[{}]|\[\[/);
    for (const { slot } of lesson.figures) expect(slotText(slot, context.recording)).toBeTruthy();
    for (const { slot } of lesson.figures) expect(slotFigure(slot, context.recording).summary.values.length).toBe(context.recording.seeds);
  });

  it('refers to pages that exist', () => {
    const text = JSON.stringify(lesson);
    for (const [, id] of text.matchAll(/ref:([a-z0-9-]+)/g)) expect([...known]).toContain(id);
    for (const [, id] of text.matchAll(/lesson:([a-z0-9-]+)/g)) expect(lessons.map((other) => other.id)).toContain(id);
  });

  it('names as many schemes as it compares, sketches one of them and has one thing that happened', () => {
    expect(lesson.id).toBe(card.id);
    expect(Object.keys(lesson.names)).toEqual(['A', 'B', 'C', 'D', 'E', 'F'].slice(0, card.schemes.length));
    expect(Object.keys(lesson.names)).toContain(lesson.sketch);
    expect(lesson.choices.filter(({ right }) => right)).toHaveLength(1);
    expect(lesson.figures).toHaveLength(3);
    expect(TOPICS).toContain(card.topic);
  });

  it('runs an experiment that a link can hold, and its slider moves it at every stop', async () => {
    const spec = await lessonExperiment(card, lesson);
    expect(readSpec(spec)).toEqual({ spec });
    const { failures, problems } = resolveExperiment(spec, plugins);
    expect([failures, problems]).toEqual([[], []]);
    const { pointers, stops, value } = lesson.trial;
    const values = Array.isArray(stops) ? (stops as number[]) : [(stops as { min: number }).min, (stops as { max: number }).max];
    for (const pointer of pointers) expect(numberAt(spec, pointer) ?? value).toBe(value);
    for (const stop of values) {
      const moved = readSpec(pointers.reduce((changed, pointer) => setPointer(changed, pointer, stop), spec));
      expect(moved).toHaveProperty('spec');
      const resolved = resolveExperiment((moved as { spec: typeof spec }).spec, plugins);
      expect([stop, resolved.failures, resolved.problems]).toEqual([stop, [], []]);
    }
    if (Array.isArray(stops)) expect(stops).toContain(value);
  });

  it('keeps numbers that were measured out of its prose', () => {
    const prose = [...lesson.intro, ...lesson.explain].map((block: Block) => (typeof block === 'string' ? block : '')).join(' ');
    expect(prose.replace(/\{[^}]*\}/g, '')).not.toMatch(/\d\.\d{3,}|\d{2}\.\d+ ?%/);
  });
});

describe('pages without scripts', () => {
  it('hold title, question and the whole text of each lesson', () => {
    const pages = stillPages((id) => (id === '' ? '../' : '../../'));
    expect(pages.map(({ id }) => id)).toEqual(['', ...lessons.map(({ id }) => id)]);
    for (const { id, html, title, description } of pages) {
      expect(title).toContain('Advantage Lab');
      expect(description.length).toBeGreaterThan(40);
      if (id !== '') expect(html.match(/<p>/g)!.length).toBeGreaterThan(6);
      expect(html).not.toMatch(/ style=|<script|[{}]/);
    }
  });
});

describe('slots', () => {
  const summary = (values: number[]) => ({ mean: values.reduce((sum, x) => sum + x, 0) / values.length, sd: 0.031, values });
  const recording = { lesson: 'x', seeds: 3, truth: 'success', units: { success: 'share', steps: 'count', cosine: 'number' }, arms: { A: { iterations: 9, figures: { 'success@9': summary([0.2, 0.6, 1]), 'success@0': summary([0.00025, 0.00025, 0.00025]), 'steps@9': summary([2.04, 2.04, 2.04]), 'cosine@0': summary([-0.25, -0.25, -0.25]) } } } } as const;

  it.each([
    ['A.success', '60%'],
    ['A.success@0', 'under 1%'],
    ['A.success@0|odds', 'one in 4,000'],
    ['A.success|sd', '3 points'],
    ['A.success|range', '20% to 100%'],
    ['A.success|solved', '2 of 3'],
    ['A.success|lost', '1 of 3'],
    ['A.success-A.success@0', '60 points'],
    ['A.steps', '2.0'],
    ['A.cosine@0', '−0.25'],
    ['A.cosine@0|digits', '−0.2500'],
    ['seeds', '3'],
  ])('{%s} reads %s', (slot, text) => {
    expect(slotText(slot, recording)).toBe(text);
  });

  it('refuses what was not recorded', () => {
    expect(() => slotText('B.success', recording)).toThrow('nothing was recorded for B.success');
    expect(() => slotText('A.success@5', recording)).toThrow('A.success@5');
    expect(() => slotText('A success', recording)).toThrow('is no slot');
  });
});
