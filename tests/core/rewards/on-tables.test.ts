import { expect, test } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { missingColumns } from '../../../src/core/batch/columns-for';
import { TableBatch } from '../../../src/core/batch/table-batch';
import { priceImported } from '../../../src/core/batch/reward-case';
import type { RewardPlugin } from '../../../src/core/contracts/reward';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';
import { explanationFaults } from '../../support/evaluate-explanation';
import { onTable, randomTable } from '../../support/reward-laws';

const table = randomTable(4, ['red', 'blue']);
const { threshold } = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
const belief = new Float64Array((table.horizon + 1) * table.S).map((_, k) => (k % 7) / 7);
const batch = new TableBatch(table, rollout(table, threshold, { nTraj: 16, groupSize: 4, seed: 5, learner: 0, iteration: 0 }), { belief });

/** The first fault on the table: a number that is not finite, or an explanation that does not hold. */
function faultOnTable(plugin: RewardPlugin, params: Readonly<Record<string, unknown>>): string | null {
  const { columns, result } = priceImported(plugin, params, batch);
  for (let i = 0; i < batch.nTraj; i++) {
    for (let t = 0; t < batch.length[i]; t++) {
      const paid = result.reward[i * batch.maxLen + t];
      const explanation = plugin.explain(columns as never, params as never, result as never, i, t);
      const faults = explanationFaults(explanation);
      if (!Number.isFinite(paid) || Math.abs(explanation.value - paid) > 1e-9) faults.push(`${explanation.value} is explained and ${paid} is paid.`);
      if (faults.length > 0) return `trajectory ${i}, step ${t}: ${faults.join(' ')}`;
    }
  }
  return null;
}

const rewards = allPlugins().list('reward').map((plugin) => ({ plugin, params: onTable(plugin, ['red', 'blue'], table.stateTables['height']) }));
const priceable = rewards.filter(({ plugin, params }) => missingColumns(plugin, params, batch).length === 0);

test('the constructions that a scenario can carry are these at least', () => {
  const ids = priceable.map(({ plugin }) => plugin.id);
  const expected = ['outcome', 'signal', 'gra', 'gra-hierarchy', 'pbrs', 'prm-clip-delta', 'pure-min-form-prm', 'reward-machine', 'igpo', 'pav', 'sophiavl-trust', 'count-bonus', 'rnd-novelty', 'verpo', 'goal-distance'];
  expect(expected.filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.length).toBeGreaterThan(30);
});

test.each(priceable.map(({ plugin, params }) => [plugin.id, plugin, params] as const))('%s prices and explains a rollout', (_, plugin, params) => {
  expect(faultOnTable(plugin, params)).toBeNull();
});

test('what a scenario cannot carry says which column is missing', () => {
  for (const { plugin, params } of rewards) {
    for (const { column, reason } of missingColumns(plugin, params, batch)) expect(reason, `${plugin.id}: ${column}`).toMatch(/\w.*[.]$/);
  }
});

test('none of them is silent: something is paid somewhere', () => {
  const silent = priceable.filter(({ plugin, params }) => priceImported(plugin, params, batch).result.reward.every((x) => x === 0)).map(({ plugin }) => plugin.id);
  // Its seven signals would have to differ: with two, whatever is driven is driven outside the lanes.
  expect(silent).toEqual(['carl']);
});
