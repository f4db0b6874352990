import { expect, test } from 'vitest';
import type { MapParameter } from '../../src/core/contracts/parameters';
import { carriedKinds, shade, valuesByCell } from '../../src/ui/map-editor/cell-values';
import { MapDraft } from '../../src/ui/map-editor/map-draft.svelte';
import { mapOf, mapText } from '../../src/ui/map-editor/map-of';
import { chance } from '../../src/ui/map-editor/truth-words';

const parameter: MapParameter = {
  kind: 'map',
  default: 'S..G',
  help: '',
  maxRows: 3,
  maxColumns: 5,
  tiles: [
    { mark: '.', title: 'Floor', role: 'floor' },
    { mark: '#', title: 'Wall', role: 'wall' },
    { mark: 'S', title: 'Start', role: 'start', min: 1, max: 1 },
    { mark: 'G', title: 'Goal', role: 'goal', min: 1 },
  ],
  playable: ([row]) => (row!.includes('#') ? 'There is no path from the start to a goal.' : null),
};
const tile = (mark: string) => parameter.tiles.find((each) => each.mark === mark)!;

function drawing(map = 'S..G', refusal: string | null = null) {
  const used: string[] = [];
  const use = (text: string) => {
    used.push(text);
    return refusal;
  };
  return { draft: new MapDraft(parameter, map, use), used };
}

test('only maps that can be played are handed on, and each of them once', () => {
  const { draft, used } = drawing();
  draft.paint(0, 1);
  expect([draft.text, draft.problem, used]).toEqual(['S#.G', 'There is no path from the start to a goal.', []]);
  draft.giveUp();
  expect([draft.text, draft.problem]).toEqual(['S..G', null]);
  draft.choose(tile('G'));
  draft.paint(0, 2);
  draft.paint(0, 2);
  expect(used).toEqual(['S.GG']);
});

test('a map that the experiment cannot take is a problem like any other, until another is drawn', () => {
  const { draft, used } = drawing('S..G', 'The potential has 4 numbers; there are 5 states.');
  draft.choose(tile('G'));
  draft.paint(0, 2);
  expect([draft.problem, used]).toEqual(['The potential has 4 numbers; there are 5 states.', ['S.GG']]);
  draft.giveUp();
  expect([draft.text, draft.problem]).toEqual(['S..G', null]);
});

test('where one of a tile may be, it moves', () => {
  const { draft, used } = drawing();
  draft.choose(tile('S'));
  draft.paint(0, 2);
  expect(used).toEqual(['..SG']);
});

test('a fast stroke leaves no holes, up or down', () => {
  const { draft } = drawing('S..G./...../.....');
  draft.choose(tile('G'));
  draft.paintTo([0, 4], [2, 0]);
  expect(draft.text).toBe('S..G./..GG./GG...');
});

test('rows and columns come and go at the end, within limits', () => {
  const { draft, used } = drawing();
  draft.resize(9, 9);
  expect(draft.text).toBe('S..G./...../.....');
  draft.resize(1, 3);
  expect(draft.problem).toBe('The map needs a goal (G); it has none.');
  expect(used).toEqual(['S..G./...../.....']);
  draft.follow('S..G');
  expect(draft.text).toBe('S..G');
});

test('a scenario’s map is found by its kind, and other parameters may choose it', () => {
  const size = { kind: 'boolean', default: false, help: '' } as const;
  expect(mapOf({ size })).toBeNull();
  const found = mapOf({ size, drawn: { ...parameter, default: '', standsFor: ({ size: large }) => (large ? 'S...G' : 'SG') } })!;
  expect([found.key, mapText(found, { drawn: '', size: true }), mapText(found, { drawn: 'S.G' })]).toEqual(['drawn', 'S...G', 'S.G']);
});

test('values by cell take the states that carry the same, and leave out those in which nobody acts', () => {
  const grid = { kind: 'grid', columns: 2, rows: 1, wall: new Uint8Array(2), marks: [], cellOf: Int32Array.of(0, 1, 0, 1, -1), carries: ['no', 'no', 'key', 'key', 'done'] } as const;
  const absorbing = [0, 0, 0, 1, 1];
  expect(carriedKinds(grid, absorbing)).toEqual(['no', 'key']);
  expect([...valuesByCell(grid, absorbing, [1, 2, 3, 4, 5], 'key')]).toEqual([3, Number.NaN]);
  expect([...shade(Float64Array.of(1, 2, 5, Number.NaN))]).toEqual([0, 0.5, 1, Number.NaN]);
  expect([...shade(Float64Array.of(3, 3))]).toEqual([0, 0]);
});

test('small chances keep the digits that tell them from zero', () => {
  expect([0, 0.00025, 0.0000034, 0.123, 1].map((x) => chance(x, 'share'))).toEqual(['0%', '0.025%', '0.00034%', '12.3%', '100%']);
  expect(chance(5.1e-9, 'share')).toBe('5.1 · 10^−7%');
  expect(chance(-12.25, 'number')).toBe('−12.25');
});
