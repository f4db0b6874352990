import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/core/contracts/scenario';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { emptyExactValues, evaluatePolicy, startValue, type ExactOptions } from '../../../src/core/mdp/exact';
import { evaluateGated, outcomeGate } from '../../../src/core/mdp/gated-value';
import { expectedMetrics, expectedTotal, occupancy, rewardGradient } from '../../../src/core/mdp/occupancy';
import { optimalPolicy } from '../../../src/core/mdp/optimal';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';
import { randomMdp, randomPolicy } from './random-mdp';

function randomReward(table: Table, seed: number): Float64Array {
  const stream = mixSeed(182, seed);
  return Float64Array.from({ length: table.rows }, () => 2 * nextUniform(stream) - 1);
}

/** V_t(s) by following every branch, no tables and no loops shared with the code under test. */
function branch(table: Table, probability: Float64Array, reward: Float64Array, s: number, t: number, o: Required<ExactOptions>): number {
  if (t === o.horizon) return 0;
  let v = 0;
  for (let r = 0; r < table.rows; r++) {
    if (table.rowState[r] !== s) continue;
    const pay = t === o.horizon - 1 ? o.finalReward[r] : reward[r];
    const rest = table.rowDone[r] ? 0 : o.gamma * branch(table, probability, reward, table.rowNext[r], t + 1, o);
    v += probability[s * table.A + table.rowAction[r]] * table.rowProbability[r] * (pay + rest);
  }
  return v;
}

const J = (table: Table, logits: Float64Array, reward: Float64Array, options: ExactOptions = {}) =>
  startValue(table, evaluatePolicy(table, softmaxPolicy(logits, table.S, table.A).probability, reward, options).value);

