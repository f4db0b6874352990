import { expect, test } from 'vitest';
import { entries } from '../../src/app/record-gallery';
import { decodeLink } from '../../src/codec/link';
import { findPresetSpec, loadPreset, presetIds } from '../../src/core/experiment/presets';
import { TOPICS } from '../../src/core/experiment/topics';
import { lessons } from '../../src/lessons';
import { TOPIC_TITLES } from '../../src/ui/gallery/gallery-entry';

/** True when every tag that opens is closed by its own. */
function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const [, close, name, empty] of text.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (!close && !empty) open.push(name);
    else if (close && open.pop() !== name) return false;
  }
  return open.length === 0;
}

const experiments = entries.filter(({ kind }) => kind === 'experiment');

test('every preset and every lesson has a card', () => {
  expect(experiments.map(({ id }) => id)).toEqual(presetIds());
  expect(entries.filter(({ kind }) => kind === 'lesson').map(({ id }) => id)).toEqual(lessons.map(({ id }) => id));
});

test.each(entries.map((entry) => [`${entry.kind} ${entry.id}`, entry] as const))('%s: its topics are tabs, its picture is small and has colour', (_, { topics, picture, question, schemes }) => {
  expect(topics.length).toBeGreaterThan(0);
  for (const topic of topics) expect(TOPIC_TITLES).toHaveProperty(topic);
  expect(question).toMatch(/^[A-Z].*\?$/);
  expect(schemes.length).toBeGreaterThan(0);
  expect(picture.length).toBeLessThan(12_000);
  expect(picture).toMatch(/^<svg viewBox="0 0 [\d.]+ [\d.]+"/);
  expect(picture).not.toMatch(/NaN|undefined|Infinity|style=|<script|\son\w+=/);
  // A sign of an advantage, or a shade: something that was computed.
  expect(picture).toMatch(/class="[^"]*\b(l-)?[pmf][1-9]\b/);
  expect(isBalanced(picture)).toBe(true);
});

test('the address of a card opens its preset as it ships', async () => {
  for (const { id, address } of experiments) {
    const read = await decodeLink(new URL(address, 'https://host/').hash, findPresetSpec);
    expect('spec' in read && read.spec).toEqual((await loadPreset(id))!.spec);
  }
});

test('every tab has cards', () => {
  for (const topic of TOPICS) expect(entries.some(({ topics }) => topics.includes(topic)), topic).toBe(true);
});
