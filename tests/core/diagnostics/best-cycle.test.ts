import { describe, expect, it } from 'vitest';
import boatRace from '../../../src/core/scenarios/boat-race';
import type { Table } from '../../../src/core/contracts/scenario';
import { bestCycle } from '../../../src/core/diagnostics/best-cycle';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { compileTable } from '../../../src/core/mdp/compile-table';

function randomTable(seed: number, S: number): Table {
  const stream = mixSeed(31, seed);
  return compileTable({
    S, A: 2, horizon: 5,
    signals: ['pay'],
    metrics: ['success'],
    truth: 'success',
    start: { state: [0], probability: [1] },
    features: () => [1],
    transitions: () => {
      const row = () => ({
        probability: 0.5,
        next: Math.floor(nextUniform(stream) * S),
        done: nextUniform(stream) < 0.3,
        // Tenths, so that cycles tie, and some below 0.
        signals: { pay: Math.floor(nextUniform(stream) * 20 - 12) / 10 },
      });
      return [row(), row()];
    },
  });
}

/** Highest mean over every simple cycle, by walking them all. */
function byWalking(table: Table, reward: Float64Array): number {
  const from = (s: number): number[] => Array.from({ length: table.rowStart[(s + 1) * table.A] - table.rowStart[s * table.A] }, (_, k) => table.rowStart[s * table.A] + k).filter((r) => !table.rowDone[r]);
  const reached = new Set([0]);
  for (const s of reached) for (const r of from(s)) reached.add(table.rowNext[r]);
  let best = -Infinity;
  const walk = (home: number, s: number, path: number[], pay: number) => {
    for (const r of from(s)) {
      const next = table.rowNext[r];
      if (next === home) best = Math.max(best, (pay + reward[r]) / path.length);
      else if (next > home && !path.includes(next)) walk(home, next, [...path, next], pay + reward[r]);
    }
  };
  for (const s of reached) walk(s, s, [s], 0);
  return best;
}

describe('the best cycle per step', () => {
  it('is the best of all simple cycles, on 400 random tables', () => {
    let without = 0;
    for (let seed = 0; seed < 400; seed++) {
      const table = randomTable(seed, 2 + (seed % 6));
      const found = bestCycle(table, table.signals['pay']);
      const walked = byWalking(table, table.signals['pay']);
      if (found === null) {
        without += 1;
        expect(walked).toBe(-Infinity);
        continue;
      }
      expect(found.payPerStep).toBeCloseTo(walked, 11);
      found.rows.forEach((r, k) => {
        expect(table.rowState[r]).toBe(found.states[k]);
        expect(table.rowNext[r]).toBe(found.states[(k + 1) % found.states.length]);
      });
    }
    expect(without).toBeGreaterThan(0);
    expect(without).toBeLessThan(200);
  });

  it('is the lagoon where checkpoints are paid, at one a step', () => {
    const table = boatRace.table({ horizon: 30, slip: 0 });
    const { states, payPerStep } = bestCycle(table, table.signals['cp'])!;
    expect([...states].sort((a, b) => a - b)).toEqual([9, 10, 11]);
    expect(payPerStep).toBe(1);
    expect(bestCycle(table, table.signals['finish'])!.payPerStep).toBe(0);
  });

  it('is nothing where every step ends the episode', () => {
    const table = randomTable(1, 3);
    expect(bestCycle({ ...table, rowDone: table.rowDone.map(() => 1) }, table.signals['pay'])).toBeNull();
  });
});
