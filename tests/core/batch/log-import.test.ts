import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importLog, type LogOptions } from '../../../src/core/batch/log-import';
import { guessRoles, rolesOf } from '../../../src/core/batch/log-roles';
import { sampleLog } from '../../../src/core/batch/log-sample';
import { LOG_LIMITS, problemText } from '../../../src/core/batch/log-table';
import { guessFormat, readLog } from '../../../src/core/batch/log-text';

function read(text: string, options: Partial<LogOptions> = {}, known: readonly string[] = []) {
  const table = readLog(text);
  return importLog(table, { roles: rolesOf(guessRoles(table, known)), badRows: 'skip', ...options });
}

const roleOf = (text: string, column: string, known: readonly string[] = []) => guessRoles(readLog(text), known).find((guess) => guess.column === column)?.role;

describe('what training libraries write', () => {
  test('TRL: one column per reward function, groups by prompt and training step', () => {
    const text =
      'step,prompt,completion,accuracy_reward,format_reward,advantage\n' +
      '1,"What is 2 + 2?",4,1,0.5,0.7\n1,"What is 2 + 2?","5, or ""so""",0,0.5,-0.7\n2,"What is 2 + 2?",4,1,0,0\n';
    const log = read(text);
    expect([...log.batch.group.id]).toEqual([0, 0, 1]);
    expect(log.trajectories.map(({ rewards }) => rewards)).toEqual([[1.5], [0.5], [1]]);
    expect(log.trajectories[0]['rewardDims']).toEqual({ accuracy_reward: 1, format_reward: 0.5 });
    expect(log.completion[1]).toBe('5, or "so"');
    expect(log.prompt[0]).toBe('What is 2 + 2?');
    expect([...log.loggedAdvantage!]).toEqual([0.7, -0.7, 0]);
  });

  test('verl: JSON lines with input, output, score and a list of token rewards that the score is the total of', () => {
    const rows = [
      { input: 'p', output: 'a', gts: 'x', score: 1, step: 3, uid: 'u1', token_level_scores: [0, 0, 1], old_log_probs: [-1, -2, -3] },
      { input: 'p', output: 'b', gts: 'x', score: 0, step: 3, uid: 'u1', token_level_scores: [0, 0], old_log_probs: [-1, -2] },
    ];
    const log = read(rows.map((row) => JSON.stringify(row)).join('\n'));
    expect(log.trajectories.map(({ rewards }) => rewards)).toEqual([[0, 0, 1], [0, 0]]);
    expect(log.batch.group.count).toBe(1);
    expect(log.trajectories[1]['oldLogProbs']).toEqual([-1, -2]);
  });

  test('OpenRLHF: a reward beside step scores is added on the last step, by its weight', () => {
    const text = JSON.stringify([{ prompt_id: 0, response: 'a', reward: 2, prm_scores: [0.5, 0.25], values: [0, 1, 2], finish_reason: 'length' }]);
    expect(read(text).trajectories[0]).toMatchObject({ rewards: [0.5, 2.25], values: [0, 1, 2], terminated: false });
    expect(read(text, { weights: { reward: 0.5, prm_scores: 2 } }).trajectories[0]).toMatchObject({ rewards: [1, 1.5], rewardDims: { prm_scores: 1.5, reward: 1 } });
  });

  test('a row per step becomes a trajectory, in the order of its steps', () => {
    const log = read('episode;t;reward;value;done\n7;1;0.5;2;1\n7;0;1;3;0\n8;0;4;1;0\n');
    expect(log.trajectories).toMatchObject([{ rewards: [1, 0.5], values: [3, 2], terminated: true }, { rewards: [4], terminated: false }]);
    expect(log.line).toEqual([3, 4]);
  });

  test('the headless form, alone or as a case, with signals and extra', () => {
    const trajectories = [{ group: 'a', rewards: [1, 2], states: [0, 1, 2], signals: { fuel: [3, 4] }, extra: { greedyReward: 1 } }];
    for (const text of [JSON.stringify({ trajectories }), JSON.stringify({ cases: [{ id: 'x', estimator: 'grpo', input: { trajectories } }] }, null, 2)]) {
      const { batch } = read(text);
      expect([...(batch.column('fuel', 'step') as Float64Array)]).toEqual([3, 4]);
      expect([...(batch.column('greedyReward', 'trajectory') as Float64Array)]).toEqual([1]);
      expect(batch.group.label).toEqual(['a']);
    }
  });

  test('the sample reads without a problem and its sums are what its rewards say', () => {
    const log = read(sampleLog(), { badRows: 'refuse' });
    expect([log.batch.nTraj, log.batch.group.count, log.problems.length]).toEqual([48, 6, 0]);
    log.trajectories.forEach((trajectory, i) => {
      const right = (log.prompt[i]!.match(/[−+]? ?\d+/g) ?? []).reduce((sum, term) => sum + Number(term.replace('−', '-').replaceAll(' ', '')), 0);
      const says = Number(/(?:Answer:|So it is) (-?\d+)$/.exec(log.completion[i]!)![1]);
      expect(trajectory['outcome'], log.completion[i]!).toBe(says === right ? 1 : 0);
    });
  });
});

