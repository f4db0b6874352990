/**
 * The palette as numbers and shapes: what canvas and SVG attributes need and CSS cannot give.
 * Colours that CSS can give are names of custom properties of palette.css.
 */

export type Theme = 'light' | 'dark';
export type Rgb = readonly [red: number, green: number, blue: number];

/** Scheme slots; a slot's letter, shape and colour always travel together. */
export const SLOTS = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export type Slot = (typeof SLOTS)[number];
/** What a panel, lane or curve belongs to: a scheme's slot, or the exact advantage. */
export type SeriesId = Slot | 'exact';

export interface SeriesMark {
  readonly letter: string;
  readonly shape: string;
  /** CSS colours, `var(--…)`. */
  readonly colour: string;
  readonly tint: string;
  /** Outline of the marker, centred on the origin, for a nominal radius of 1. */
  readonly outline: readonly (readonly [number, number])[] | 'circle';
}

const star: [number, number][] = Array.from({ length: 10 }, (_, k) => {
  const angle = (k * Math.PI) / 5 - Math.PI / 2;
  const radius = k % 2 === 0 ? 1.4 : 0.58;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});

const cross: [number, number][] = [
  [-0.42, -1.2], [0.42, -1.2], [0.42, -0.42], [1.2, -0.42], [1.2, 0.42], [0.42, 0.42],
  [0.42, 1.2], [-0.42, 1.2], [-0.42, 0.42], [-1.2, 0.42], [-1.2, -0.42], [-0.42, -0.42],
];

export const seriesMarks: Readonly<Record<SeriesId, SeriesMark>> = {
  A: { letter: 'A', shape: 'circle', colour: 'var(--scheme-a)', tint: 'var(--scheme-a-tint)', outline: 'circle' },
  B: { letter: 'B', shape: 'square', colour: 'var(--scheme-b)', tint: 'var(--scheme-b-tint)', outline: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]] },
  C: { letter: 'C', shape: 'triangle', colour: 'var(--scheme-c)', tint: 'var(--scheme-c-tint)', outline: [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]] },
  D: { letter: 'D', shape: 'diamond', colour: 'var(--scheme-d)', tint: 'var(--scheme-d-tint)', outline: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]] },
  E: { letter: 'E', shape: 'cross', colour: 'var(--scheme-e)', tint: 'var(--scheme-e-tint)', outline: cross },
  F: { letter: 'F', shape: 'star', colour: 'var(--scheme-f)', tint: 'var(--scheme-f-tint)', outline: star },
  exact: { letter: '✱', shape: 'asterisk', colour: 'var(--exact)', tint: 'var(--exact-tint)', outline: 'circle' },
};

/** SVG path of a series' marker at (x, y); r is the radius of the circle it weighs the same as. */
export function markerPath(series: SeriesId, x: number, y: number, r: number): string {
  const { outline } = seriesMarks[series];
  if (outline === 'circle') return `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0Z`;
  return `M${outline.map(([px, py]) => `${n(x + px * r)} ${n(y + py * r)}`).join('L')}Z`;
}

interface SignScale {
  readonly zero: Rgb;
  readonly plus: readonly [Rgb, Rgb, Rgb];
  readonly minus: readonly [Rgb, Rgb, Rgb];
  /** Corner marks, drawn on the cells. */
  readonly ink: Rgb;
}

/** Four stops each way from a neutral middle (purple and orange), symmetric about zero. */
export const signScales: Readonly<Record<Theme, SignScale>> = {
  light: {
    zero: [0xf3, 0xf1, 0xec],
    plus: [[0xd3, 0xcb, 0xe8], [0x94, 0x83, 0xc4], [0x4b, 0x2a, 0x8c]],
    minus: [[0xf6, 0xd2, 0xa6], [0xdd, 0x8a, 0x33], [0x99, 0x49, 0x00]],
    ink: [0x1b, 0x1d, 0x21],
  },
  dark: {
    zero: [0x26, 0x2a, 0x2f],
    plus: [[0x45, 0x3d, 0x6a], [0x7f, 0x6e, 0xc0], [0xcd, 0xbe, 0xff]],
    minus: [[0x5c, 0x3d, 0x1b], [0xb8, 0x75, 0x27], [0xff, 0xc7, 0x81]],
    ink: [0xec, 0xea, 0xe4],
  },
};

const black: Rgb = [0x1b, 0x1d, 0x21];
const white: Rgb = [0xff, 0xff, 0xff];

/** Signed strength in −1…1: the square root of |Â| over the range, clipped; 0 where the range is 0. */
export function strength(advantage: number, range: number): number {
  if (!(range > 0)) return advantage === 0 || range === 0 ? 0 : Number.NaN;
  const size = Math.sqrt(Math.min(1, Math.abs(advantage) / range));
  return advantage < 0 ? -size : size;
}

/** A glyph is drawn where the strength passes this: |Â| above 16 % of the range. */
export const GLYPH_STRENGTH = 0.4;

/** Colour of a signed strength in −1…1. */
export function signColour(signed: number, theme: Theme): Rgb {
  const scale = signScales[theme];
  const stops = [scale.zero, ...(signed < 0 ? scale.minus : scale.plus)];
  const position = Math.min(1, Math.abs(signed)) * 3;
  const k = Math.min(2, Math.floor(position));
  const mix = position - k;
  const [a, b] = [stops[k]!, stops[k + 1]!];
  return [0, 1, 2].map((c) => Math.round(a[c]! + (b[c]! - a[c]!) * mix)) as unknown as Rgb;
}

/** Black or white, whichever contrasts more with a background. */
export function inkOn(background: Rgb): Rgb {
  const light = luminance(background);
  return 1.05 / (light + 0.05) > (light + 0.05) / (luminance(black) + 0.05) ? white : black;
}

/** Relative luminance of an sRGB colour (WCAG 2). */
export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((c) => {
    const v = c / 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** As an SVG or canvas colour. */
export function css([r, g, b]: Rgb): string {
  return `#${[r, g, b].map((c) => c.toString(16).padStart(2, '0')).join('')}`;
}

function n(x: number): string {
  return String(Math.round(x * 100) / 100);
}
