import { describe, expect, test } from 'vitest';
import boatRace from '../../src/core/scenarios/boat-race';
import { emptyPolicy, softmaxPolicy } from '../../src/core/mdp/policy';
import { evaluatePolicy, startValue } from '../../src/core/mdp/exact';
import { rollout } from '../../src/core/mdp/rollout';
import { stateActionFeatures, type RewardModelOptions } from '../../src/engine/reward-model';
import { simulatePreferences } from '../../src/engine/simulated-person';
import { createTsEngine } from '../../src/engine/ts-engine';
import { fitRewardModel } from '../support/fit-reward-model';

const table = boatRace.table({ horizon: 30, slip: 0 });
const { S, A, horizon } = table;
const features = stateActionFeatures(table.features, table.rowState, table.rowAction, A);
const LEARNERS = 20;

/**
 * Exact success after 300 GRPO iterations (two groups of 16, α = 0.5, population std) from a uniform
 * tabular policy on the reward learned from `clicks` comparisons. The person wants to finish, soon:
 * U = finished − 0.01 · steps, preferred with probability σ(10 · ΔU).
 */
async function successAfterTraining(clicks: number, learner: number, { pessimism = 0, ...options }: Partial<RewardModelOptions> & { readonly pessimism?: number }): Promise<number> {
  const logits = new Float64Array(S * A);
  const policy = softmaxPolicy(logits, S, A, emptyPolicy(S, A));
  const shown = rollout(table, policy.threshold, { nTraj: 2 * clicks, groupSize: 1, seed: 40, learner, iteration: 0 });
  const utility = Float64Array.from(shown.length, (steps, i) => shown.terminated[i] - 0.01 * steps);
  const train = simulatePreferences(utility, clicks, { temperature: 0.1, flipRate: 0 }, 41, learner);
  const model = await fitRewardModel(createTsEngine(), { ...features, row: shown.row, maxLen: horizon, length: shown.length, train }, { seed: 42, learner, ...options });
  const reward = model.reward.map((value, row) => value - pessimism * model.spread[row]);
  const step = new Float64Array(S * A);
  for (let iteration = 0; iteration < 300; iteration++) {
    softmaxPolicy(logits, S, A, policy);
    const batch = rollout(table, policy.threshold, { nTraj: 32, groupSize: 16, seed: 43, learner, iteration });
    const returns = Float64Array.from(batch.length, (steps, i) => batch.row.subarray(i * horizon, i * horizon + steps).reduce((sum, row) => sum + reward[row], 0));
    step.fill(0);
    for (let i = 0; i < 32; i++) {
      const group = returns.subarray(i & 16, (i & 16) + 16);
      const mean = group.reduce((sum, x) => sum + x, 0) / 16;
      const deviation = Math.sqrt(group.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 16);
      const advantage = (returns[i] - mean) / (deviation + 1e-6);
      for (let t = 0; t < batch.length[i]; t++) {
        const row = batch.row[i * horizon + t];
        const s = table.rowState[row];
        for (let a = 0; a < A; a++) step[s * A + a] += advantage * (Number(a === table.rowAction[row]) - policy.probability[s * A + a]);
      }
    }
    for (let k = 0; k < step.length; k++) logits[k] += (0.5 / 32) * step[k];
  }
  softmaxPolicy(logits, S, A, policy);
  return startValue(table, evaluatePolicy(table, policy.probability, table.metrics.success).value);
}

describe('boats out of 20 that still finish after training on a learned reward', () => {
  test.each([
    ['10 clicks: the reward is over-optimised', 10, {}, 0, 6],
    ['100 clicks: some', 100, {}, 11, 19],
    ['300 clicks: nearly all', 300, {}, 18, 20],
    ['10 clicks, mean − 2 sd of five bootstrapped models: pessimism helps where clicks are few', 10, { members: 5, pessimism: 2 }, 8, 20],
  ] as const)('%s', async (_claim, clicks, options, atLeast, atMost) => {
    const success = await Promise.all(Array.from({ length: LEARNERS }, (_, learner) => successAfterTraining(clicks, learner, options)));
    const finishers = success.filter((share) => share > 0.5).length;
    expect(finishers).toBeGreaterThanOrEqual(atLeast);
    expect(finishers).toBeLessThanOrEqual(atMost);
  });
});