describe('a reward that does not apply', () => {
  const nulls = [
    '{"prompt_id":0,"math_reward":1,"code_reward":null,"format_reward":0.5}',
    '{"prompt_id":0,"math_reward":null,"code_reward":0.25,"format_reward":NaN}',
    '{"prompt_id":0,"math_reward":null,"code_reward":null,"format_reward":null,"completion":"NaN, he wrote"}',
    '{"prompt_id":0,"math_reward":2,"format_reward":1}',
  ].join('\n');

  test('is left out of the sum and counted; a row without any reward is named and left out', () => {
    const log = read(nulls);
    expect(log.trajectories.map(({ rewards }) => rewards)).toEqual([[1.5], [0.25], [3]]);
    expect(log.skipped).toEqual([{ column: 'code_reward', count: 2 }, { column: 'math_reward', count: 1 }, { column: 'format_reward', count: 1 }]);
    expect(log.problems.map(problemText)).toEqual(['Line 3, column “math_reward”: it is empty, and so are “code_reward”, “format_reward”. Give at least one reward.']);
    expect(() => read(nulls, { badRows: 'refuse' })).toThrow(/^Line 3, column “math_reward”/);
  });

  test('weighs nothing, and a log without empty cells says nothing', () => {
    expect(read(nulls, { weights: { code_reward: 4, math_reward: 3 } }).trajectories.map(({ rewards }) => rewards)).toEqual([[3.5], [1], [7]]);
    expect(read('prompt_id,a_reward,b_reward\n0,1,0\n').skipped).toEqual([]);
  });

  test('in a CSV it is an empty cell or the word that a table writes', () => {
    const log = read('prompt_id,a_reward,b_reward\n0,1,\n0,nan,2\n0,None,3\n0,,\n');
    expect(log.trajectories.map(({ rewards }) => rewards)).toEqual([[1], [2], [3]]);
    expect(log.skipped).toEqual([{ column: 'b_reward', count: 1 }, { column: 'a_reward', count: 2 }]);
    expect(log.problems.map(problemText)).toEqual(['Line 5, column “a_reward”: it is empty, and so is “b_reward”. Give at least one reward.']);
  });

  test('does not hide its column when none of the first rows has it', () => {
    const rows = Array.from({ length: 60 }, (_, k) => `{"prompt_id":0,"a_reward":1,"b_reward":${k < 50 ? 'null' : 2}}`);
    expect(read(rows.join('\n')).trajectories.map(({ rewards }) => (rewards as number[])[0])).toEqual([...Array<number>(50).fill(1), ...Array<number>(10).fill(3)]);
  });

  test('in lists, objects and rows of steps', () => {
    expect(read('{"step_rewards":[1,null,2]}\n{"step_rewards":[null],"reward":4}\n{"step_rewards":[null,null]}')).toMatchObject({
      trajectories: [{ rewards: [1, 0, 2] }, { rewards: [4] }],
      skipped: [{ column: 'step_rewards', count: 2 }, { column: 'reward', count: 1 }],
      problems: [{ line: 3, column: 'reward' }],
    });
    expect(read('{"rewards":{"a":1,"b":null}}\n{"rewards":{"a":null,"b":null}}')).toMatchObject({
      trajectories: [{ rewards: [1], rewardDims: { a: 1, b: 0 } }],
      skipped: [{ column: 'b', count: 1 }],
      problems: [{ line: 2, column: 'rewards', message: 'all of its rewards are empty. Give at least one.' }],
    });
    const steps = read('episode,t,a_reward,b_reward\n0,0,1,\n0,1,,2\n1,0,,\n');
    expect(steps.trajectories.map(({ rewards }) => rewards)).toEqual([[1, 2]]);
    expect(steps.skipped).toEqual([{ column: 'b_reward', count: 1 }, { column: 'a_reward', count: 1 }]);
    expect(steps.problems).toMatchObject([{ line: 4, column: 'a_reward' }]);
  });
});

