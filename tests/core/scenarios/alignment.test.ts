/**
 * How well the exact gradient of a scheme's reward points along that of the true objective at the starting policy,
 * against the reference's figures (two decimals, measured there by an independent implementation).
 */
import { expect, it } from 'vitest';
import type { Table } from '../../../src/core/contracts/scenario';
import { cosine } from '../../../src/core/math/statistics';
import { rewardGradient } from '../../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import boatRace from '../../../src/core/scenarios/boat-race';
import keyDoor from '../../../src/core/scenarios/key-door';
import mathSteps from '../../../src/core/scenarios/math-steps';
import sweAgent from '../../../src/core/scenarios/swe-agent';
import { settings } from './reference-policy';

interface Scheme {
  readonly table: Table;
  readonly logits?: Float64Array;
  readonly truth: Float64Array;
  readonly reward: Float64Array;
  readonly finalReward?: Float64Array;
}

function alignment({ table, logits = new Float64Array(table.S * table.A), truth, reward, finalReward }: Scheme): number {
  const { probability } = softmaxPolicy(logits, table.S, table.A);
  return cosine(rewardGradient(table, probability, reward, { finalReward }), rewardGradient(table, probability, truth))!;
}

/** outcome + weight · signal on every row. */
const plus = (outcome: Float64Array, weight: number, signal: Float64Array) => outcome.map((x, r) => x + weight * signal[r]);

it('key and door: subgoals +0.62, nearness −0.29, progress +0.10', () => {
  const table = keyDoor.table(settings(keyDoor));
  const truth = table.metrics['success'];
  const of = (weight: number, signal: string) => alignment({ table, truth, reward: plus(truth, weight, table.signals[signal]) });
  expect([of(0.3, 'sub'), of(0.1, 'proximity'), of(0.1, 'progress')].map((x) => x.toFixed(2))).toEqual(['0.62', '-0.29', '0.10']);
});

it('key and door: a potential zeroed at time-out changes nothing, one that is not does', () => {
  const table = keyDoor.table(settings(keyDoor));
  const truth = table.metrics['success'];
  for (const name of ['man', 'inf']) {
    const potential = table.stateTables[name];
    const reward = truth.map((x, r) => x + potential[table.rowNext[r]] - potential[table.rowState[r]]);
    const finalReward = truth.map((x, r) => x - potential[table.rowState[r]]);
    expect(alignment({ table, truth, reward, finalReward })).toBeCloseTo(1, 9);
    expect(alignment({ table, truth, reward })).toBeLessThan(0.9);
  }
});

it('boat race: checkpoints paid densely −0.90', () => {
  const table = boatRace.table(settings(boatRace));
  const truth = table.metrics['success'];
  expect(alignment({ table, truth, reward: plus(truth, 0.2, table.signals['cp']) }).toFixed(2)).toBe('-0.90');
});

it('coding agent: work paid plainly −0.25 along completion', () => {
  const params = settings(sweAgent);
  const table = sweAgent.table(params);
  const reward = plus(table.metrics['grade'], 0.2, table.signals['work']);
  expect(alignment({ table, logits: sweAgent.initialLogits!(params), truth: table.metrics['completion'], reward }).toFixed(2)).toBe('-0.25');
});

it('math in steps: the sum of step scores +0.53', () => {
  const table = mathSteps.table(settings(mathSteps));
  const truth = table.metrics['success'];
  expect(alignment({ table, truth, reward: plus(truth, 0.2, table.signals['prm']) }).toFixed(2)).toBe('0.53');
});
