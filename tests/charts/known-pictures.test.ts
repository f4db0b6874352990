import { describe, expect, it } from 'vitest';
import { cardsPicture, describeCards, type CardsSource } from '../../src/charts/geometry/cards-picture';
import { gridPicture, type GridSource } from '../../src/charts/geometry/grid-picture';
import { hillPicture, stepAt, type HillSource } from '../../src/charts/geometry/hill-picture';

describe('a hill', () => {
  // A straight slope from 0 at −1 to 1 at 1, the flag at 0.5.
  const hill: HillSource = { kind: 'hill', left: -1, right: 1, goal: 0.5, height: [0, 0.5, 1], positionOf: new Float64Array(0), pushes: [-1, 0, 1] };
  const size = { width: 220, height: 100 };

  it('puts car and flag on the track, and the car’s place at every step under it', () => {
    const geometry = hillPicture(hill, [-1, 0, 1], 1, size);
    expect(geometry.track).toBe('M10 52L110 36L210 20');
    expect(geometry.flag).toEqual([160, 28]);
    expect([geometry.car.x, geometry.car.y]).toEqual([110, 36]);
    expect(geometry.car.angle).toBeCloseTo((Math.atan2(-16, 100) * 180) / Math.PI, 6);
    expect(geometry.pieces.map(({ path, when }) => [path, when])).toEqual([
      ['M10 68L110 83', 'recent'],
      ['M110 83L210 98', 'now'],
    ]);
    expect(geometry.now).toEqual([110, 83]);
  });

  it('finds the step under the pointer, in the strip alone', () => {
    const geometry = hillPicture(hill, [-1, 0, 1], 0, size);
    expect([50, 68, 82, 84, 120].map((y) => stepAt(geometry, y))).toEqual([undefined, 0, 0, 1, 1]);
  });
});

describe('cards', () => {
  const source: CardsSource = { kind: 'cards', points: Int32Array.of(15, 18, 0), kindOf: ['hard', 'soft', ''], dealer: Int32Array.of(1, 1, 0), limit: 21, actions: ['stick', 'hit'] };

  it('are the hands that were held, what was done and what was drawn', () => {
    const geometry = cardsPicture(source, [0, 1, 2], [1, 0]);
    expect(geometry).toEqual({
      dealer: 'A',
      hands: [
        { step: 0, points: 15, kind: 'hard', action: 'hit', drawn: 3 },
        { step: 1, points: 18, kind: 'soft', action: 'stick', drawn: null },
      ],
    });
    expect(describeCards(geometry, 1)).toBe('Decision 1 of 2: soft 18 against an ace, stick.');
  });
});

describe('a grid', () => {
  const picture: GridSource = {
    kind: 'grid', columns: 3, rows: 2, wall: new Uint8Array(6), carries: ['', '', ''], cellOf: Int32Array.of(0, 1, 4),
    marks: [{ cell: 2, role: 'place', label: 'Red' }, { cell: 3, role: 'place', label: 'Blue' }],
    fences: [0, 4], waiting: Int32Array.of(0, -1, -1), wanted: Int32Array.of(1, 1, 1),
  };

  it('has thin walls, something that waits, and where it is wanted', () => {
    const before = gridPicture(picture, [0, 1, 2], 0, { width: 60, maxHeight: 40 });
    expect(before.fences).toBe('M20 0v20M40 20v20');
    expect([before.waiting, before.wanted]).toEqual([[50, 10], [10, 30]]);
    expect(gridPicture(picture, [0, 1, 2], 1, { width: 60, maxHeight: 40 }).waiting).toBeNull();
  });
});
