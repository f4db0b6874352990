import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { columnsFor } from '../../../src/core/batch/columns-for';
import { stepLists } from '../../../src/core/batch/imported-batch';
import { importLog } from '../../../src/core/batch/log-import';
import { guessRoles, readNames, rolesOf } from '../../../src/core/batch/log-roles';
import { readLog } from '../../../src/core/batch/log-text';
import { logParameters, priceImported } from '../../../src/core/batch/reward-case';
import { freshBuffer } from '../../../src/core/batch/workspace';
import { completeParameters } from '../../../src/core/contracts/parameters';
import type { WorkedExample } from '../../../src/core/contracts/plugin';
import { firstDifference } from '../../golden/compare';

const plugins = allPlugins();
const rewards = plugins.list('reward').map((plugin) => [plugin.id, plugin] as const);
const estimators = plugins.list('estimator').map((plugin) => [plugin.id, plugin] as const);
const known = readNames([...plugins.list('estimator'), ...plugins.list('reward')]);

/** The example as a log file: what it brings in its own columns, or, with `flat`, every column of `extra` and `signals` beside the others. */
function asLog({ input }: WorkedExample, flat: boolean) {
  const rows = input.trajectories.map((trajectory) => {
    const { extra, signals, ...own } = trajectory;
    return flat ? { ...own, ...(signals as object | undefined), ...(extra as object | undefined) } : trajectory;
  });
  const table = flat ? readLog(rows.map((row) => JSON.stringify(row)).join('\n'), 'jsonl') : readLog(JSON.stringify({ trajectories: rows }));
  return importLog(table, { roles: rolesOf(guessRoles(table, known)), badRows: 'refuse' });
}

describe('every reward construction can be tried on a log: its worked example, read as a file, pays what the example says', () => {
  test.each(rewards)('%s', (_id, plugin) => {
    expect(plugin.examples.length).toBeGreaterThan(0);
    for (const example of plugin.examples) {
      const { batch } = asLog(example, false);
      const { result } = priceImported(plugin, logParameters(plugin, example.params), batch);
      expect(firstDifference(stepLists(result.reward, batch), example.expect), example.why).toBeNull();
    }
  });
});

describe('every estimator can be tried on a log', () => {
  test.each(estimators)('%s', (_id, plugin) => {
    for (const example of plugin.examples) {
      const { batch } = asLog(example, false);
      const params = completeParameters(plugin.params, example.params, { clamp: false }).values;
      const { advantage } = plugin.estimate(columnsFor(plugin, params, batch) as never, params as never, { buffer: freshBuffer, state: undefined, iteration: 0, detail: false });
      expect(firstDifference(stepLists(advantage, batch), example.expect), example.why).toBeNull();
    }
  });
});

describe('columns that stand beside the rewards, as a training run writes them, are found by their names', () => {
  const readable = (example: WorkedExample) => {
    const columns = example.input.trajectories.flatMap(({ extra, signals, ...own }) => [own, (extra ?? {}) as object, (signals ?? {}) as object].map(Object.keys));
    // The same name in two places has two meanings, which no flat table can hold.
    return columns.every((names, k) => columns.slice(k - (k % 3), k).every((others) => !others.some((name) => names.includes(name))));
  };
  test.each(rewards)('%s', (_id, plugin) => {
    for (const example of plugin.examples.filter(readable)) {
      const { batch } = asLog(example, true);
      const { result } = priceImported(plugin, logParameters(plugin, example.params), batch);
      expect(firstDifference(stepLists(result.reward, batch), example.expect), example.why).toBeNull();
    }
  });
});