describe('roles', () => {
  test('are guessed from names and cells, and each guess says why', () => {
    const text = 'uid,response,rewards/acc,is_correct,ref_logps,mystery,note\nq,"x",1,true,"[-1, -2]",3,hello\n';
    const guesses = guessRoles(readLog(text));
    expect(rolesOf(guesses)).toEqual({ uid: 'group', response: 'completion', 'rewards/acc': 'reward', is_correct: 'outcome', ref_logps: 'refLogProbs', mystery: 'extra', note: 'ignore' });
    for (const { because } of guesses) expect(because).toMatch(/^[A-Z].*\.$/);
  });

  test('a column that an estimator reads by name is not taken for a second reward', () => {
    const text = 'prompt_id,reward,greedy_reward\n0,1,0.5\n';
    expect(roleOf(text, 'greedy_reward')).toBe('reward');
    expect(roleOf(text, 'greedy_reward', ['reward', 'greedyReward'])).toBe('extra');
    expect(roleOf(text, 'reward', ['reward', 'greedyReward'])).toBe('reward');
    expect([...(read(text, {}, ['greedyReward']).batch.column('greedyReward', 'trajectory') as Float64Array)]).toEqual([0.5]);
  });

  test('can be overridden', () => {
    const table = readLog('a,b\n1,2\n1,4\n');
    const log = importLog(table, { roles: { a: 'group', b: 'reward' }, badRows: 'skip' });
    expect(log.trajectories.map(({ rewards }) => rewards)).toEqual([[2], [4]]);
  });
});

describe('rows that cannot be read', () => {
  const good = '{"prompt_id":0,"reward":1}';

  test.each([
    ['broken JSON', `${good}\n{"prompt_id":0,"rew\n${good}`, /^Line 2: .*this is not JSON\.$/],
    ['no object', `${good}\n[1]\n${good}`, /^Line 2: this is no JSON object/],
    ['a text for a number', `${good}\n{"prompt_id":0,"reward":"good"}\n${good}`, /^Line 2, column “reward”: “good” is not a finite number\.$/],
    ['a missing reward', `${good}\n{"prompt_id":0}\n${good}`, /^Line 2, column “reward”: it is empty\. Give a number\.$/],
    ['a missing group', `${good}\n{"reward":0}\n${good}`, /^Line 2, column “prompt_id”: it is empty/],
    ['too few cells', 'prompt_id,reward\n0,1\n0\n0,1\n', /^Line 3: this row has 1 cells where the header has 2\.$/],
    ['a quote that never closes', 'prompt_id,reward,text\n0,1,a\n0,1,"b\n0,1,c\n', /^Line 3: the quote that opens cell 3 is never closed\.$/],
    ['something after a quote', 'prompt_id,reward,text\n0,1,a\n0,1,"b"x\n0,1,c\n', /^Line 3: something stands between/],
    ['NaN', 'prompt_id,reward\n0,1\n0,NaN\n0,1\n', /^Line 3, column “reward”: “NaN” is not a finite number\.$/],
  ])('%s: named, skipped, nothing else lost', (_, text, message) => {
    const log = read(text);
    expect(log.batch.nTraj).toBe(2);
    expect(log.problems.map(problemText)).toEqual([expect.stringMatching(message)]);
    expect(() => read(text, { badRows: 'refuse' })).toThrow(/Skip such rows, or correct the file\.$/);
  });

  test('lists of unequal length name both columns', () => {
    const log = read('{"step_rewards":[1,2],"values":[1,2,3]}\n{"step_rewards":[1,2],"values":[1]}\n');
    expect(log.problems.map(problemText)).toEqual(['Line 2, column “values”: it has 1 entries where “step_rewards” has 2. Give 2 or 3.']);
  });

  test('in a file of steps the line of the step is named, and its trajectory left out', () => {
    const log = read('episode,t,reward\n0,0,1\n0,1,x\n1,0,2\n1,0,2\n2,0,3\n');
    expect(log.trajectories.map(({ rewards }) => rewards)).toEqual([[3]]);
    expect(log.problems.map(problemText)).toEqual(['Line 3, column “reward”: “x” is not a finite number.', 'Line 5, column “t”: this trajectory has step 0 twice.']);
  });

  test('in JSON the line at which the entry starts is named', () => {
    const text = `{\n "note": "[{",\n "trajectories": [\n  {"rewards": [1]},\n  {"rewards": ["x"]},\n  {"rewards": [2]}\n ]\n}`;
    expect(read(text).problems.map(problemText)).toEqual(['Line 5, column “rewards”: entry 1 of its list, “x”, is not a finite number.']);
  });

  test('what cannot be read at all says what to do', () => {
    expect(() => read('')).toThrow('This log is empty.');
    expect(() => read('{"a":1\n"b"')).toThrow(/JSON that breaks off cannot be read in part/);
    expect(() => read('{"model":"x",\n"b":[]}')).toThrow('This JSON holds no list of trajectories.');
    expect(() => read('a,a\n1,2\n')).toThrow('Line 1: two columns are called “a”.');
    expect(() => read('reward,text\nNaN,\nx,\n')).toThrow(/^No row can be read\. Line 2: it has no reward, no outcome and no steps\./);
  });

  test('a hard limit is named with what was found', () => {
    const long = Array.from({ length: LOG_LIMITS.maxLen + 1 }, () => 0);
    expect(() => read(JSON.stringify({ step_rewards: long }))).toThrow('This log has 16,385 steps in one trajectory; at most 16,384 are imported.');
    const wide = Object.fromEntries(Array.from({ length: LOG_LIMITS.columns + 1 }, (_, k) => [`c${k}`, 1]));
    expect(() => read(JSON.stringify(wide))).toThrow('This log has 257 columns; at most 256 are read.');
    const padded = [long.slice(1), ...Array.from({ length: 600 }, () => [0])].map((step_rewards) => JSON.stringify({ step_rewards })).join('\n');
    expect(() => read(padded)).toThrow(/cells once short trajectories are padded/);
  });
});

