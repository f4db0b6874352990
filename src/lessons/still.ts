/** A lesson as it is read without scripts: the whole text in one column, the answer at its end. */
import type { LessonCard } from './card';
import { lessons } from './index';
import type { Lesson } from './lesson';
import { blocksHtml, escapeHtml, inlineHtml, type ProseContext } from './prose';
import type { Recording } from './recording';

// All at once: pages are made at build time, when nothing can be loaded any more.
const texts = import.meta.glob('./texts/*.ts', { import: 'default', eager: true }) as Record<string, Lesson>;
const recordings = import.meta.glob('../../static/lessons/*.json', { import: 'default', eager: true }) as Record<string, Recording>;

/** One page: where it lies under `lesson/`, and what its file says. */
export interface StillPage {
  /** Empty for the list. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly html: string;
}

/** Every lesson's page and the list of them; `rootOf` gives the way from a page up to the site's root. Throws where a text or a recording is missing. */
export function stillPages(rootOf: (id: string) => string): StillPage[] {
  return [stillList(rootOf('')), ...lessons.map((card, k) => stillPage(card, k, rootOf(card.id)))];
}

function stillPage(card: LessonCard, k: number, root: string): StillPage {
  const lesson = texts[`./texts/${card.id}.ts`];
  const recording = recordings[`../../static/lessons/${card.id}.json`];
  if (!lesson || !recording) throw new Error(`The lesson ${card.id} has no ${lesson ? 'recording: run npm run lessons' : 'text'}.`);
  const context = { names: lesson.names, recording, root };
  const next = lessons[k + 1];
  const html = `<main class="lesson lesson-bare">
<p class="kicker">Lesson ${k + 1} of ${lessons.length}, about ${card.minutes} minutes</p>
<h1>${escapeHtml(card.title)}</h1>
<div class="prose">
${blocksHtml(lesson.intro, context)}
</div>
<p class="ask">${inlineHtml(lesson.ask, context)}</p>
${list(lesson.choices.map(({ text }) => text), context, 'plain-choices')}
<noscript>
${answer(lesson, context)}
<p>Sketching the curve, training it and trying the slider need JavaScript, which this page runs without.</p>
<p>${next ? `<a href="${root}lesson/${next.id}/">Next: ${escapeHtml(next.title)}</a> · ` : ''}<a href="${root}lesson/">All lessons</a></p>
</noscript>
</main>`;
  return { id: card.id, title: `${card.title} · Advantage Lab`, description: `${card.question} A lesson of about ${card.minutes} minutes: guess first, then train it in your browser tab.`, html };
}

function answer(lesson: Lesson, context: ProseContext): string {
  const right = lesson.choices.find((choice) => choice.right);
  return `<div class="prose">
<p><strong>${right ? inlineHtml(right.text, context) : ''}</strong>. ${right ? inlineHtml(right.reply, context) : ''}</p>
${blocksHtml(lesson.explain, context)}
<h2>What this shows</h2>
${list(lesson.shows, context)}
<h2>What it does not show</h2>
${list(lesson.doesNotShow, context)}
</div>`;
}

function list(items: readonly string[], context: ProseContext, name = 'list'): string {
  return `<ul class="${name}">${items.map((item) => `<li>${inlineHtml(item, context)}</li>`).join('')}</ul>`;
}

function stillList(root: string): StillPage {
  const items = lessons.map(({ id, title, question }) => `<li><a href="${root}lesson/${id}/">${escapeHtml(title)}</a>: ${escapeHtml(question)}</li>`);
  return {
    id: '',
    title: 'Lessons · Advantage Lab',
    description: `${lessons.length} short lessons on rewards and advantages: guess first, then train it in your browser tab.`,
    html: `<main class="lesson lesson-bare"><h1>Guess first</h1><ol class="list">${items.join('')}</ol></main>`,
  };
}
