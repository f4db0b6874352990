import { describe, expect, test } from 'vitest';
import { isCaseFile, readCases } from '../../../src/core/batch/case-file';
import { whereJsonBreaks } from '../../../src/core/batch/json-place';

describe('a file of cases is known by its shape', () => {
  test.each([
    ['{"cases": [{"construction": "reward-hop", "input": {}}]}', true],
    ['  {"cases": [7, {"construction": "grah"}]}', true],
    ['{"cases": [{"construction": "reward-hop", "input": {', true],
    ['{"cases": [{"estimator": "grpo", "input": {"trajectories": []}}]}', false],
    ['{"trajectories": [{"rewards": [1], "extra": {"construction": 1}}]}', false],
    ['{"rewards": [1], "note": "construction"}\n{"construction": 2}', false],
    ['prompt,reward\n"cases"construction"",1', false],
  ])('%s', (text, expected) => expect(isCaseFile(text)).toBe(expected));
});

describe('the place where JSON breaks', () => {
  test.each([
    ['{"cases": [\n  {"a": 1,}\n]}', 2, 11, '“}” stands here, where JSON has a name in double quotation marks.'],
    ['{"a": [1, 2', 1, 12, 'the text ends here, where JSON has a comma or “]”.'],
    ['{"a"\n 1}', 2, 2, '“1” stands here, where JSON has a colon.'],
    ['[1, .5]', 1, 5, '“.” stands here, where JSON has a value: a number, a text, a list, an object, true, false or null.'],
    ['{"a": "b\\x"}', 1, 9, '“\\” stands here, where JSON has an escape such as \\n or \\u00e9.'],
    ['{"a": "b}', 1, 10, 'the text ends here, where JSON has the closing quotation mark of a text.'],
    ['{} {}', 1, 4, '“{” stands here, where JSON has nothing more.'],
    ['[01]', 1, 3, '“1” stands here, where JSON has a comma or “]”.'],
    ['', 1, 1, 'the text ends here, where JSON has a value: a number, a text, a list, an object, true, false or null.'],
  ])('%j', (text, line, column, problem) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(whereJsonBreaks(text)).toEqual({ line, column, problem });
  });

  test('of a text that JSON.parse takes is behind its end, whatever it holds', () => {
    for (const value of [null, [], {}, [[]], { a: [1.5e-7, -0, 'é"\\\n\u0001', { b: [true, false, null] }] }, '\u2028']) {
      for (const text of [JSON.stringify(value), ` ${JSON.stringify(value, null, 2)}\n`]) {
        expect(whereJsonBreaks(text).problem, text).toBe('the text ends here, where JSON has nothing more.');
      }
    }
  });

  test('one character taken out of a text is found no later than where the native reader finds it', () => {
    const text = '{"cases": [{"id": "a", "params": {"x": -1.5e3}, "input": [true, null]}]}';
    for (let k = 0; k < text.length; k++) {
      const broken = text.slice(0, k) + text.slice(k + 1);
      const cases = readCases(broken);
      try {
        JSON.parse(broken);
      } catch {
        expect(cases, broken).toMatch(/^Line 1, column \d+: /);
        continue;
      }
      expect(typeof cases === 'string' && cases.startsWith('Line'), broken).toBe(false);
    }
  });
});

test('JSON without cases is refused by the field', () => {
  for (const text of ['{"case": []}', '[]', 'null', '{"cases": {}}']) expect(readCases(text)).toBe('cases: expected a list of {id, construction, params, input}.');
});
