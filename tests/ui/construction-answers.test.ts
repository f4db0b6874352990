/** Constructions asked on the log page: the worked examples that reference pages hand out, and what becomes of bad cases. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rewards } from '../../src/cli/rewards';
import { isCaseFile, readCases } from '../../src/core/batch/case-file';
import { allMeasures } from '../../src/core/all-measures';
import { allPlugins } from '../../src/core/all-plugins';
import { exampleCases } from '../../src/tools/vite/reference-measures';
import { answerFields, MOST_CELLS, MOST_ROWS } from '../../src/ui/logs/answer-rows';
import { answerConstructions, answerFile } from '../../src/ui/logs/construction-answers';
import { goldenDifference } from '../support/golden-difference';

const plugins = allPlugins();
const measures = [...allMeasures()];
const casesOf = (text: string) => readCases(text) as readonly Readonly<Record<string, unknown>>[];

describe.each(measures)('%s', (id, measure) => {
  test('its example opens as cases and gives the answers worked by hand, every field in a table', async () => {
    const text = exampleCases(measure);
    expect(isCaseFile(text)).toBe(true);
    const answered = (await answerConstructions(casesOf(text)))!;
    expect(answered).toHaveLength(measure.examples.length);
    measure.examples.forEach(({ expect: expected, why }, k) => {
      const { id: _, ...fields } = answered[k].answer;
      expect(goldenDifference(fields, expected)).toBeNull();
      expect([answered[k].plugin, answered[k].why]).toEqual([measure, why]);
      expect(answerFields(answered[k].answer, measure).map(({ name, meaning }) => [name, meaning])).toEqual(Object.keys(fields).map((name) => [name, measure.outputs[name]]));
    });
  });

  test('its published vectors are answered as the headless command does', async () => {
    const cases = (JSON.parse(readFileSync(`tests/golden/measures/${id}.json`, 'utf8')) as Record<string, unknown>[]).map((vector) => ({ ...vector, construction: id }));
    const answered = (await answerConstructions(cases))!;
    expect(answerFile(answered)).toBe(`${JSON.stringify(rewards({ cases }, plugins))}\n`);
    answered.forEach(({ answer: { id: _, ...fields } }, k) => expect(goldenDifference(fields, (cases[k] as Record<string, unknown>)['expected'])).toBeNull());
  });
});

test('every file of vectors of a reward is answered byte for byte as the headless command does', async () => {
  const files = readdirSync('tests/golden/rewards').filter((name) => name.endsWith('.json')).slice(0, 12);
  const cases = files.flatMap((name) => (JSON.parse(readFileSync(`tests/golden/rewards/${name}`, 'utf8')) as Record<string, unknown>[]).map((vector) => ({ construction: name.replace(/\.json$/, ''), ...vector })));
  expect(cases.length).toBeGreaterThan(files.length);
  expect(answerFile((await answerConstructions(cases))!)).toBe(`${JSON.stringify(rewards({ cases }, plugins))}\n`);
});

test('a bad case never loses the others, and says what the headless command says', async () => {
  const trajectories = [{ group: 0, length: 2, signals: { format: [1, 0.5] }, outcome: 1, extra: {} }];
  const cases = [
    { id: 'a', construction: 'gra', params: { weights: { format: 2 } }, input: { trajectories } },
    { id: 'b', construction: 'grah', input: { trajectories } },
    { id: 'c', construction: 'gra', params: { treshold: 1 }, input: { trajectories } },
    { id: 'd', construction: 'gra', params: 3, input: { trajectories } },
    { construction: 'reward-hop', input: {} },
    { id: 'g', construction: 'reward-hop', params: null, input: { progress: [0, 'x'] } },
    null,
    { id: 'h', construction: 'reward-hop', input: { progress: [0.5, 0.75] } },
  ];
  const answered = (await answerConstructions(cases))!;
  expect(JSON.parse(answerFile(answered))).toEqual(rewards({ cases }, plugins));
  expect(answered.map(({ answer }) => 'error' in answer)).toEqual([false, true, true, true, true, true, true, false]);
  expect(answered.map(({ plugin }) => plugin?.id)).toEqual(['gra', undefined, 'gra', 'gra', 'reward-hop', 'reward-hop', undefined, 'reward-hop']);
  expect(answered.map(({ construction }) => construction).slice(1, 7)).toEqual(['grah', 'gra', 'gra', 'reward-hop', 'reward-hop', null]);
});

test('what nobody waits for any more is given up', async () => {
  expect(await answerConstructions([{ construction: 'reward-hop', input: { progress: [0.5, 0.75] } }], () => true)).toBeNull();
});

test('an answer is shown as numbers, lists and matrices, and what is left out is counted', () => {
  const [, hop] = measures.find(([id]) => id === 'reward-hop')!;
  const fieldOf = (value: unknown) => answerFields({ id: 'x', hop: value }, hop)[0];
  expect(fieldOf(-1 / 3)).toMatchObject({ rows: [{ head: '', cells: ['−0.333333'] }], isList: false, hidden: 0 });
  expect(fieldOf([1, 2.5])).toMatchObject({ rows: [{ head: '', cells: ['1', '2.5'] }], width: 2, isList: true });
  expect(fieldOf([[1], [], [2, 3]]).rows).toEqual([{ head: '[0]', cells: ['1'] }, { head: '[1]', cells: [] }, { head: '[2]', cells: ['2', '3'] }]);
  expect(fieldOf([[[1, 2]], [[3, 4]]]).rows.map(({ head }) => head)).toEqual(['[0][0]', '[1][0]']);
  expect(fieldOf([{ format: 1 }, { format: true }])).toMatchObject({ rows: [{ head: '[0].format', cells: ['1'] }, { head: '[1].format', cells: ['true'] }], isList: false });
  const large = fieldOf(Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => 0)));
  expect([large.rows.length, large.width, large.hidden]).toEqual([MOST_ROWS, MOST_CELLS, 400 - MOST_ROWS * MOST_CELLS]);
});
