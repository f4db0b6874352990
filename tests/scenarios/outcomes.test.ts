import { describe, expect, it } from 'vitest';
import { cells } from './cells';
import { measure } from './measure';

/** The full set with 20 seeds is `npm run scenarios`; here the judged cells run with fewer seeds where fewer tell. */
describe('what each scheme learns', () => {
  it.each(cells.flatMap((cell) => (cell.quickSeeds ? [[cell.id, cell, cell.quickSeeds] as const] : [])))('%s', async (_, cell, seeds) => {
    const metrics = await measure(cell, seeds);
    for (const { metric, accept } of cell.checks) {
      if (!accept) continue;
      expect(metrics[metric].mean).toBeGreaterThanOrEqual(accept[0]);
      expect(metrics[metric].mean).toBeLessThanOrEqual(accept[1]);
    }
  });
});

describe('shaping under estimators of whole trajectories', () => {
  it.each(['pbrs-man', 'pbrs-inf'])('%s learns what sparse learns, seed by seed, because its sum is a constant of the start', async (name) => {
    const values = async (scheme: string) => {
      const cell = { id: scheme, args: `key-door --scheme ${scheme} --at 50,200`, checks: [] };
      const metrics = await measure(cell, 20);
      return [...metrics['success@50'].values, ...metrics['success@200'].values];
    };
    const sparse = await values('sparse');
    (await values(name)).forEach((success, k) => expect(Math.abs(success - sparse[k])).toBeLessThanOrEqual(1e-6));
    expect(Math.max(...sparse)).toBeGreaterThan(0.5);
  });
});

describe('where the scenarios start', () => {
  it.each([
    ['key-door --scheme sparse', 'success@0', 2.529e-4, 1e-6],
    ['key-door --scheme sparse --set /scenario/params/horizon=20', 'success@0', 8.54e-4, 1e-6],
    ['key-door --scheme sparse --set /scenario/params/horizon=30', 'success@0', 4.576e-3, 1e-6],
    ['key-door --scheme sparse --set /scenario/params/lean=0.4', 'success@0', 0.0123, 5e-5],
    ['key-door --scheme sparse --set /scenario/params/lean=0.7', 'success@0', 0.0894, 5e-5],
    ['boat-race --scheme sparse', 'success@0', 0.9638, 5e-5],
    ['swe-agent --scheme outcome', 'completion@0', 0.4454, 5e-5],
    ['swe-agent --scheme outcome', 'pass@0', 0.0997, 5e-5],
    ['swe-agent --scheme outcome --set /scenario/params/variant=hard', 'pass@0', 0.016, 5e-5],
    ['math-steps --scheme outcome', 'success@0', 0.02522, 5e-6],
    ['process-noise --scheme outcome', 'success@0', 2.44e-4, 5e-7],
    ['process-noise --scheme outcome --set prior=1', 'success@0', 0.0115, 5e-5],
    ['tree --scheme grpo', 'success@0', 240 / 729, 1e-12],
    ['tree --scheme grpo --set skill=0.5', 'success@0', 0.5857, 5e-5],
    ['unit-tests --scheme uniform', 'success@0', 1 / 1024, 1e-12],
    ['exploration-maze --scheme sparse', 'success@0', 5.29e-8, 5e-11],
    ['length --scheme plain', 'correct@0', 0.84, 5e-3],
    ['proxy-over-optimisation --scheme gold', 'goldReward@0', 1.1, 1e-9],
    ['denoiser --scheme gains', 'reward@0', 0.02762, 5e-6],
    ['gui-click --scheme binary --set width=0.4', 'spread@0', 0.15, 1e-12],
  ])('%s: %s is %s', async (args, metric, expected, tolerance) => {
    const metrics = await measure({ id: args, args: `${args} --at 0`, checks: [] }, 1);
    expect(Math.abs(metrics[metric].mean - expected)).toBeLessThanOrEqual(tolerance);
  });
});
