import { describe, expect, it } from 'vitest';
import { completeParameters } from '../../../src/core/contracts/parameters';
import { groupLayout } from '../../../src/core/contracts/columns';
import type { EstimatorPlugin } from '../../../src/core/contracts/estimator';
import { allPlugins } from '../../../src/core/all-plugins';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { normalQuantile } from '../../../src/core/math/normal-quantile';

/** A chain in which every step pays N(μ_a, 1) for one of three actions, taken alike often; eight attempts a group, as SLATE draws candidates. */
const MU = [-0.3, 0, 0.3];
const CANDIDATES = 8;
const GROUPS = 1500;

const plugin = (id: string) => allPlugins().get('estimator', id) as EstimatorPlugin;

interface Play {
  readonly action: Int32Array;
  readonly reward: Float64Array;
}

/** Rewards of a step pay for the action of `delay` steps before. */
function play(T: number, delay: number): Play {
  const stream = mixSeed(0x736c61, T, delay);
  const nTraj = GROUPS * CANDIDATES;
  const action = Int32Array.from({ length: nTraj * T }, () => Math.min(2, Math.floor(3 * nextUniform(stream))));
  const reward = Float64Array.from({ length: nTraj * T }, (_, k) => {
    const noise = normalQuantile(nextUniform(stream) + 2 ** -33);
    return k % T < delay ? noise : noise + MU[action[k - delay]];
  });
  return { action, reward };
}

/** Variance of Â around its mean at an action, and Â's gap between the best and the worst action, over the first `steps` steps. */
function figures(T: number, { action, reward }: Play, id: string, stored: Record<string, unknown>, steps = T): { variance: number; gap: number } {
  const nTraj = GROUPS * CANDIDATES;
  const { values } = completeParameters(plugin(id).params, stored);
  const frame = { nTraj, maxLen: T, length: new Int32Array(nTraj).fill(T) };
  const group = groupLayout(Array.from({ length: nTraj }, (_, i) => Math.floor(i / CANDIDATES)));
  const context = { buffer: (size: number) => new Float64Array(size), state: undefined, iteration: 0, detail: false };
  const { advantage } = plugin(id).estimate({ ...frame, group, reward, signals: {} } as never, values as never, context);
  const count = [0, 0, 0];
  const sum = [0, 0, 0];
  let squares = 0;
  const counted = (k: number) => k % T < steps;
  advantage.forEach((x, k) => {
    if (!counted(k)) return;
    count[action[k]] += 1;
    sum[action[k]] += x;
  });
  const mean = sum.map((total, a) => total / count[a]);
  advantage.forEach((x, k) => {
    if (counted(k)) squares += (x - mean[action[k]]) ** 2;
  });
  return { variance: squares / (count[0] + count[1] + count[2]), gap: mean[2] - mean[0] };
}

// At γ = 0 the reward-to-go less the group's mean at the step is what SLATE compares: the step's own reward among its candidates.
const truncated = ['reinforce-baseline', { gamma: 0, baseline: 'timestep-mean', scope: 'group' }] as const;
const toGo = ['reinforce-baseline', { gamma: 1, baseline: 'timestep-mean', scope: 'group' }] as const;
const whole = ['dr-grpo', {}] as const;

describe('crediting a step with its own reward alone', () => {
  it.each([
    [2, 2.04, 1.5],
    [4, 4.2, 2.6],
    [8, 8.4, 4.7],
    [16, 17.1, 9.0],
  ])('divides the variance by about the %s steps of a trajectory, as measured independently to 10 %%', (T, full, rewardToGo) => {
    const played = play(T, 0);
    const own = figures(T, played, ...truncated);
    expect(Math.abs(figures(T, played, ...whole).variance / own.variance / full - 1)).toBeLessThan(0.1);
    expect(Math.abs(figures(T, played, ...toGo).variance / own.variance / rewardToGo - 1)).toBeLessThan(0.1);
    // The gap between actions is there, less the share of the mean that is a candidate's own.
    expect(Math.abs((own.gap * CANDIDATES) / (CANDIDATES - 1) - 0.6)).toBeLessThan(0.1);
  });

  it('is blind to what is paid one step later', () => {
    const played = play(8, 1);
    expect(Math.abs(figures(8, played, ...truncated, 7).gap)).toBeLessThan(0.05);
    expect(Math.abs((figures(8, played, ...toGo, 7).gap * CANDIDATES) / (CANDIDATES - 1) - 0.6)).toBeLessThan(0.1);
  });
});
