/** Speed of table rollouts, policies and exact evaluation on one core, on a random table of the reference size. */
import type { Table } from '../../src/core/contracts/scenario';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { compileTable } from '../../src/core/mdp/compile-table';
import { emptyExactValues, evaluatePolicy } from '../../src/core/mdp/exact';
import { evaluateGated, outcomeGate } from '../../src/core/mdp/gated-value';
import { occupancy, policyGradient } from '../../src/core/mdp/occupancy';
import { optimalPolicy } from '../../src/core/mdp/optimal';
import { emptyPolicy, softmaxPolicy } from '../../src/core/mdp/policy';
import { emptyRollout, rollout } from '../../src/core/mdp/rollout';
import type { SpeedRow } from './speed-row';

/** S states, `outcomes` outcomes per (s, a) a short jump away, 0.5 % of them done. */
export function randomTable(S: number, A: number, horizon: number, outcomes: number): Table {
  const stream = mixSeed(5, S, A, outcomes);
  return compileTable({
    S,
    A,
    horizon,
    signals: ['event'],
    metrics: ['success'],
    truth: 'success',
    start: { state: [0], probability: [1] },
    features: () => [1],
    transitions: () => {
      const weight = Array.from({ length: outcomes }, () => 0.1 + nextUniform(stream));
      const sum = weight.reduce((total, w) => total + w, 0);
      return weight.map((w) => {
        const done = nextUniform(stream) < 0.005;
        return {
          probability: w / sum,
          next: Math.floor(nextUniform(stream) * S),
          done,
          signals: { event: nextUniform(stream) < 0.2 ? 1 : 0 },
          metrics: { success: done ? 1 : 0 },
        };
      });
    },
  });
}

/** Median milliseconds of `run` over `repeats` timed calls after a warm-up. */
export function medianMs(run: (repeat: number) => void, repeats = 60): number {
  for (let k = 0; k < 30; k++) run(k);
  const ms: number[] = [];
  for (let k = 0; k < repeats; k++) {
    const begin = performance.now();
    run(k);
    ms.push(performance.now() - begin);
  }
  return ms.sort((a, b) => a - b)[Math.floor(repeats / 2)];
}

export function measureCore(): SpeedRow[] {
  const rows: SpeedRow[] = [];
  for (const [S, outcomes] of [[256, 1], [256, 3], [4096, 1]]) {
    const table = randomTable(S, 5, 64, outcomes);
    const stream = mixSeed(1, 2);
    const logits = Float64Array.from({ length: S * 5 }, () => 2 * nextUniform(stream) - 1);
    const policy = emptyPolicy(S, 5);
    rows.push({ name: `softmax and thresholds, S=${S}`, value: medianMs(() => softmaxPolicy(logits, S, 5, policy)), unit: 'ms' });
    const batch = emptyRollout(64, 1024, 16);
    let steps = 0;
    const ms = medianMs((k) => {
      rollout(table, policy.threshold, { nTraj: 1024, groupSize: 16, seed: 1, learner: 0, iteration: k }, batch);
      steps = batch.length.reduce((sum, n) => sum + n, 0);
    });
    rows.push({ name: `rollout, S=${S}, T=64, N=1024, outcomes=${outcomes}`, value: steps / ms / 1000, unit: 'M steps/s' });
    const reward = table.metrics['success'];
    const exact = emptyExactValues(S, 5, 64);
    const visited = occupancy(table, policy.probability);
    const gradient = new Float64Array(S * 5);
    const timed: [string, () => unknown][] = [
      ['V, Q and A, all t', () => evaluatePolicy(table, policy.probability, reward, {}, exact)],
      ['occupancy', () => occupancy(table, policy.probability, {}, visited)],
      ['policy gradient from them', () => policyGradient(table, policy.probability, exact, visited, 1, gradient)],
      ['gated values', () => evaluateGated(table, policy.probability, reward, outcomeGate(table, reward, 1))],
      ['optimum', () => optimalPolicy(table, reward)],
    ];
    for (const [name, run] of timed) rows.push({ name: `${name}, S=${S}, T=64, outcomes=${outcomes}`, value: medianMs(run, 20), unit: 'ms' });
  }
  return rows;
}
