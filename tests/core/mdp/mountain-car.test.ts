import { describe, expect, it } from 'vitest';
import mountainCar from '../../../src/core/scenarios/mountain-car';
import { completeParameters } from '../../../src/core/contracts/parameters';
import { CAR, driveByTable, driveOnce } from '../../../src/core/mdp/mountain-car';
import { optimalStationary } from '../../../src/core/mdp/optimal';

const GRID = { nx: 64, nv: 63, repeat: 1 };
const params = { ...completeParameters(mountainCar.params, {}).values, ...GRID } as never;
const starts = Array.from({ length: 200 }, (_, i) => -0.6 + (0.2 * (i + 0.5)) / 200);

/** Lowest-index greedy actions of the grid's best policy at a discount of 0.99. */
function greedyActions(): Int32Array {
  const table = mountainCar.table(params);
  const { actionValue } = optimalStationary(table, table.metrics['return'], 0.99);
  return Int32Array.from({ length: table.S }, (_, s) => {
    let best = 0;
    for (let a = 1; a < table.A; a++) if (actionValue[s * table.A + a] > actionValue[s * table.A + best] + 1e-12) best = a;
    return best;
  });
}

describe('the true car under a policy of the grid', () => {
  it('reaches the flag from every start under the best one, in as many steps as the reference counted', () => {
    const action = greedyActions();
    const runs = starts.map((start) => driveByTable(GRID, start, (state) => action[state], 200));
    expect(runs.every(({ done }) => done)).toBe(true);
    const steps = runs.map((run) => run.action.length);
    // Nearest node, Gymnasium's own step(), the same 200 starts: mean 98.89, at most 124.
    expect(steps.reduce((sum, n) => sum + n, 0) / steps.length).toBeCloseTo(98.89, 2);
    expect(Math.max(...steps)).toBe(124);
  });

  it('always pushed right, never gets there; pushed along its velocity, does', () => {
    const right = driveByTable(GRID, -0.5, () => 2, 200);
    expect([right.done, right.action.length, right.position.length]).toEqual([false, 200, 201]);
    const along = driveByTable(GRID, -0.5, (state) => (state % GRID.nv < (GRID.nv - 1) / 2 ? 0 : 2), 200);
    expect(along.done).toBe(true);
    expect(along.position.at(-1)).toBeGreaterThanOrEqual(CAR.goal);
  });

  it('holds an action for as many true steps as the table’s step stands for, and moves as the car does', () => {
    let asked = 0;
    const run = driveByTable({ nx: 32, nv: 31, repeat: 4 }, -0.55, (_, decision) => {
      expect(decision).toBe(asked);
      return asked++ % 3;
    }, 50);
    expect(asked).toBe(13);
    expect([...run.action.subarray(0, 9)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2]);
    for (let t = 0; t < run.action.length; t++) {
      const { position, velocity } = driveOnce(run.position[t], run.velocity[t], run.action[t]);
      expect([run.position[t + 1], run.velocity[t + 1]]).toEqual([position, velocity]);
    }
  });

  it('is the scenario’s true world', () => {
    const action = greedyActions();
    const { run, start, limit } = mountainCar.trueWorld!;
    expect([start.min, start.max, limit]).toEqual([-0.6, -0.4, 200]);
    const episode = run(params, start.default, (state) => action[state]);
    expect(episode).toEqual(driveByTable(GRID, -0.5, (state) => action[state], 200));
  });
});
