import { describe, expect, test } from 'vitest';
import { chainPicture, describeChain, type ChainSource } from '../../src/charts/geometry/chain-picture';
import { gridPicture, type GridSource } from '../../src/charts/geometry/grid-picture';
import { nearestStep, trace, whenOf } from '../../src/charts/geometry/path-trace';
import { describeTrack, trackPicture, type TrackSource } from '../../src/charts/geometry/track-picture';

/** Two by three, a wall in the middle of the upper row; state = cell, 6 = done. */
const grid: GridSource = {
  kind: 'grid',
  columns: 3,
  rows: 2,
  wall: Uint8Array.of(0, 1, 0, 0, 0, 0),
  marks: [{ cell: 0, role: 'start', label: 'Start' }, { cell: 4, role: 'key', label: 'Key' }, { cell: 2, role: 'goal', label: 'Goal' }],
  cellOf: Int32Array.of(0, 1, 2, 3, 4, 5, -1),
  carries: ['no key', 'no key', 'no key', 'no key', 'key', 'key', 'at the goal'],
};

describe('trace', () => {
  const line = (place: number[], step: number) =>
    trace({ place, step, position: (k) => [k * 10, 0], way: (a, b) => [[a * 10, 0], [b * 10, 0]], beside: 2, farthest: 3, orbit: 4, arrow: 1 });

  test('a step starts where the last one ended, and the agent stands where the selected one starts', () => {
    const { steps, at } = line([0, 1, 2], 1);
    expect(steps.map((s) => (s.stayed ? '' : s.path))).toEqual(['M0 0L0 0L10 0', 'M10 0L10 0L20 0']);
    expect(at).toEqual({ x: 10, y: 0, angle: 0 });
  });

  test('going back or again runs beside what is there, never farther than allowed', () => {
    const paths = line([0, 1, 0, 1, 0, 1], 0).steps.map((s) => (s.stayed ? '' : s.path.split('L').slice(1).join('L')));
    expect(paths).toEqual(['0 0L10 0', '10 -2L0 -2', '0 2L10 2', '10 -3L0 -3', '0 3L10 3']);
  });

  test('a step that moves nowhere is a dot beside the place, the next one elsewhere', () => {
    const { steps, at } = line([1, 1, 1], 1);
    expect(steps.map((s) => s.stayed)).toEqual([true, true]);
    expect(steps[0]!.middle).toEqual([10, -4]);
    expect(steps[1]!.middle).not.toEqual(steps[0]!.middle);
    expect([at.x, at.y]).toEqual([10, 0]);
  });

  test('past, recent, selected and coming steps are told apart', () => {
    expect([0, 5, 9, 10, 11].map((t) => whenOf(t, 10))).toEqual(['past', 'recent', 'recent', 'now', 'future']);
  });

  test('the nearest step wins', () => {
    expect(nearestStep(line([0, 1, 2, 3], 0).steps, 16, 5)).toBe(1);
    expect(nearestStep([], 0, 0)).toBeUndefined();
  });
});

describe('grid picture', () => {
  const state = [0, 3, 4, 4, 5, 6];
  const at = (step: number) => gridPicture(grid, state, step, { width: 130, maxHeight: 200 });

  test('cells are whole pixels, the grid is centred, walls lie in their cells', () => {
    const g = at(0);
    expect([g.cell, g.left, g.height]).toEqual([43, 0, 86]);
    expect(g.walls).toEqual([{ x: 43, y: 0 }]);
    expect(gridPicture(grid, state, 0, { width: 130, maxHeight: 40 })).toMatchObject({ cell: 20, left: 35 });
  });

  test('done is at the goal, and the agent looks where it goes', () => {
    const g = at(5);
    expect([g.trace.at.x, g.trace.at.y]).toEqual([2.5 * 43, 0.5 * 43]);
    expect(at(0).trace.at.angle).toBe(90);
    expect(at(4).trace.at.angle).toBe(-90);
  });

  test('marks are entered and things carried as of the selected step', () => {
    expect(at(1).marks.find((mark) => mark.role === 'key')!.entered).toBe(false);
    expect(at(2).marks.find((mark) => mark.role === 'key')!.entered).toBe(true);
    expect([at(1).carries, at(1).changed]).toEqual(['no key', false]);
    expect([at(2).carries, at(2).changed]).toEqual(['key', true]);
  });

  test('a blocked move is a dot, not a line', () => {
    expect(at(0).trace.steps.map((step) => step.stayed)).toEqual([false, false, true, false, false]);
  });
});

