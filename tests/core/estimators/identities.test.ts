import { expect, test } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { advantagesOf, difference, paramsOf } from '../../support/estimator-laws';
import { randomTrajectories, type TrajectoryList } from '../../support/random-trajectories';

const plugins = allPlugins();
const seeds = [1, 2, 3, 4, 5, 6];
const run = (id: string, params: Record<string, unknown>, input: TrajectoryList) => {
  const plugin = plugins.get('estimator', id);
  return advantagesOf(plugin, paramsOf(plugin, params), input);
};
const everything = { id: 'any', needs: { ...plugins.get('estimator', 'tempo').needs, ...plugins.get('estimator', 'v-trace').needs } };
const changed = (input: TrajectoryList, change: (trajectory: TrajectoryList['trajectories'][number]) => object): TrajectoryList => ({
  trajectories: input.trajectories.map((trajectory) => ({ ...trajectory, ...change(trajectory) })),
});

test('GAE with λ = 1 and no value function is the Monte-Carlo return', () => {
  for (const seed of seeds) {
    const input = changed(randomTrajectories(everything, seed), ({ rewards }) => ({ values: [...rewards, 0].map(() => 0) }));
    expect(difference(run('gae', { gamma: 0.9, lambda: 1 }, input), run('mc-return', { gamma: 0.9 }, input))).toBeNull();
  }
});

test('GAE with the value of its own returns is zero on a single trajectory', () => {
  const input = { trajectories: [{ group: 0, rewards: [1, 2, 4], outcome: 7, values: [7, 6, 4, 99] }] };
  expect(run('gae', { gamma: 1, lambda: 0.3 }, input)).toEqual([[0, 0, 0]]);
});

test('RLOO is n / (n − 1) times Dr. GRPO', () => {
  for (const seed of seeds) {
    const input = randomTrajectories(everything, seed);
    const size = (group: number) => input.trajectories.filter((other) => other.group === group).length;
    const scaled = run('dr-grpo', {}, input).map((steps, i) => {
      const n = size(input.trajectories[i].group);
      return steps.map((x) => (x * n) / (n - 1));
    });
    expect(difference(run('rloo', {}, input), scaled)).toBeNull();
  }
});

test('TEMPO is GRPO where no two attempts begin alike, up to the branch at the root', () => {
  for (const seed of seeds) {
    let next = 0;
    const input = changed(randomTrajectories(everything, seed), ({ rewards }) => ({ actions: rewards.map(() => next++) }));
    const tempo = run('tempo', { ddof: 1 }, input);
    const grpo = run('grpo', {}, input);
    // The first step leaves the root for a leaf of its own and is credited R − μ once more.
    const expected = grpo.map((steps) => steps.map((x, t) => (t === 0 ? 2 * x : x)));
    expect(difference(tempo, expected)).toBeNull();
  }
});

test('on-policy V-trace without clipping is GAE with λ = 1', () => {
  for (const seed of seeds) {
    const input = changed(randomTrajectories(everything, seed), ({ rewards }) => ({ extra: { logRhos: rewards.map(() => 0) } }));
    expect(difference(run('v-trace', { gamma: 0.9, clipRho: null, clipPgRho: null }, input), run('gae', { gamma: 0.9, lambda: 1 }, input))).toBeNull();
  }
});

test('histories tell beginnings apart that actions alone do not', () => {
  const input = {
    trajectories: [
      { group: 0, rewards: [0, 4], outcome: 4, actions: [1, 1], states: [0, 1, 2] },
      { group: 0, rewards: [0, 0], outcome: 0, actions: [1, 1], states: [0, 3, 2] },
    ],
  };
  const alone = { outcomeWeight: 0, normByStd: false };
  expect(run('tempo', { ...alone, prefix: 'actions' }, input)).toEqual([[0, 0], [0, 0]]);
  expect(run('tempo', { ...alone, prefix: 'histories' }, input)).toEqual([[2, 0], [-2, 0]]);
  expect(() => run('tempo', { prefix: 'histories' }, changed(input as TrajectoryList, () => ({ states: undefined })))).toThrow('no states');
});

test('backward noise correction changes nothing under std-normalised GRPO, and scales plain centring', () => {
  for (const seed of seeds) {
    const input = randomTrajectories(everything, seed);
    const rates = { rho0: 0.1, rho1: 0.2, epsilon: 1e-12 };
    expect(difference(run('noise-backward', { ...rates, normByStd: true }, input), run('grpo', { epsilon: 1e-12 }, input), 1e-6)).toBeNull();
    const centred = run('dr-grpo', {}, input).map((steps) => steps.map((x) => x / 0.7));
    expect(difference(run('noise-backward', { ...rates, normByStd: false }, input), centred)).toBeNull();
  }
});
