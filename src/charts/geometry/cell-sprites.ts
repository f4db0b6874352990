/**
 * Small pictures of one cell: body, sign glyph and corner mark, rasterised here instead of by a
 * drawing context, so that they fall on whole device pixels and can be tested as numbers.
 *
 * Pixels are packed RGBA bytes read as little-endian words, as ImageData has them on every machine
 * that runs a browser.
 */
import { GLYPH_STRENGTH, inkOn, signColour, signScales, type Rgb, type Theme } from '../palette';

/** A cell narrower than this, CSS pixels, shares its glyph with the cells beside it. */
export const GLYPH_WIDTH = 6.5;
/** Colours each way from zero. */
export const LEVELS = 64;
/** Level of a value that is not a number. */
export const BROKEN = 2 * LEVELS + 1;
const SPRITES = (BROKEN + 1) * 2;

/** Pictures of cells of one height and up to two widths (columns snap to device pixels). */
export interface CellSprites {
  readonly widths: readonly number[];
  readonly height: number;
  readonly pixels: readonly Uint32Array[];
  readonly made: readonly Uint8Array[];
  readonly ratio: number;
  readonly theme: Theme;
}

export function cellSprites(widths: readonly number[], height: number, ratio: number, theme: Theme): CellSprites {
  return {
    widths,
    height,
    ratio,
    theme,
    pixels: widths.map((width) => new Uint32Array(SPRITES * width * height)),
    made: widths.map(() => new Uint8Array(SPRITES)),
  };
}

/** Makes the picture of one level, LEVELS being zero; it lies at (2·level + wrong) · width · height. */
export function makeSprite(sprites: CellSprites, kind: number, level: number, wrong: boolean): void {
  const { height, ratio, theme } = sprites;
  const width = sprites.widths[kind]!;
  const shape = cellShape(width, height, ratio);
  const signed = (level - LEVELS) / LEVELS;
  const broken = level === BROKEN;
  const body = broken ? signScales[theme].zero : signColour(signed, theme);
  const glyphInk = inkOn(body);
  const target = sprites.pixels[kind]!;
  let at = (level * 2 + (wrong ? 1 : 0)) * width * height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let colour = body;
      if (broken) colour = mix(body, signScales[theme].ink, hatch(x, y, ratio) * 0.55);
      else if (Math.abs(signed) > GLYPH_STRENGTH) colour = mix(body, glyphInk, glyph(shape, x, y, signed > 0) * 0.92);
      if (wrong) colour = mix(colour, signScales[theme].ink, cornerMark(shape, x, y));
      target[at++] = pack(colour, roundedCell(shape, x, y));
    }
  }
  sprites.made[kind]![level * 2 + (wrong ? 1 : 0)] = 1;
}

/** Strokes of a glyph around a centre: half arm and half thickness in device pixels. */
interface Strokes {
  readonly arm: number;
  readonly thick: number;
  readonly centreX: number;
  readonly centreY: number;
}

interface CellShape extends Strokes {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly radius: number;
  /** Side of the corner mark. */
  readonly mark: number;
}

/** Measures of one cell, device pixels: a one-pixel gap where there is room, none where there is not. */
function cellShape(width: number, height: number, ratio: number): CellShape {
  const gap = (side: number) => (side >= 4 * ratio ? Math.round(ratio) : side >= 3 * ratio && side > 2 ? 1 : 0);
  const gapX = gap(width);
  const gapY = gap(height);
  const left = Math.floor(gapX / 2);
  const top = Math.floor(gapY / 2);
  const right = left + width - gapX;
  const bottom = top + height - gapY;
  const roomy = width >= GLYPH_WIDTH * ratio && height >= 6 * ratio;
  return {
    left,
    top,
    right,
    bottom,
    radius: gapX > 0 ? Math.min(1.4 * ratio, (right - left) / 3) : 0,
    ...strokes(roomy ? width / ratio : 0, (left + right) / 2, (top + bottom) / 2, ratio),
    mark: Math.min(4.2 * ratio, 0.6 * (right - left), 0.5 * (bottom - top)),
  };
}

