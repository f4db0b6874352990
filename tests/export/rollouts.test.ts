import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importLog } from '../../src/core/batch/log-import';
import { guessRoles, rolesOf } from '../../src/core/batch/log-roles';
import { sampleLog } from '../../src/core/batch/log-sample';
import { readLog } from '../../src/core/batch/log-text';
import { rolloutCsv } from '../../src/export/csv';
import { rolloutJsonLines } from '../../src/export/jsonl';
import { pricedLog } from '../../src/export/priced-log';

function read(text: string) {
  const table = readLog(text);
  return importLog(table, { roles: rolesOf(guessRoles(table)), badRows: 'refuse' });
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((x) => x + 0);
const step = fc.record({ reward: number, value: number, logProb: number, action: fc.integer({ min: 0, max: 9 }) });
const trajectory = fc.record({
  group: fc.oneof(fc.integer(), fc.constantFrom('a', 'b,c', 'say "so"', ' spaced ', 'line\nbreak', '007', '1e3', 'true')),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  outcome: number,
  terminated: fc.boolean(),
  completion: fc.string({ minLength: 1 }),
  last: number,
});

test('what is written is read back as it was: JSON lines whole, CSV without the value after the last step', () => {
  fc.assert(
    fc.property(fc.array(trajectory, { minLength: 1, maxLength: 8 }), (rollouts) => {
      const records = rollouts.map(({ group, steps, outcome, terminated, completion, last }) => ({
        group,
        rewards: steps.map(({ reward }) => reward),
        outcome,
        terminated,
        completion,
        actions: steps.map(({ action }) => action),
        logProbs: steps.map(({ logProb }) => logProb),
        values: [...steps.map(({ value }) => value), last],
      }));
      const first = read(JSON.stringify({ trajectories: records }));
      const advantage = first.batch.column('reward', 'step') as Float64Array;
      const table = pricedLog(first, [{ name: 'own', advantage }]);
      const json = read(rolloutJsonLines(table));
      expect(json.trajectories.map(({ rewardDims: _, ...rest }) => rest)).toEqual(first.trajectories.map(({ rewardDims: _, ...rest }) => rest));
      expect(json.completion).toEqual(first.completion);
      const csv = read(rolloutCsv(table));
      const shown = ({ group, rewards, outcome, terminated, actions, logProbs }: Readonly<Record<string, unknown>>) => ({ group, rewards, outcome, terminated, actions, logProbs });
      expect(csv.trajectories.map(shown)).toEqual(first.trajectories.map((each) => ({ ...shown(each), group: asLabel(each['group']) })));
      expect(csv.trajectories.map(({ values }) => values)).toEqual(records.map(({ values }) => values.slice(0, -1)));
      expect([...csv.loggedAdvantage!]).toEqual([...advantage]);
    }),
    { seed: 4, numRuns: 150 },
  );
});

/** CSV has no types: a label that spells a number is one. */
function asLabel(label: unknown): unknown {
  return typeof label === 'string' && label.trim() !== '' && String(Number(label)) === label.trim() ? Number(label) : label;
}

test('every advantage stands in its own column, and several rewards stay apart', () => {
  const log = read(sampleLog());
  const reward = log.batch.column('reward', 'step') as Float64Array;
  const table = pricedLog(log, [{ name: 'A grpo', advantage: reward }, { name: 'B gae', advantage: reward.map((x) => -x) }]);
  const [head, first] = rolloutCsv(table).split('\n');
  expect(head).toBe('group,trajectory,step,outcome,terminated,prompt,completion,rewardDims,value,reward,oldLogProbs,action,advantage.A grpo,advantage.B gae');
  expect(first).toMatch(/^sum-1,0,0,/);
  const record = JSON.parse(rolloutJsonLines(table).split('\n')[0]) as Record<string, unknown>;
  expect(Object.keys(record['advantages'] as object)).toEqual(['A grpo', 'B gae']);
  expect(record['rewardDims']).toEqual(log.trajectories[0]['rewardDims']);
  for (const text of [rolloutCsv(table), rolloutJsonLines(table)]) {
    const again = read(text);
    expect([...(again.batch.column('reward', 'step') as Float64Array)]).toEqual([...reward]);
    expect(again.trajectories.map(({ rewardDims }) => rewardDims)).toEqual(log.trajectories.map(({ rewardDims }) => rewardDims));
  }
});

test('a number that is not finite is an empty cell and null', () => {
  const table = { nTraj: 1, maxLen: 1, length: Int32Array.of(1), group: [0], trajectories: {}, steps: { reward: [Number.NaN] }, states: {} };
  expect(rolloutCsv(table)).toBe('group,trajectory,step,reward\n0,0,0,\n');
  expect(rolloutJsonLines(table)).toBe('{"group":0,"rewards":[null]}\n');
});
