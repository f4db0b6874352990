import type { Table } from '../../../src/core/contracts/scenario';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { compileTable } from '../../../src/core/mdp/compile-table';
import { softmaxPolicy } from '../../../src/core/mdp/policy';

/**
 * A small MDP with random outcomes, several starts, one absorbing state and real-valued signals. Half of the
 * rows that end an episode name an ordinary next state, which must not matter.
 */
export function randomMdp(seed: number, { S = 7, A = 3, horizon = 5 } = {}): Table {
  const stream = mixSeed(271, seed);
  const u = () => nextUniform(stream);
  return compileTable({
    S,
    A,
    horizon,
    signals: ['cost', 'event'],
    metrics: ['success', 'length'],
    truth: 'success',
    stateTables: { potential: Array.from({ length: S }, (_, s) => (s === S - 1 ? 0 : u())) },
    start: { state: [0, 1, 2], probability: [0.5, 0.3, 0.2] },
    absorbing: [S - 1],
    features: (s) => [s / S, 1],
    transitions: () => {
      const weight = [u() + 0.05, u() + 0.05, u() + 0.05];
      const sum = weight[0] + weight[1] + weight[2];
      return weight.map((w, k) => {
        const done = k === 2 && u() < 0.6;
        const next = done && u() < 0.5 ? S - 1 : Math.floor(u() * (S - 1));
        const win = done && u() < 0.7;
        return {
          probability: w / sum,
          next,
          done,
          signals: { cost: -u(), event: u() < 0.4 ? 1 : 0 },
          metrics: { success: win ? 1 : 0, length: 1 },
        };
      });
    },
  });
}

/** A policy with seeded logits between −1 and 1. */
export function randomPolicy({ S, A }: Table, seed: number) {
  const stream = mixSeed(828, seed);
  const logits = Float64Array.from({ length: S * A }, () => 2 * nextUniform(stream) - 1);
  return { logits, ...softmaxPolicy(logits, S, A) };
}
