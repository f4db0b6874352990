import { completeParameters } from '../core/contracts/parameters';
import { noTable, type Table, type TableScenario } from '../core/contracts/scenario';
import type { PluginSet } from '../core/plugin-set';
import { UsageError } from './arguments';

/** A scenario's table with its parameters completed; a parameter that cannot be used ends the command. */
export function scenarioTable(
  id: string | undefined,
  stored: Record<string, unknown>,
  plugins: PluginSet,
): { scenario: TableScenario; params: never; table: Table } {
  if (id === undefined) throw new UsageError('Which scenario? `lab list scenarios` names them.');
  const scenario = plugins.get('scenario', id);
  if (scenario.world !== 'table') throw new UsageError(noTable(scenario, 'table to list and no policy per state to evaluate'));
  const { values, problems } = completeParameters(scenario.params, stored, { clamp: false });
  if (problems.length > 0) throw new UsageError(`--params: ${problems[0].message}`);
  return { scenario, params: values as never, table: scenario.table(values as never) };
}

/**
 * `lab table SCENARIO`: `{S, A, horizon, start, outcomes: [[s, a, probability, next, done, signals]…]}` with
 * metrics and the name of the true objective. Signals that are 0 on a transition are left out of it.
 */
export function describeTable(table: Table): unknown {
  const { S, A, horizon, start, truth } = table;
  const nonzero = (columns: Table['signals'], row: number) =>
    Object.fromEntries(Object.entries(columns).flatMap(([name, column]) => (column[row] === 0 ? [] : [[name, column[row]]])));
  return {
    S,
    A,
    horizon,
    truth,
    start: [[...start.state], [...start.probability]],
    signals: Object.keys(table.signals),
    metrics: Object.keys(table.metrics),
    outcomes: Array.from({ length: table.rows }, (_, row) => [
      table.rowState[row],
      table.rowAction[row],
      table.rowProbability[row],
      table.rowNext[row],
      table.rowDone[row] === 1,
      nonzero(table.signals, row),
      nonzero(table.metrics, row),
    ]),
  };
}
