import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { css, inkOn, luminance, markerPath, signColour, signScales, SLOTS, seriesMarks, strength, type Rgb, type Theme } from '../../src/charts/palette';

const source = readFileSync(new URL('../../src/charts/palette.css', import.meta.url), 'utf8');
const [tokens, forced] = source.split('@media (forced-colors: active)') as [string, string];

const pairs = new Map(
  [...tokens.matchAll(/--([\w-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);/g)].map(([, name, light, dark]) => [
    name!,
    { light: rgb(light!), dark: rgb(dark!) },
  ]),
);

function rgb(hex: string): Rgb {
  return [0, 2, 4].map((k) => Number.parseInt(hex.slice(k, k + 2), 16)) as unknown as Rgb;
}

function colour(name: string, theme: Theme): Rgb {
  const pair = pairs.get(name);
  if (!pair) throw new Error(`palette.css has no colour --${name}`);
  return pair[theme];
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const themes: Theme[] = ['light', 'dark'];

describe('palette', () => {
  test.each(themes)('canvas numbers equal the custom properties, %s', (theme) => {
    const scale = signScales[theme];
    expect(scale.zero).toEqual(colour('sign-zero', theme));
    expect(scale.ink).toEqual(colour('ink', theme));
    for (const k of [0, 1, 2]) {
      expect(scale.plus[k]).toEqual(colour(`sign-plus-${k + 1}`, theme));
      expect(scale.minus[k]).toEqual(colour(`sign-minus-${k + 1}`, theme));
    }
  });

  test.each(themes)('text and series colours meet 4.5:1 on the surface, %s', (theme) => {
    const names = ['ink', 'ink2', 'ink3', 'plus', 'minus', 'reward', 'return', 'value', 'advantage', 'exact', 'ok', 'warn', 'bad', 'focus', ...SLOTS.map((slot) => `scheme-${slot.toLowerCase()}`)];
    for (const name of names) {
      expect(contrast(colour(name, theme), colour('surface', theme)), name).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(themes)('a quantity meets 4.5:1 on its own tint, %s', (theme) => {
    for (const name of ['reward', 'return', 'value', 'advantage', 'exact', 'ok', 'warn', 'bad']) {
      expect(contrast(colour(name, theme), colour(`${name}-tint`, theme)), name).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('no colour is left out of forced colours, the sign scale apart, which canvas draws', () => {
    const names = [...pairs.keys()].filter((name) => !name.startsWith('sign-'));
    expect(names.filter((name) => !forced.includes(`--${name}: `))).toEqual([]);
  });

  test('every series names colours that exist', () => {
    for (const mark of Object.values(seriesMarks)) {
      for (const name of [mark.colour, mark.tint]) expect(pairs.has(/var\(--([\w-]+)\)/.exec(name)![1]!)).toBe(true);
    }
  });

  test('strength is the signed square root of the share of the range, clipped', () => {
    expect(strength(0.25, 1)).toBe(0.5);
    expect(strength(-0.16, 1)).toBe(-0.4);
    expect(strength(7, 1)).toBe(1);
    expect(strength(0, 0)).toBe(0);
    expect(strength(Number.NaN, 1)).toBeNaN();
  });

  test('the scale is neutral at zero, ends at its strongest stop, and passes the inner stops at thirds', () => {
    for (const theme of themes) {
      const scale = signScales[theme];
      expect(signColour(0, theme)).toEqual(scale.zero);
      expect(signColour(1, theme)).toEqual(scale.plus[2]);
      expect(signColour(-1, theme)).toEqual(scale.minus[2]);
      expect(signColour(1 / 3, theme)).toEqual(scale.plus[0]);
      expect(signColour(-2 / 3, theme)).toEqual(scale.minus[1]);
    }
    expect(css(signColour(0.5, 'light'))).toBe('#b4a7d6');
  });

  test('glyph ink is the better of black and white on every colour of the scale', () => {
    for (const theme of themes) {
      for (let k = -64; k <= 64; k++) {
        const background = signColour(k / 64, theme);
        expect(contrast(inkOn(background), background)).toBeGreaterThanOrEqual(4);
      }
    }
  });

  test('markers are centred shapes, different for every slot', () => {
    expect(markerPath('B', 10, 20, 2)).toBe('M8.2 18.2L11.8 18.2L11.8 21.8L8.2 21.8Z');
    expect(markerPath('A', 10, 20, 2)).toBe('M8 20a2 2 0 1 0 4 0a2 2 0 1 0 -4 0Z');
    expect(new Set(SLOTS.map((slot) => markerPath(slot, 0, 0, 3))).size).toBe(SLOTS.length);
  });
});