describe('exact values', () => {
  it.each([1, 2, 3])('agree with following every branch (seed %i)', (seed) => {
    const table = randomMdp(seed, { S: 5, A: 2, horizon: 4 });
    const { probability } = randomPolicy(table, seed);
    const reward = randomReward(table, seed);
    const options = { gamma: 0.9, horizon: 4, finalReward: randomReward(table, seed + 50) };
    const exact = evaluatePolicy(table, probability, reward, options);
    for (let t = 0; t < 4; t++) {
      for (let s = 0; s < table.S - 1; s++) {
        expect(exact.value[t * table.S + s]).toBeCloseTo(branch(table, probability, reward, s, t, options), 12);
      }
    }
  });

  it('have advantages that average to zero under the policy', () => {
    const table = randomMdp(4);
    const { probability } = randomPolicy(table, 4);
    const { advantage, actionValue, value } = evaluatePolicy(table, probability, randomReward(table, 4));
    for (let ts = 0; ts < table.horizon * table.S; ts++) {
      let sum = 0;
      for (let a = 0; a < table.A; a++) {
        sum += probability[(ts % table.S) * table.A + a] * advantage[ts * table.A + a];
        expect(advantage[ts * table.A + a]).toBe(actionValue[ts * table.A + a] - value[ts]);
      }
      expect(sum).toBeCloseTo(0, 13);
    }
  });

  it('are nothing in an absorbing state, whatever its rows pay, also in reused arrays', () => {
    const table = randomMdp(5);
    const { probability } = randomPolicy(table, 5);
    const out = emptyExactValues(table.S, table.A, table.horizon);
    out.value.fill(9);
    out.actionValue.fill(9);
    out.advantage.fill(9);
    const reward = randomReward(table, 5);
    const exact = evaluatePolicy(table, probability, reward, {}, out);
    expect(exact).toBe(out);
    expect(exact).toEqual(evaluatePolicy(table, probability, reward));
    for (let t = 0; t <= table.horizon; t++) expect(exact.value[t * table.S + table.S - 1]).toBe(0);
  });

  it('make a potential that is zeroed at the end and at time-out drop out of J up to Φ(s₀)', () => {
    const table = randomMdp(6);
    const { logits } = randomPolicy(table, 6);
    const reward = randomReward(table, 6);
    const gamma = 0.8;
    const potential = table.stateTables['potential'];
    const shaped = reward.map((x, r) => x + (table.rowDone[r] ? 0 : gamma * potential[table.rowNext[r]]) - potential[table.rowState[r]]);
    const last = reward.map((x, r) => x - potential[table.rowState[r]]);
    const start = table.start.state.reduce((sum, s, k) => sum + table.start.probability[k] * potential[s], 0);
    expect(J(table, logits, shaped, { gamma, finalReward: last })).toBeCloseTo(J(table, logits, reward, { gamma }) - start, 12);
    // Forgetting the time-out leaves γᵀ E[Φ(s_T)] behind.
    expect(J(table, logits, shaped, { gamma })).toBeGreaterThan(J(table, logits, reward, { gamma }) - start + 0.01);
  });

  it('agree with 120,000 rollouts within 4 standard errors, and so do metrics and occupancy', () => {
    const table = randomMdp(7, { S: 8, A: 3, horizon: 6 });
    const policy = randomPolicy(table, 7);
    const reward = randomReward(table, 7);
    const n = 120_000;
    const batch = rollout(table, policy.threshold, { nTraj: n, groupSize: 1, seed: 1, learner: 0, iteration: 0 });
    const { visits, reach } = occupancy(table, policy.probability);
    const metrics = expectedMetrics(table, policy.probability, visits);
    const check = (of: (row: number) => number, exact: number) => {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        let total = 0;
        for (let t = 0; t < batch.length[i]; t++) total += of(batch.row[i * batch.maxLen + t]);
        sum += total;
        squares += total * total;
      }
      const error = Math.sqrt((squares / n - (sum / n) ** 2) / n);
      expect(Math.abs(sum / n - exact)).toBeLessThan(4 * error + 1e-12);
    };
    check((r) => reward[r], startValue(table, evaluatePolicy(table, policy.probability, reward).value));
    for (const name of Object.keys(metrics)) check((r) => table.metrics[name][r], metrics[name]);
    for (let s = 0; s < table.S - 1; s++) check((r) => (table.rowState[r] === s ? 1 : 0), visits[s]);
    const third = new Float64Array(table.S);
    for (let i = 0; i < n; i++) if (batch.length[i] > 2) third[table.rowState[batch.row[i * batch.maxLen + 2]]] += 1 / n;
    for (let s = 0; s < table.S - 1; s++) {
      const d = reach[2 * table.S + s];
      expect(Math.abs(third[s] - d)).toBeLessThan(4 * Math.sqrt((d * (1 - d)) / n) + 1e-12);
    }
  });

  it('count every step once: visits add up to the expected length', () => {
    const table = randomMdp(8);
    const { probability } = randomPolicy(table, 8);
    const { visits } = occupancy(table, probability);
    expect(visits.reduce((sum, x) => sum + x, 0)).toBeCloseTo(expectedMetrics(table, probability, visits)['length'], 12);
  });
});

describe('discounted occupancy', () => {
  it('prices any row reward: J = Σ_s Σ_t γᵗ d_t(s) Σ_a π(a|s) E[r | s, a]', () => {
    const table = randomMdp(16);
    const { probability } = randomPolicy(table, 16);
    const reward = randomReward(table, 16);
    const { visits } = occupancy(table, probability, { gamma: 0.6 });
    const J = startValue(table, evaluatePolicy(table, probability, reward, { gamma: 0.6 }).value);
    expect(expectedTotal(table, probability, visits, reward)).toBeCloseTo(J, 12);
  });
});

describe('the exact policy gradient', () => {
  it.each([{}, { gamma: 0.7 }, { horizon: 3 }, { gamma: 0.9, timed: true }])('agrees with central differences of J (%o)', ({ timed, ...rest }: ExactOptions & { timed?: boolean }) => {
    const table = randomMdp(9);
    const { logits, probability } = randomPolicy(table, 9);
    const reward = randomReward(table, 9);
    const options = timed ? { ...rest, finalReward: randomReward(table, 10) } : rest;
    const gradient = rewardGradient(table, probability, reward, options);
    const h = 1e-5;
    for (let k = 0; k < logits.length; k++) {
      const bump = (by: number) => J(table, logits.map((x, j) => (j === k ? x + by : x)), reward, options);
      expect(Math.abs(gradient[k] - (bump(h) - bump(-h)) / (2 * h))).toBeLessThan(1e-9);
    }
    expect(Math.hypot(...gradient)).toBeGreaterThan(0.05);
  });
});

