/** Prose as HTML: one renderer for the page that a browser draws and for the file that is read without scripts. */
import type { Block, Lesson } from './lesson';
import type { Recording } from './recording';
import { slotText } from './slots';

/** What prose refers to. */
export interface ProseContext {
  readonly names: Lesson['names'];
  readonly recording: Recording;
  /** Way up to the site's root, ending in a slash. */
  readonly root: string;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A run of inline marks. Throws on a slot that nothing was recorded for and on a letter without a scheme. */
export function inlineHtml(text: string, context: ProseContext): string {
  return escapeHtml(text)
    .replace(/\{([^{}]+)\}/g, (_, slot: string) => `<span class="measured">${slotText(slot.replaceAll('&gt;', '>'), context.recording)}</span>`)
    .replace(/\[\[([A-F])\]\]/g, (_, letter: string) => schemeHtml(letter, context))
    .replace(/\[([^[\]]+)\]\(([^()\s]+)\)/g, (_, words: string, address: string) => `<a href="${addressOf(address, context)}">${words}</a>`)
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|[^\w])_([^_]+)_(?!\w)/g, '$1<var>$2</var>');
}

/** The words alone, for a title or a label. */
export function plainText(text: string, context: ProseContext): string {
  return text
    .replace(/\{([^{}]+)\}/g, (_, slot: string) => slotText(slot, context.recording))
    .replace(/\[\[([A-F])\]\]/g, '$1')
    .replace(/\[([^[\]]+)\]\([^()\s]+\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/(^|[^\w])_([^_]+)_(?!\w)/g, '$1$2');
}

export function blocksHtml(blocks: readonly Block[], context: ProseContext): string {
  return blocks.map((block) => blockHtml(block, context)).join('\n');
}

function blockHtml(block: Block, context: ProseContext): string {
  if (typeof block === 'string') return `<p>${inlineHtml(block, context)}</p>`;
  if ('heading' in block) return `<h2>${inlineHtml(block.heading, context)}</h2>`;
  if ('formula' in block) return `<p class="formula">${inlineHtml(block.formula, context)}</p>`;
  if ('term' in block) {
    return `<aside class="definition ${block.kind}"><var aria-hidden="true">${escapeHtml(block.symbol)}</var><p><strong>${escapeHtml(block.term)}</strong>: ${inlineHtml(block.text, context)}</p></aside>`;
  }
  const { head, rows } = block.table;
  const cells = (row: readonly string[]) => row.map((cell, k) => (k === 0 ? `<th scope="row">${inlineHtml(cell, context)}</th>` : `<td>${inlineHtml(cell, context)}</td>`)).join('');
  return `<table><thead><tr>${head.map((cell) => `<th scope="col">${inlineHtml(cell, context)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table>`;
}

function schemeHtml(letter: string, { names }: ProseContext): string {
  const name = names[letter];
  if (!name) throw new Error(`No scheme of this lesson has the letter ${letter}.`);
  return `<span class="scheme ${letter.toLowerCase()}"><b>${letter}</b>${escapeHtml(name)}</span>`;
}

/** `ref:grpo` is a page of the reference, `lesson:ID` another lesson; other addresses stay as they are. */
function addressOf(address: string, { root }: ProseContext): string {
  const [kind, id] = address.split(':');
  if (kind === 'ref') return `${root}reference/${id}/`;
  if (kind === 'lesson') return `${root}lesson/${id}/`;
  return address;
}
