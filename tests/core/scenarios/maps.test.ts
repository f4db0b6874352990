import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeTable } from '../../../src/cli/table';
import { allPlugins } from '../../../src/core/all-plugins';
import { mapProblem, mapRows } from '../../../src/core/contracts/map-parameter';
import { completeParameters, type MapParameter } from '../../../src/core/contracts/parameters';
import type { TableScenario } from '../../../src/core/contracts/scenario';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { optimalPolicy } from '../../../src/core/mdp/optimal';
import { softmaxPolicy } from '../../../src/core/mdp/policy';

const plugins = allPlugins();
const scenarioOf = (id: string) => plugins.get('scenario', id) as TableScenario;
const drawn = plugins.list('scenario').flatMap((plugin) => {
  const parameter = plugin.params['map'];
  return parameter?.kind === 'map' ? [[plugin.id, plugin as TableScenario, parameter as MapParameter] as const] : [];
});
const complete = (scenario: TableScenario, stored: Record<string, unknown>) => completeParameters(scenario.params, stored);
const tableOf = (scenario: TableScenario, stored: Record<string, unknown>) => scenario.table(complete(scenario, stored).values as never);

/** Chance that the best policy ends well, when it has time enough for every state. */
function bestSuccess(scenario: TableScenario, map: string): number {
  const values = { ...complete(scenario, {}).values, map, horizon: 100, slip: 0, slippery: false };
  const table = scenario.table(values as never);
  return startValue(table, optimalPolicy(table, table.metrics['success']).value);
}

/** Small maps of the scenario's own tiles, with one start and at least one goal, wherever they fall. */
const smallMaps = ({ tiles }: MapParameter) =>
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 5 }))
    .chain(([rows, columns]) =>
      fc.tuple(
        fc.constant(columns),
        fc.array(fc.constantFrom(...tiles.filter(({ role }) => role !== 'start').map(({ mark }) => mark), tiles[0].mark), { minLength: rows * columns, maxLength: rows * columns }),
        fc.nat({ max: rows * columns - 1 }),
        fc.nat({ max: rows * columns - 2 }),
      ),
    )
    .map(([columns, cells, start, goal]) => {
      const drawn = cells.map((mark, k) => (k === start ? 'S' : k === (goal >= start ? goal + 1 : goal) ? 'G' : mark)).join('');
      return drawn.match(new RegExp(`.{${columns}}`, 'g'))!.join('/');
    });

it('four scenarios are drawn', () => {
  expect(drawn.map(([id]) => id)).toEqual(['cliff-walking', 'exploration-maze', 'frozen-lake', 'key-door']);
});

describe('a released map', () => {
  // SHA-256 of the JSON of `lab table`, taken before maps could be drawn.
  it.each([
    ['key-door', {}, 'c0510838e71e97134ec37fbee8f38e17f4bd38b1aa7570ee7edbc02814afd171'],
    ['key-door', { slip: 0.2 }, 'b7a1c6ec247850d7058c4a5f53f90eac8b19b77ae88b0eb8cb68839067337464'],
    ['exploration-maze', {}, '27a9a89d2e5d3e33a09169030e0e403af404dba9e4882a4372bd1aa37ecc9c14'],
    ['frozen-lake', {}, 'f8e7563826a870397f3a9a5d062ee9c33ce6710d0a8d0426bcc39a51d9a081fe'],
    ['frozen-lake', { size: '8x8', slippery: false }, 'e956e00a2017c3a65197414e6366bb8176bbdd4b9142898b117e0715fc16251e'],
    ['cliff-walking', {}, 'adc74b21bb571971081b708cff2d44439ef2945ee8620b7ba6e4536b7b2a0b4d'],
    ['cliff-walking', { slippery: true }, '421199578eeecaa33897bc0ef82447f7705eb86ca9453a5d23f477e878c31dd3'],
  ])('of %s %j compiles to the same table as ever', (id, stored, digest) => {
    const json = JSON.stringify(describeTable(tableOf(scenarioOf(id), stored)));
    expect(createHash('sha256').update(json).digest('hex')).toBe(digest);
  });

  it.each(drawn)('of %s is a map like any other', (_, scenario, parameter) => {
    const released = parameter.default || parameter.standsFor!({});
    expect(mapProblem(parameter, released)).toBeNull();
    expect(tableOf(scenario, { map: released })).toEqual(tableOf(scenario, {}));
    const picture = scenario.picture(complete(scenario, { map: released }).values as never);
    expect(picture.kind === 'grid' && [picture.rows, picture.columns]).toEqual([mapRows(released).length, mapRows(released)[0].length]);
  });

  it('of either size stands for an empty text', () => {
    const lake = scenarioOf('frozen-lake');
    const { standsFor } = lake.params['map'] as MapParameter;
    expect(tableOf(lake, { size: '8x8' })).toEqual(tableOf(lake, { size: '4x4', map: standsFor!({ size: '8x8' }) }));
  });
});

