import { expect, test } from 'vitest';
import { rewards } from '../../src/cli/rewards';
import { allPlugins } from '../../src/core/all-plugins';

const plugins = allPlugins();
const trajectories = [{ group: 0, length: 2, signals: { format: [1, 0.5] }, outcome: 1, extra: {} }];
const params = { weights: { format: 2 }, outcomeWeight: 1 };

test('answers every case on its own, in order', () => {
  const answered = rewards(
    {
      cases: [
        { id: 'a', construction: 'gra', params, input: { trajectories } },
        { id: 'b', construction: 'grah', params, input: { trajectories } },
        { id: 'c', construction: 'gra', params: { ...params, treshold: 1 }, input: { trajectories } },
        { id: 'd', construction: 'gra', params: { weights: { form: 1 } }, input: { trajectories } },
        { id: 'e', construction: 'gra', params, input: { trajectories: [{ group: 0, length: 3, signals: { format: [1, 0.5] }, outcome: 1 }, { outcome: 'x' }] } },
        { construction: 'outcome', input: { trajectories } },
        { id: 'f', construction: 'reward-hop', params: {}, input: { progress: [0.5, 0.75] } },
        { id: 'g', construction: 'reward-hop', params: {}, input: { trajectories } },
        { id: 'h', construction: 'noisy-verifier-backward', params: { falsePositive: 0.5, falseNegative: 0.5 }, input: { trajectories } },
        { id: 'i', construction: 'gra', params: { weights: { format: 1e308 }, stepWeight: 10 }, input: { trajectories } },
        7,
      ],
    },
    plugins,
  );
  expect(answered.cases).toEqual([
    { id: 'a', rewards: [[2, 2]], gateOpen: [1] },
    { id: 'b', error: { code: 'unknown-construction', message: expect.stringContaining('Did you mean "gra"?') as string } },
    { id: 'c', error: { code: 'bad-parameter', message: expect.stringContaining('treshold') as string } },
    { id: 'd', error: { code: 'missing-column', message: expect.stringContaining('"form"') as string } },
    { id: 'e', error: { code: 'bad-input', message: expect.stringContaining('trajectories[1]') as string } },
    { id: 'cases[5]', rewards: [[0, 1]] },
    { id: 'f', hop: [[0, 0.5], [expect.closeTo(-1 / 3), 0]] },
    { id: 'g', error: { code: 'bad-input', message: 'progress: expected a list.' } },
    { id: 'h', error: { code: 'bad-input', message: expect.stringMatching(/^falsePositive \+ falseNegative: expected anything but 1/) as string } },
    { id: 'i', error: { code: 'not-finite', message: expect.stringContaining('rewards[0][0]') as string } },
    { id: 'cases[10]', error: { code: 'bad-input', message: expect.stringContaining('construction') as string } },
  ]);
});

test('a file without cases is refused by name of the field', () => {
  expect(() => rewards({ trajectories }, plugins)).toThrow(/^cases: /);
});

const answer = (construction: string, params: object, input: object) => rewards({ cases: [{ construction, params, input }] }, plugins).cases[0];
const attempt = (outcome: number, extra: object, length = 1) => ({ group: 0, length, signals: {}, outcome, extra });

test('error rates beyond 1 turn the sign, as the formula says; only their sum of 1 is refused', () => {
  for (const [falsePositive, falseNegative, reward] of [[0.7, 0.8, -0.6], [0.25, 0.25, 1.5], [0.69999, 0.3, 30001]] as const) {
    expect(answer('noisy-verifier-backward', { falsePositive, falseNegative }, { trajectories: [attempt(1, {})] })).toMatchObject({ rewards: [[expect.closeTo(reward, 4)]] });
  }
  expect(answer('noisy-verifier-backward', { falsePositive: 0.7, falseNegative: 0.3 }, { trajectories: [attempt(1, {})] })).toHaveProperty('error');
});

test('the best of K tries is a product, whatever a prover logs', () => {
  const trajectories = [attempt(1, { proverValues: [0.5, 1.25, 0] }, 2)];
  expect(answer('pav', { alpha: 1, bestOfK: 3 }, { trajectories })).toEqual({ id: 'cases[0]', rewards: [[expect.closeTo(1.015625 - 0.875, 12), expect.closeTo(1 - 1.015625, 12)]] });
});

test('groups whose turns run different tests are refused by the trajectory', () => {
  const trajectories = [attempt(1, { passed: [[1, 0]] }), attempt(1, { passed: [[1, 0, 1]] })];
  expect(answer('verpo', {}, { trajectories })).toMatchObject({ error: { message: expect.stringMatching(/^passed of trajectory 2: expected 2 tests/) } });
});

test('distances of rewards that are the same to scale and potential are 0 and not what rounding leaves', () => {
  let seed = 1;
  const next = () => ((seed = (seed * 48271) % 2147483647) / 2147483647) * 4 - 2;
  for (let k = 0; k < 20; k++) {
    const n = 2 + (k % 4);
    const potential = Array.from({ length: n }, next);
    const rewardA = Array.from({ length: n }, () => [0, 1].map(() => Array.from({ length: n }, next)));
    const rewardB = rewardA.map((actions, s) => actions.map((cells) => cells.map((r, next) => 3 * r + 0.9 * potential[next] - potential[s])));
    const transition = rewardA.map((actions) => actions.map((cells) => cells.map(() => 1 / n)));
    for (const construction of ['epic-distance', 'dard-distance']) expect(answer(construction, { discount: 0.9 }, { mdp: { transition, rewardA, rewardB } })).toMatchObject({ distance: 0 });
    // One action ranks nothing: the canonical reward is 0 but for rounding.
    const single = (reward: number[][][]) => reward.map(([first]) => [first]);
    const one = { transition: single(transition), rewardA: single(rewardA), rewardB: single(rewardB).map((actions) => actions.map((cells) => cells.map((r) => r + next()))) };
    expect(answer('starc-distance', { discount: 0.9 }, { mdp: one })).toMatchObject({ distance: 0 });
  }
});
