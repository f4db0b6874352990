/**
 * Heatmaps as a static SVG text: the picture of an embed before Run, the image inside a snippet's
 * fallback link, and an export. Colours are literal, so it stands alone; cells of one colour are one
 * path, so it stays small.
 */
import { css, seriesMarks, signColour, strength, type SeriesId, type Theme } from '../palette';
import { heatmapLayout } from './heatmap-layout';
import { BREAK } from './row-order';

export interface PosterPanel {
  readonly series: SeriesId;
  readonly title: string;
  /** [nTraj × maxLen] */
  readonly advantage: Float64Array;
  readonly range: number;
}

export interface PosterOptions {
  readonly theme: Theme;
  /** Pixels of one panel. */
  readonly panelWidth?: number;
  readonly rowHeight?: number;
  readonly gap?: number;
  readonly padding?: number;
  /** Paper under the cells, so that the picture stands alone; without it the page shows through. */
  readonly background?: boolean;
  /** What the picture shows, for those who do not see it. */
  readonly title: string;
}

const paper = {
  light: { background: '#ffffff', ink: '#1b1d21', onInk: '#ffffff', series: { A: '#2e69c2', B: '#ab1f6d', C: '#0b592c', D: '#856700', E: '#08607a', F: '#6e7466', exact: '#1b1d21' } },
  dark: { background: '#1a1d21', ink: '#eceae4', onInk: '#1a1d21', series: { A: '#64a3fe', B: '#f283ba', C: '#67de95', D: '#c49a22', E: '#93def7', F: '#c2b5bd', exact: '#f3f1eb' } },
} as const;

/** Colours each way from zero: few, to keep the text small. */
const LEVELS = 12;
/** Pixels above the cells: chip and title. */
export const HEAD = 28;

/** SVG text of panels side by side, all with the same rows. */
export function posterHeatmap(
  panels: readonly PosterPanel[],
  batch: { readonly length: Int32Array; readonly maxLen: number; readonly rowOrder: Int32Array },
  { theme, panelWidth = 144, rowHeight = 12, gap = 14, padding = 14, background: hasBackground = true, title }: PosterOptions,
): string {
  const layout = heatmapLayout(batch.rowOrder, batch.maxLen, { width: panelWidth, rowHeight, ratio: 1 });
  const width = 2 * padding + panels.length * panelWidth + Math.max(0, panels.length - 1) * gap;
  const height = 2 * padding + HEAD + layout.height;
  const { background, ink, onInk, series } = paper[theme];
  const body = panels.map((panel, k) => {
    const colour = series[panel.series];
    const chip = `<rect width="18" height="18" rx="5" fill="${colour}"/><text x="9" y="13" fill="${onInk}" font-size="11" font-weight="700" text-anchor="middle">${seriesMarks[panel.series].letter}</text>`;
    const name = `<text x="24" y="13.5" fill="${ink}" font-size="12.5" font-weight="600">${escapeXml(panel.title)}</text>`;
    return `<g transform="translate(${padding + k * (panelWidth + gap)} ${padding})">${chip}${name}<g transform="translate(0 ${HEAD})">${cellPaths(panel, batch, layout, theme)}</g></g>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="Inter,system-ui,sans-serif">` +
    `<title>${escapeXml(title)}</title>${hasBackground ? `<rect width="${width}" height="${height}" rx="10" fill="${background}"/>` : ''}${body.join('')}</svg>`
  );
}

function cellPaths(
  panel: PosterPanel,
  { length, maxLen }: { length: Int32Array; maxLen: number },
  layout: ReturnType<typeof heatmapLayout>,
  theme: Theme,
): string {
  const byLevel = new Map<number, string>();
  layout.rowOrder.forEach((trajectory, k) => {
    if (trajectory === BREAK) return;
    const h = layout.rowPixels >= 4 ? layout.rowPixels - 1 : layout.rowPixels;
    const levelAt = (t: number) => {
      const signedStrength = strength(panel.advantage[trajectory * maxLen + t]!, panel.range);
      return Number.isFinite(signedStrength) ? Math.round(signedStrength * LEVELS) + 0 : 0;
    };
    for (let t = 0; t < length[trajectory]!; t++) {
      const level = levelAt(t);
      const x = layout.columnEdge[t]!;
      const isNarrow = layout.columnEdge[t + 1]! - x < 4;
      // Narrow cells touch, so neighbours of one colour are one rectangle.
      while (isNarrow && t + 1 < length[trajectory]! && levelAt(t + 1) === level) t++;
      const w = layout.columnEdge[t + 1]! - x - (isNarrow ? 0 : 1);
      byLevel.set(level, `${byLevel.get(level) ?? ''}M${x} ${layout.rowTop[k]!}h${w}v${h}h-${w}z`);
    }
  });
  return [...byLevel]
    .sort(([a], [b]) => a - b)
    .map(([level, d]) => `<path fill="${css(signColour(level / LEVELS, theme))}" d="${d}"/>`)
    .join('');
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
