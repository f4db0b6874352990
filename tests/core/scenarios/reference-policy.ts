import type { ParameterValues, Parameters } from '../../../src/core/contracts/parameters';
import { completeParameters } from '../../../src/core/contracts/parameters';
import type { ScenarioPlugin, Table } from '../../../src/core/contracts/scenario';
import { expectedMetrics, occupancy } from '../../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../../src/core/mdp/policy';

/** A scenario's parameters, completed with defaults; any problem fails the test. */
export function settings<P extends Parameters>(scenario: ScenarioPlugin<P>, stored: Record<string, unknown> = {}): ParameterValues<P> {
  const { values, problems } = completeParameters(scenario.params, stored);
  if (problems.length > 0) throw new Error(problems[0].message);
  return values as ParameterValues<P>;
}

/** Exact metrics of a table under a softmax policy, all logits 0 unless given. */
export function exactMetrics(table: Table, logits: Float64Array = new Float64Array(table.S * table.A)): Record<string, number> {
  const { probability } = softmaxPolicy(logits, table.S, table.A);
  return expectedMetrics(table, probability, occupancy(table, probability).visits);
}

/** The only outcome of a certain transition: its row, or a complaint. */
export function certainRow(table: Table, state: number, action: number): number {
  const [begin, end] = [table.rowStart[state * table.A + action], table.rowStart[state * table.A + action + 1]];
  if (end - begin !== 1) throw new Error(`State ${state}, action ${action} has ${end - begin} outcomes.`);
  return begin;
}

/** √ mean of A² over visited (t, s, a), weighted by how often they are visited. */
export function visitedRootMeanSquare(table: Table, probability: Float64Array, advantage: Float64Array): number {
  const { reach } = occupancy(table, probability);
  let sum = 0;
  let weight = 0;
  for (let ts = 0; ts < reach.length; ts++) {
    for (let a = 0; a < table.A; a++) {
      const w = reach[ts] * probability[(ts % table.S) * table.A + a];
      sum += w * advantage[ts * table.A + a] ** 2;
      weight += w;
    }
  }
  return Math.sqrt(sum / weight);
}
