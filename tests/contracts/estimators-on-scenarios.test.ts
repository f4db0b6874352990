import { expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { columnsFor, missingColumns } from '../../src/core/batch/columns-for';
import { TableBatch } from '../../src/core/batch/table-batch';
import type { ColumnSource } from '../../src/core/contracts/columns';
import { completeParameters } from '../../src/core/contracts/parameters';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import swe from '../../src/core/scenarios/swe-agent';
import { explanationFaults } from '../support/evaluate-explanation';

const plugins = allPlugins();
const table = swe.table(completeParameters(swe.params, {}).values as never);
const policy = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
const played = rollout(table, policy.threshold, { nTraj: 64, groupSize: 8, seed: 5, learner: 0, iteration: 0 });
const logits = Float64Array.from(policy.probability, Math.log);
const batch = new TableBatch(table, played, { behaviour: logits });

/** What a scheme adds: its reward, one reward term, a value of zero. */
const own: ColumnSource = {
  column(name) {
    if (name === 'reward') return batch.column(table.truth, 'step');
    if (name === 'value') return new Float64Array(batch.nTraj * (batch.maxLen + 1));
    if (name === 'rewardDims') return { names: ['only'], data: batch.column('outcome', 'trajectory') as Float64Array };
    return '';
  },
};

test('an estimator prices a scenario’s rollouts, or names the column that it misses', () => {
  const refused: Record<string, string> = {};
  for (const plugin of plugins.list('estimator')) {
    const params = completeParameters(plugin.params, {}).values;
    const missing = missingColumns(plugin, params, batch, own);
    for (const { reason } of missing) expect(reason).toMatch(/^[A-Z"].*\.$/);
    if (missing.length > 0) {
      refused[plugin.id] = missing[0].column;
      continue;
    }
    const columns = columnsFor(plugin, params, batch, own);
    const result = plugin.estimate(columns as never, params as never, { buffer: (size) => new Float64Array(size), state: undefined, iteration: 0, detail: false });
    expect(result.advantage.every(Number.isFinite), plugin.id).toBe(true);
    const explained = plugin.explain(columns as never, params as never, plugin.estimate(columns as never, params as never, { buffer: (size) => new Float64Array(size), state: undefined, iteration: 0, detail: true }) as never, 3, 0);
    expect(explanationFaults(explained), plugin.id).toEqual([]);
  }
  expect(refused).toMatchObject({ 'dense-grpo': 'odeRewards', 'match-tir-assign': 'similarity', remax: 'greedyReward', slate: 'candidates' });
  for (const id of ['gae', 'grpo', 'rloo', 'tempo', 'gigpo', 'pure', 'pure-openrlhf', 'gdpo', 'v-trace', 'prime', 'salt', 'grpo-lambda']) expect(refused).not.toHaveProperty(id);
});
