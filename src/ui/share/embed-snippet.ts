/**
 * The HTML that puts one state of the lab into a post: the running frame, and below it, in the same place, a link
 * with a still picture of that very state. Where a frame is cut out (feed readers, mail, strict editors) or hidden
 * (content blockers), the picture and the link are what is left.
 *
 * No script and no event handler; everything from the experiment is escaped.
 */
export interface SnippetOptions {
  /** Address of the embed with the state in its fragment. */
  readonly embed: string;
  /** Address of the lab with the same state. */
  readonly lab: string;
  readonly size: EmbedSize;
  readonly title: string;
  /** Address of the still picture, usually `data:`. */
  readonly picture: string;
  /** What the picture shows. */
  readonly words: string;
}

export interface EmbedSize {
  readonly id: 'post' | 'wide' | 'phone';
  readonly title: string;
  /** Pixels; null is as wide as the text around it. */
  readonly width: number | null;
  readonly height: number;
}

export const EMBED_SIZES: readonly EmbedSize[] = [
  { id: 'post', title: '720 × 420', width: 720, height: 420 },
  { id: 'wide', title: 'Full width', width: null, height: 480 },
  { id: 'phone', title: '390 × 640', width: 390, height: 640 },
];

export function embedSnippet({ embed, lab, size, title, picture, words }: SnippetOptions): string {
  const box = [`position:relative`, ...(size.width === null ? [] : [`max-width:${size.width}px`]), `height:${size.height}px`, 'overflow:hidden', 'border-radius:12px'].join(';');
  const width = size.width === null ? '100%' : String(size.width);
  return [
    `<div style="${box}">`,
    `  <a href="${escapeHtml(lab)}"><img src="${escapeHtml(picture)}" alt="${escapeHtml(words)}" style="display:block;max-width:100%;max-height:100%"></a>`,
    `  <iframe src="${escapeHtml(embed)}" title="${escapeHtml(title)}" width="${width}" height="${size.height}" loading="lazy" allow="fullscreen; clipboard-write" referrerpolicy="no-referrer" style="position:absolute;inset:0;width:100%;height:100%;border:0"></iframe>`,
    '</div>',
  ].join('\n');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
