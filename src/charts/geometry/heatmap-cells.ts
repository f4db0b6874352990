/**
 * Pixels of a heatmap's cells. Every cell is one of few pictures (129 colours, with or without a
 * corner mark), so pictures are made once per size and copied: a redraw neither allocates nor
 * touches a drawing context until the finished pixels are put on the canvas in one call.
 */
import { GLYPH_STRENGTH, type Theme } from '../palette';
import { BROKEN, cellSprites, GLYPH_WIDTH, LEVELS, makeSprite, stampGlyph, type CellSprites } from './cell-sprites';
import type { HeatmapLayout } from './heatmap-layout';
import { BREAK } from './row-order';

export interface HeatmapCells {
  /** [nTraj × maxLen] */
  readonly advantage: Float64Array;
  /** [nTraj] */
  readonly length: Int32Array;
  /** Symmetric colour range; 0 when everything is zero. */
  readonly range: number;
  /** Exact advantage, for corner marks where the sign differs; absent where they are hidden. */
  readonly exact?: Float64Array | undefined;
  /** 1 % of the largest |exact| in the batch: below it no sign is wrong. */
  readonly exactThreshold?: number;
}

/**
 * A wrong sign: exact is worth counting and Â has the other sign. Zero is no sign; `tiny` keeps
 * rounding residue of a zero from having one.
 */
export function isWrongSign(advantage: number, exact: number, exactThreshold: number, tiny: number): boolean {
  return Math.abs(exact) > exactThreshold && Math.abs(advantage) > tiny && advantage * exact < 0;
}

/** |Â| below this share of the panel's range has no sign. */
export const SIGN_TOLERANCE = 1e-9;

export interface HeatmapSurface {
  readonly layout: HeatmapLayout;
  readonly sprites: CellSprites;
  /** [pixelWidth × pixelHeight] */
  readonly pixels: Uint32Array<ArrayBuffer>;
  /** [maxLen] which of the two widths a column has. */
  readonly widthOf: Uint8Array;
  /** Neighbouring columns that share one sign glyph; 1 where each cell has its own. */
  readonly columnsPerGlyph: number;
}

export function heatmapSurface(layout: HeatmapLayout, theme: Theme): HeatmapSurface {
  const { columnEdge, maxLen, ratio, rowPixels, pixelWidth, pixelHeight } = layout;
  const columnWidth = Array.from({ length: maxLen }, (_, t) => columnEdge[t + 1]! - columnEdge[t]!);
  const widths = [...new Set(columnWidth)].sort((a, b) => a - b);
  return {
    layout,
    pixels: new Uint32Array(pixelWidth * pixelHeight),
    widthOf: Uint8Array.from(columnWidth, (width) => widths.indexOf(width)),
    sprites: cellSprites(widths, rowPixels, ratio, theme),
    columnsPerGlyph: widths.length > 0 && widths[0]! < GLYPH_WIDTH * ratio ? Math.ceil((GLYPH_WIDTH * ratio * maxLen) / pixelWidth) : 1,
  };
}

/** Paints all cells of a surface. Steps that never happened stay transparent. */
export function paintCells(surface: HeatmapSurface, cells: HeatmapCells): void {
  const { layout, sprites, pixels, widthOf } = surface;
  const { rowOrder, rowTop, columnEdge, maxLen, pixelWidth } = layout;
  const { advantage, length, range, exact, exactThreshold = 0 } = cells;
  const scale = range > 0 ? 1 / range : 0;
  const tiny = range * SIGN_TOLERANCE;
  const height = sprites.height;
  pixels.fill(0);
  for (let k = 0; k < rowOrder.length; k++) {
    const trajectory = rowOrder[k]!;
    if (trajectory === BREAK) continue;
    const top = rowTop[k]! * pixelWidth;
    const steps = length[trajectory]!;
    for (let t = 0; t < steps; t++) {
      const index = trajectory * maxLen + t;
      const value = advantage[index]!;
      const share = Math.abs(value) * scale;
      const size = share >= 1 ? LEVELS : (Math.sqrt(share) * LEVELS + 0.5) | 0;
      const finite = value - value === 0;
      const level = finite ? (value < 0 ? LEVELS - size : LEVELS + size) : BROKEN;
      const wrong = exact !== undefined && finite && isWrongSign(value, exact[index]!, exactThreshold, tiny) ? 1 : 0;
      const kind = widthOf[t]!;
      const width = sprites.widths[kind]!;
      const sprite = level * 2 + wrong;
      if (sprites.made[kind]![sprite] === 0) makeSprite(sprites, kind, level, wrong === 1);
      const source = sprites.pixels[kind]!;
      let from = sprite * width * height;
      let to = top + columnEdge[t]!;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) pixels[to + x] = source[from + x]!;
        from += width;
        to += pixelWidth;
      }
    }
    if (surface.columnsPerGlyph > 1) stampRow(surface, cells, trajectory, rowTop[k]!, scale);
  }
}

/** One glyph per run of neighbouring cells, where all of them are strong and have the same sign. */
function stampRow({ layout, sprites, pixels, columnsPerGlyph }: HeatmapSurface, cells: HeatmapCells, trajectory: number, top: number, scale: number): void {
  const { columnEdge, maxLen, pixelWidth, ratio } = layout;
  if (sprites.height < 6 * ratio) return;
  const weakest = GLYPH_STRENGTH * GLYPH_STRENGTH;
  for (let t = 0; t + columnsPerGlyph <= cells.length[trajectory]!; t += columnsPerGlyph) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let column = t; column < t + columnsPerGlyph; column++) {
      const share = cells.advantage[trajectory * maxLen + column]! * scale;
      least = Math.min(least, share);
      most = Math.max(most, share);
    }
    const weaker = least > weakest ? least : most < -weakest ? most : 0;
    if (weaker === 0 || weaker - weaker !== 0) continue;
    const box = { left: columnEdge[t]!, right: columnEdge[t + columnsPerGlyph]!, top, bottom: top + sprites.height };
    stampGlyph(pixels, pixelWidth, box, Math.sign(weaker) * Math.sqrt(Math.min(1, Math.abs(weaker))), sprites);
  }
}
