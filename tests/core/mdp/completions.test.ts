import { expect, test } from 'vitest';
import { loadPreset } from '../../../src/core/experiment/presets';
import { resolveExperiment, type Experiment } from '../../../src/core/experiment/resolve';
import { allPlugins } from '../../../src/core/all-plugins';
import type { PlayOn } from '../../../src/core/contracts/columns';
import { completionOutcomes, completionSteps } from '../../../src/core/mdp/completions';
import { evaluatePolicy } from '../../../src/core/mdp/exact';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';

const plugins = allPlugins();

async function played(preset: string, nTraj: number, stream = { seed: 0, learner: 3, iteration: 2 }) {
  const experiment: Experiment = resolveExperiment((await loadPreset(preset))!.spec, plugins);
  const { table, initialLogits } = experiment;
  const policy = softmaxPolicy(initialLogits, table.S, table.A);
  const batch = rollout(table, policy.threshold, { ...stream, nTraj, groupSize: 1 });
  const from: PlayOn = { table, threshold: policy.threshold, stream, row: batch.row, length: batch.length };
  return { table, policy, batch, from };
}

test.each(['math-steps', 'boat-race'])('%s: the mean of many completions is what was collected plus the exact value of the state at its time', async (preset) => {
  const { table, policy, batch, from } = await played(preset, 24);
  const pay = table.metrics[table.truth];
  const exact = evaluatePolicy(table, policy.probability, pay);
  const counts = 64;
  const outcomes = completionOutcomes(from, counts);
  let off = 0;
  let visits = 0;
  for (let i = 0; i < 24; i++) {
    let collected = 0;
    for (let t = 0; t < batch.length[i]; t++) {
      const k = i * batch.maxLen + t;
      const mean = outcomes.reduce((sum, of) => sum + of[k], 0) / counts;
      const right = collected + exact.value[t * table.S + table.rowState[batch.row[k]]];
      off += (mean - right) ** 2;
      visits += 1;
      collected += pay[batch.row[k]];
    }
  }
  // The variance of an outcome between 0 and 1 is at most ¼.
  expect(Math.sqrt(off / visits)).toBeLessThan(1.2 * Math.sqrt(0.25 / counts));
  expect(visits).toBeGreaterThan(50);
});

test('the first completions are the same however many are asked for, and none repeats the batch or another', async () => {
  const { batch, from } = await played('math-steps', 40);
  const copy = { ...from };
  const [one] = completionOutcomes(copy, 1);
  const many = completionOutcomes(from, 16);
  expect(many[0]).toEqual(one);
  expect(completionOutcomes(copy, 16)[15]).toEqual(many[15]);
  for (let j = 1; j < 16; j++) expect(many[j]).not.toEqual(many[0]);
  for (const of of many) for (let i = 0; i < 40; i++) for (let t = batch.length[i]; t < batch.maxLen; t++) expect(of[i * batch.maxLen + t]).toBe(0);
  expect(() => completionOutcomes(from, 0)).toThrow('1 to 64, not 0');
});

test('a completion has the steps that are left and no more', async () => {
  const { table, from } = await played('key-door', 4);
  const full = { ...table, metrics: { ...table.metrics, [table.truth]: new Float64Array(table.rows).fill(1) } };
  // Every step pays 1, so that an outcome counts steps; in so short a time nearly nobody ends early.
  const [steps] = completionOutcomes({ ...from, table: full }, 1);
  expect(Math.max(...steps)).toBe(table.horizon);
  const taken = steps.map((total, k) => (total === 0 ? 0 : total - (k % table.horizon))).reduce((a, b) => a + b, 0);
  const counted = { ...from, table: full };
  expect(completionSteps(counted, 1)).toBe(taken);
  expect(completionSteps(counted, 3)).toBeGreaterThan(2.5 * taken);
  const most = from.length.reduce((sum, T) => sum + Array.from({ length: T }, (_, t) => table.horizon - t).reduce((a, b) => a + b, 0), 0);
  expect(taken).toBeLessThanOrEqual(most);
  expect(completionOutcomes({ ...from, mostSteps: 2 * most }, 2)).toHaveLength(2);
  expect(() => completionOutcomes({ ...from, mostSteps: 2 * most }, 3)).toThrow('Use at most 2, or show fewer rollouts.');
  expect(() => completionOutcomes({ ...from, mostSteps: most - 1 }, 1)).toThrow('you wait. Show fewer rollouts.');
});