/** Start, fork, finish, and a lagoon of three below the fork. */
const course: TrackSource = {
  kind: 'track',
  nodes: [
    { x: 0, y: 0, role: 'start', checkpoint: false, label: 'start' },
    { x: 0.5, y: 0, role: 'track', checkpoint: true, label: 'track 1, checkpoint' },
    { x: 1, y: 0, role: 'finish', checkpoint: false, label: 'finish' },
    { x: 0.4, y: 0.6, role: 'lagoon', checkpoint: true, label: 'lagoon 1' },
    { x: 0.5, y: 1, role: 'lagoon', checkpoint: true, label: 'lagoon 2' },
    { x: 0.6, y: 0.6, role: 'lagoon', checkpoint: true, label: 'lagoon 3' },
  ],
  links: [{ from: 0, to: 1 }, { from: 1, to: 2 }, { from: 1, to: 3 }, { from: 3, to: 4 }, { from: 4, to: 5 }, { from: 5, to: 3 }, { from: 4, to: 1 }],
  nodeOf: Int32Array.of(0, 1, 2, 3, 4, 5),
};

describe('track picture', () => {
  const looping = [0, 1, 3, 4, 5, 3, 4, 5, 3, 4, 1, 2];
  const at = (step: number) => trackPicture(course, looping, step, { width: 232, height: 132 });

  test('the unit square fills the picture but for its margin', () => {
    const g = at(0);
    expect(g.start).toEqual([16, 16]);
    expect(g.finish).toEqual([216, 16]);
  });

  test('loops and checkpoints are counted up to the selected step', () => {
    expect([0, 2, 5, 8, 11].map((step) => at(step).loops)).toEqual([0, 0, 1, 2, 2]);
    expect([0, 1, 2, 5, 11].map((step) => at(step).passed)).toEqual([0, 1, 2, 5, 10]);
    expect(at(2).buoys.map((buoy) => buoy.passed)).toEqual([true, true, false, false]);
  });

  test('in the lagoon the boat stays on the ring, and further loops run beside the first', () => {
    const { ring, trace: t } = at(11);
    const reach = (k: number) => {
      const step = t.steps[k]!;
      return Math.hypot(step.middle[0] - ring!.x, step.middle[1] - ring!.y);
    };
    expect(reach(3)).toBeGreaterThan(0.6 * ring!.radius);
    expect(Math.abs(reach(6) - reach(3))).toBeGreaterThan(2);
  });

  test('the way out of the lagoon bends around the island', () => {
    const { ring, trace: t } = at(11);
    const out = t.steps[9]!;
    if (out.stayed) throw new Error('The boat should have moved.');
    const distances = out.path
      .slice(1)
      .split('L')
      .map((text) => text.split(' ').map(Number) as [number, number])
      .map(([x, y]) => Math.hypot(x - ring!.x, y - ring!.y));
    expect(Math.min(...distances)).toBeGreaterThan(0.5 * ring!.radius);
  });

  test('in words', () => {
    expect(describeTrack(course, looping, 8, at(8))).toBe('Step 8 of 11: at lagoon 1; 2 loops in the lagoon, 8 checkpoints so far.');
  });
});

const chain: ChainSource = {
  kind: 'chain',
  unit: 'call',
  actions: [
    { label: 'Search the code', short: 'search', role: 'work' },
    { label: 'Submit the patch', short: 'submit', role: 'finish' },
  ],
  gauges: [{ title: 'Information', of: Int32Array.of(0, 1, 2, -1), levels: ['none', 'some', 'all'] }],
};

describe('chain picture', () => {
  const state = [0, 1, 1, 2, 2, 3];
  const action = [0, 0, 0, 0, 1];
  const at = (step: number, width = 170) => chainPicture(chain, state, action, step, { width, maxHeight: 200 });

  test('the path turns at each row end', () => {
    const g = at(0);
    const places = g.links.map(({ x, y }) => [Math.round(x), y]);
    expect(places[3]![1]).toBe(49);
    expect(places[3]![0]).toBe(places[2]![0]);
    expect(places[4]![0]).toBeLessThan(places[3]![0]!);
    expect(g.joints).toHaveLength(4);
  });

  test('words that do not fit are cut, never the boxes', () => {
    const many = chainPicture(chain, new Array<number>(65).fill(0), new Array<number>(64).fill(0), 0, { width: 240, maxHeight: 190 });
    expect(many.height).toBeLessThanOrEqual(200);
    expect(many.links.every((link) => link.x >= 0 && link.x + many.boxWidth <= 240)).toBe(true);
    expect(many.links[0]!.text.length).toBeLessThan('search'.length);
    expect(at(0).links[0]!.text).toBe('search');
  });

  test('gauges show the level before and after the step; done keeps the last one known', () => {
    expect(at(0).gauges[0]).toMatchObject({ level: 0, next: 1 });
    expect(at(3).gauges[0]).toMatchObject({ level: 2, next: 2 });
    expect(at(4).gauges[0]).toMatchObject({ level: 2, next: 2 });
  });

  test('in words', () => {
    expect(describeChain(chain, at(0), 0)).toBe('Call 0 of 5: Search the code. Information none, then some.');
    expect(describeChain(chain, at(4), 4)).toBe('Call 4 of 5: Submit the patch. Information all.');
  });

  test('an empty trajectory is an empty chain', () => {
    expect(chainPicture(chain, [0], [], 0, { width: 160, maxHeight: 200 }).links).toEqual([]);
  });
});