describe('a map that cannot be used', () => {
  it.each([
    ['key-door', 7, 'A map is a text of rows joined by "/"'],
    ['key-door', '', 'Row 1 is empty.'],
    ['key-door', 'S.G/..', 'Row 2 has 2 columns; row 1 has 3.'],
    ['key-door', 'S.G/.z.', 'Row 2, column 2: "z" is no tile of this map.'],
    ['key-door', 'S.G/.😀', 'Row 2'],
    ['key-door', '..G', 'The map needs a start (S); it has none.'],
    ['key-door', 'S.S/..G', 'The map may have one start (S); it has 2.'],
    ['key-door', 'S..', 'The map needs a goal (G); it has none.'],
    ['key-door', 'S#K/##./G..', 'There is no path from the start to the key, nor to a goal without it.'],
    ['key-door', 'SK#D/..#G', 'There is no path from the key to the door, nor to a goal around it.'],
    ['key-door', 'SKD#/..#G', 'There is no path from the door to a goal.'],
    ['key-door', 'S.D/..#/##G', 'The door has no key, and there is no other way to a goal.'],
    ['key-door', 'SXG', 'There is no path from the start to a goal.'],
    ['exploration-maze', 'S#G', 'There is no path from the start to a goal.'],
    ['exploration-maze', `S${'.'.repeat(24)}G`, 'Row 1 has 26 columns; at most 24 are allowed.'],
    ['exploration-maze', `S${'/.'.repeat(24)}/G`, 'The map has 26 rows; at most 24 are allowed.'],
    ['exploration-maze', 'S'.repeat(1000), 'The map is 1000 characters long'],
    ['frozen-lake', 'SF/HS/FG', null],
    ['frozen-lake', 'SHS/HFG', 'There is no path from the start in row 1, column 1 to a goal.'],
    ['cliff-walking', 'S#G/CCC', 'There is no path from the start to a goal.'],
  ])('%s %j: %s', (id, map, sentence) => {
    const parameter = scenarioOf(id).params['map'] as MapParameter;
    const problem = mapProblem(parameter, map);
    if (sentence === null) expect(problem).toBeNull();
    else expect(problem).toContain(sentence);
    const { values, problems } = complete(scenarioOf(id), { map });
    if (sentence === null) return;
    if (map === '' && parameter.standsFor) return;
    expect(values['map']).toBe(parameter.default);
    expect(problems[0].message).toContain('The scenario’s own map is used.');
  });
});

describe.each(drawn)('maps of %s', (_, scenario, parameter) => {
  it('never throw, whatever a link holds, and stay within limits', () => {
    const tiles = parameter.tiles.map(({ mark }) => mark);
    const hostile = fc.oneof(
      fc.anything(),
      fc.string({ maxLength: 80 }),
      fc.string({ unit: fc.constantFrom(...tiles, '/', 'z', '\n', '<'), maxLength: 700 }),
      smallMaps(parameter),
    );
    fc.assert(
      fc.property(hostile, (map) => {
        const { values, problems } = complete(scenario, { map });
        if (map !== undefined && map !== values['map']) expect(problems[0].message).toMatch(/^map: .+\. The scenario’s own map is used\.$/s);
        const table = scenario.table(values as never);
        expect(table.S).toBeLessThanOrEqual(4096);
        for (const column of Object.values(table.stateTables)) expect(column.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('can be played exactly where the best policy reaches a goal', () => {
    let [good, bad] = [0, 0];
    fc.assert(
      fc.property(smallMaps(parameter), (map) => {
        const { playable, ...rules } = parameter;
        if (mapProblem(rules as MapParameter, map) !== null) return;
        const verdict = playable!(mapRows(map));
        const starts = scenario.table({ ...complete(scenario, {}).values, map } as never).start.state.length;
        const best = bestSuccess(scenario, map);
        if (verdict === null) expect(best).toBeCloseTo(1, 12);
        else expect(best).toBeLessThan(1 - 0.9 / starts);
        if (verdict === null) good++;
        else bad++;
      }),
      { seed: 5, numRuns: 250 },
    );
    expect(Math.min(good, bad)).toBeGreaterThan(10);
  });

  it('move the exact value of the starting policy with every wall or hazard', () => {
    const released = parameter.default || parameter.standsFor!({});
    const obstacle = parameter.tiles.find(({ role }) => role === 'wall' || role === 'hazard')!;
    const value = (map: string) => {
      const table = tableOf(scenario, { map });
      const { probability } = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
      return startValue(table, evaluatePolicy(table, probability, table.metrics[table.truth]).value);
    };
    const changed = Array.from(released, (_, at) => at)
      .filter((at) => released[at] === parameter.tiles[0].mark)
      .map((at) => released.slice(0, at) + obstacle.mark + released.slice(at + 1))
      .find((map) => mapProblem(parameter, map) === null)!;
    expect(value(changed)).not.toBe(value(released));
  });
});