describe('the optimum', () => {
  it('beats every deterministic time-dependent policy of a tiny MDP and is one of them', () => {
    const table = randomMdp(11, { S: 3, A: 2, horizon: 3 });
    const reward = randomReward(table, 11);
    const optimal = optimalPolicy(table, reward, { gamma: 0.9 });
    let best = -Infinity;
    // Two acting states × three steps × two actions: 64 policies, each evaluated step by step backwards.
    for (let code = 0; code < 64; code++) {
      let next = new Float64Array(3);
      for (let t = 2; t >= 0; t--) {
        const value = new Float64Array(3);
        for (let s = 0; s < 2; s++) {
          const a = (code >> (2 * t + s)) & 1;
          for (let r = 0; r < table.rows; r++) {
            if (table.rowState[r] !== s || table.rowAction[r] !== a) continue;
            value[s] += table.rowProbability[r] * (reward[r] + (table.rowDone[r] ? 0 : 0.9 * next[table.rowNext[r]]));
          }
        }
        next = value;
      }
      best = Math.max(best, startValue(table, next));
    }
    expect(startValue(table, optimal.value)).toBeCloseTo(best, 12);
  });

  it('is what its own actions earn', () => {
    const table = randomMdp(12);
    const reward = randomReward(table, 12);
    const { value, actionValue, action } = optimalPolicy(table, reward);
    for (let t = 0; t < table.horizon; t++) {
      for (let s = 0; s < table.S - 1; s++) {
        const row = actionValue.subarray((t * table.S + s) * table.A, (t * table.S + s + 1) * table.A);
        expect(row[action[t * table.S + s]]).toBe(Math.max(...row));
        expect(value[t * table.S + s]).toBe(Math.max(...row));
      }
    }
  });
});

describe('a gate on the final outcome', () => {
  const table = randomMdp(14, { S: 6, A: 3, horizon: 5 });
  const policy = randomPolicy(table, 13);
  const reward = randomReward(table, 13);
  const truth = table.metrics['success'];

  it('is worth what 200,000 gated rollouts earn, ungated rewards included', () => {
    const gate = outcomeGate(table, truth, 1);
    const ungated = randomReward(table, 14);
    const finalUngated = randomReward(table, 15);
    const exact = evaluateGated(table, policy.probability, reward, gate, { gamma: 0.9, ungated, finalUngated });
    const n = 200_000;
    const batch = rollout(table, policy.threshold, { nTraj: n, groupSize: 1, seed: 2, learner: 0, iteration: 0 });
    let [gates, squares, sum] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const end = batch.length[i];
      const open = truth[batch.row[i * batch.maxLen + end - 1]] >= 1 ? 1 : 0;
      let total = 0;
      for (let t = 0; t < end; t++) {
        const r = batch.row[i * batch.maxLen + t];
        total += 0.9 ** t * (open * reward[r] + (t === batch.maxLen - 1 ? finalUngated : ungated)[r]);
      }
      gates += open;
      sum += total;
      squares += total * total;
    }
    const P = startValue(table, exact.gateValue);
    expect(Math.abs(gates / n - P)).toBeLessThan(4 * Math.sqrt((P * (1 - P)) / n));
    expect(Math.abs(sum / n - startValue(table, exact.value))).toBeLessThan(4 * Math.sqrt((squares / n - (sum / n) ** 2) / n));
  });

  it('that is always open changes nothing, time-out included', () => {
    expect([...table.rowNext].some((next, r) => table.rowDone[r] && !table.absorbing[next])).toBe(true);
    const open = evaluateGated(table, policy.probability, reward, outcomeGate(table, truth, 0), { gamma: 0.9 });
    const plain = evaluatePolicy(table, policy.probability, reward, { gamma: 0.9 });
    plain.value.forEach((v, k) => expect(open.value[k]).toBeCloseTo(v, 13));
    plain.actionValue.forEach((q, k) => expect(open.actionValue[k]).toBeCloseTo(q, 13));
  });

  it('that never opens is worth nothing', () => {
    const shut = evaluateGated(table, policy.probability, reward, outcomeGate(table, truth, 2));
    expect(Math.max(...shut.value.map(Math.abs), ...shut.gateValue)).toBe(0);
  });

  it('on an outcome that is paid along the way is refused with its reason', () => {
    expect(() => outcomeGate(table, table.metrics['length'], 1)).toThrow('before the episode ends');
  });
});
