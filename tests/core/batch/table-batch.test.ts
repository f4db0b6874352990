import { describe, expect, it } from 'vitest';
import { groupLayout } from '../../../src/core/contracts/columns';
import { TableBatch } from '../../../src/core/batch/table-batch';
import { evaluatePolicy } from '../../../src/core/mdp/exact';
import { rollout } from '../../../src/core/mdp/rollout';
import { randomMdp, randomPolicy } from '../mdp/random-mdp';

const table = randomMdp(21);
const policy = randomPolicy(table, 21);
const other = randomPolicy(table, 22);
const played = rollout(table, policy.threshold, { nTraj: 24, groupSize: 4, seed: 1, learner: 0, iteration: 0 });
const { S, A } = table;
const { maxLen, length, row } = played;

/** Calls back for every real step, with its place in a step and a state column. */
function eachStep(visit: (r: number, step: number, state: number, t: number, i: number) => void): void {
  for (let i = 0; i < played.nTraj; i++) for (let t = 0; t < length[i]; t++) visit(row[i * maxLen + t], i * maxLen + t, i * (maxLen + 1) + t, t, i);
}

describe('a rollout read as columns', () => {
  it('gives signals and metrics by name, 0 in padding even where the buffer held something', () => {
    const batch = new TableBatch(table, played, { buffer: (size) => new Float64Array(size).fill(7) });
    for (const [name, column] of Object.entries({ ...table.signals, ...table.metrics })) {
      const expected = new Float64Array(played.nTraj * maxLen);
      eachStep((r, step) => (expected[step] = column[r]));
      expect(batch.column(name, 'step')).toEqual(expected);
    }
    expect(length.some((n) => n < maxLen)).toBe(true);
  });

  it('gives states T + 1 times, actions, done and terminated', () => {
    const batch = new TableBatch(table, played);
    const state = batch.column('state', 'state-id') as Int32Array;
    const action = batch.column('action', 'step-id') as Int32Array;
    const done = batch.column('done', 'step') as Float64Array;
    const terminated = batch.column('terminated', 'trajectory') as Float64Array;
    eachStep((r, step, at, t, i) => {
      if (t === 0) expect(state[at]).toBe(played.start[i]);
      expect([state[at], action[step], state[at + 1]]).toEqual([table.rowState[r], table.rowAction[r], table.rowNext[r]]);
      expect(done[step]).toBe(t === length[i] - 1 ? terminated[i] : 0);
    });
    expect(new Set(terminated).size).toBe(2);
  });

  it('sums the true objective to the outcome', () => {
    const expected = new Float64Array(played.nTraj);
    eachStep((r, _, __, ___, i) => (expected[i] += table.metrics['success'][r]));
    expect(new TableBatch(table, played).column('outcome', 'trajectory')).toEqual(expected);
  });

  it('has the groups of the rollout, as labels would make them', () => {
    const labels = Array.from({ length: 24 }, (_, i) => Math.floor(i / 4));
    expect(new TableBatch(table, played).group).toEqual(groupLayout(labels));
  });

  it('looks up log-probabilities, ratios, beliefs, values and exact advantages of visited steps', () => {
    const truth = evaluatePolicy(table, policy.probability, table.metrics['success']);
    const batch = new TableBatch(table, played, {
      behaviour: policy.logProbability,
      current: other.logProbability,
      reference: other.logProbability,
      belief: truth.value,
      value: truth.value,
    });
    const step = (name: string) => batch.column(name, 'step') as Float64Array;
    const belief = batch.column('belief', 'state') as Float64Array;
    const exact = batch.gatherExact(truth.advantage);
    eachStep((r, k, at, t, i) => {
      const sa = table.rowState[r] * A + table.rowAction[r];
      expect(step('oldLogProbs')[k]).toBe(policy.logProbability[sa]);
      expect(step('logProbs')[k]).toBe(other.logProbability[sa]);
      expect(step('refLogProbs')[k]).toBe(other.logProbability[sa]);
      expect(step('logRhos')[k]).toBe(other.logProbability[sa] - policy.logProbability[sa]);
      expect(belief[at]).toBe(truth.value[t * S + table.rowState[r]]);
      expect(exact[k]).toBe(truth.advantage[t * S * A + sa]);
      if (t === length[i] - 1) expect(belief[at + 1]).toBe(played.terminated[i] ? 0 : truth.value[(t + 1) * S + table.rowNext[r]]);
    });
    expect(batch.column('value', 'state')).toEqual(belief);
  });

  it('makes a column once', () => {
    const batch = new TableBatch(table, played);
    expect(batch.column('cost', 'step')).toBe(batch.column('cost', 'step'));
  });

  it('says in a sentence why a column is missing or of another shape', () => {
    const batch = new TableBatch(table, played);
    expect(batch.column('subgoal', 'step')).toBe('This scenario has no signal "subgoal". Its signals are: cost, event.');
    expect(batch.column('outcome', 'step')).toBe('"outcome" has the shape "trajectory"; it was asked for as "step".');
    for (const [name, shape] of [['value', 'state'], ['belief', 'state'], ['logProbs', 'step'], ['oldLogProbs', 'step'], ['refLogProbs', 'step'], ['logRhos', 'step'], ['reward', 'step'], ['rewardDims', 'named'], ['goldLogProbs', 'json']] as const) {
      expect(batch.column(name, shape)).toMatch(/^[A-Z].*\.$/);
    }
  });
});