/** Strokes that fit `room` CSS pixels; no arm where there is no room. */
function strokes(room: number, centreX: number, centreY: number, ratio: number): Strokes {
  const thick = Math.max(1, Math.round(1.15 * ratio));
  const arm = room > 0 ? Math.round(2 * Math.min(2.2, 0.24 * room) * ratio) : 0;
  return { arm: (arm + ((arm + thick) % 2)) / 2, thick: thick / 2, centreX: snap(centreX, thick), centreY: snap(centreY, thick) };
}

/**
 * Draws one sign glyph over a run of cells that are each too narrow for their own, in the ink that suits
 * their colour. `left` to `right` and `top` to `bottom` are device pixels of a canvas `stride` wide.
 */
export function stampGlyph(
  pixels: Uint32Array,
  stride: number,
  { left, right, top, bottom }: { left: number; right: number; top: number; bottom: number },
  signed: number,
  { ratio, theme }: Pick<CellSprites, 'ratio' | 'theme'>,
): void {
  const shape = strokes((right - left) / ratio, (left + right) / 2, (top + bottom) / 2, ratio);
  const body = signColour(signed, theme);
  const colour = pack(mix(body, inkOn(body), 0.92), 1);
  for (let y = Math.max(top, Math.floor(shape.centreY - shape.arm)); y < Math.min(bottom, shape.centreY + shape.arm); y++) {
    for (let x = Math.max(left, Math.floor(shape.centreX - shape.arm)); x < Math.min(right, shape.centreX + shape.arm); x++) {
      if (glyph(shape, x, y, signed > 0) > 0) pixels[y * stride + x] = colour;
    }
  }
}

/** Centre that puts a stroke of this many pixels on whole pixels. */
function snap(centre: number, thick: number): number {
  return thick % 2 === 0 ? Math.round(centre) : Math.floor(centre) + 0.5;
}

/** Share of a pixel inside the rounded cell. */
function roundedCell({ left, top, right, bottom, radius }: CellShape, x: number, y: number): number {
  if (x < left || x >= right || y < top || y >= bottom) return 0;
  const dx = Math.max(left + radius - (x + 0.5), x + 0.5 - (right - radius), 0);
  const dy = Math.max(top + radius - (y + 0.5), y + 0.5 - (bottom - radius), 0);
  return dx === 0 || dy === 0 ? 1 : clamp01(radius + 0.5 - Math.hypot(dx, dy));
}

/** 1 on the strokes of `+` or `−`. */
function glyph({ centreX, centreY, arm, thick }: Strokes, x: number, y: number, plus: boolean): number {
  const dx = Math.abs(x + 0.5 - centreX);
  const dy = Math.abs(y + 0.5 - centreY);
  const across = dx < arm && dy < thick;
  const upright = plus && dy < arm && dx < thick;
  return arm > 0 && (across || upright) ? 1 : 0;
}

/** Share of a pixel in the triangle at the upper right corner. */
function cornerMark({ right, top, mark }: CellShape, x: number, y: number): number {
  const depth = mark - (right - (x + 0.5)) - (y + 0.5 - top);
  return x >= right || y < top ? 0 : clamp01(depth + 0.5);
}

/** Diagonal hatch of a cell whose value is not a number. */
function hatch(x: number, y: number, ratio: number): number {
  const period = Math.max(3, Math.round(3 * ratio));
  return (x + y) % period < Math.max(1, Math.round(ratio)) ? 1 : 0;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return share === 0 ? a : [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function pack([r, g, b]: Rgb, alpha: number): number {
  if (alpha === 0) return 0;
  return ((Math.round(alpha * 255) << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

function clamp01(x: number): number {
  return Math.min(1, Math.max(0, x));
}