test('broken rows put anywhere among good ones cost themselves alone', () => {
  const brokenLine = fc.constantFrom('{"prompt_id":', '[]', 'null', '{"prompt_id":1}', '{"prompt_id":1,"reward":null}', '{"prompt_id":1,"reward":[1]}', '{]', '7', '"x"', '{"prompt_id":1,"reward":1e999}');
  const brokenCsv = fc.constantFrom('1', '1,2,3,4', '1,x,"a"', '1,,t', '1,2,"unclosed', '1,2,"a"b', '"', '1,Infinity,"q"');
  const mixed = (broken: fc.Arbitrary<string>) => fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), broken), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(mixed(brokenLine), (entries) => {
      const lines = entries.map((entry) => (typeof entry === 'number' ? JSON.stringify({ prompt_id: 1, reward: entry }) : entry));
      const table = readLog(`{"prompt_id":1,"reward":0}\n${lines.join('\n')}`, 'jsonl');
      const log = importLog(table, { roles: { prompt_id: 'group', reward: 'reward' }, badRows: 'skip' });
      expect(log.trajectories.map(({ rewards }) => rewards)).toEqual([[0], ...entries.filter((entry) => typeof entry === 'number').map((entry) => [entry + 0])]);
      expect(log.problems.map(({ line }) => line)).toEqual(entries.flatMap((entry, k) => (typeof entry === 'number' ? [] : [k + 2])));
    }),
    { seed: 1, numRuns: 200 },
  );
  fc.assert(
    fc.property(mixed(brokenCsv), (entries) => {
      // A stray quote may swallow text only up to the end of its own line, so good rows hold no quotes here.
      const lines = entries.map((entry) => (typeof entry === 'number' ? `1,${entry},t` : entry));
      const table = readLog(`prompt_id,reward,completion\n1,0,t\n${lines.join('\n')}\n`, 'csv');
      const log = importLog(table, { roles: { prompt_id: 'group', reward: 'reward', completion: 'completion' }, badRows: 'skip' });
      const quotes = entries.filter((entry) => typeof entry === 'string' && /^(1,2,"unclosed|")$/.test(entry)).length;
      const kept = log.trajectories.map(({ rewards }) => (rewards as number[])[0] + 0);
      if (quotes < 2) {
        expect(kept).toEqual([0, ...entries.filter((entry) => typeof entry === 'number').map((entry) => entry + 0)]);
        expect(log.problems.map(({ line }) => line)).toEqual(entries.flatMap((entry, k) => (typeof entry === 'number' ? [] : [k + 3])));
      }
      expect(kept.length + log.problems.length).toBeLessThanOrEqual(entries.length + 1);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test('no text at all makes the reader fail in any other way than by its own error', () => {
  const anything = fc.oneof(fc.string(), fc.json(), fc.array(fc.json()).map((rows) => rows.join('\n')), fc.array(fc.array(fc.string())).map((rows) => rows.map((row) => row.join(',')).join('\n')));
  fc.assert(
    fc.property(anything, (text) => {
      try {
        read(text);
      } catch (error) {
        expect((error as Error).name, `${JSON.stringify(text)}: ${(error as Error).stack}`).toBe('LogError');
      }
    }),
    { seed: 3, numRuns: 1500 },
  );
});

test.each([
  ['{"a":1}', 'jsonl'],
  ['{"a":1}\n{"a":2}', 'jsonl'],
  ['{"a":1\n{"a":2}', 'json'],
  ['{"trajectories":[]}', 'json'],
  ['{\n "trajectories": []\n}', 'json'],
  ['[1]', 'json'],
  ['\uFEFFa,b\n1,2', 'csv'],
])('%j is read as %s', (text, format) => {
  expect(guessFormat(text)).toBe(format);
});
