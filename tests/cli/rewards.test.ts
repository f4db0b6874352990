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
    { id: 'h', error: { code: 'not-finite', message: expect.stringContaining('rewards[0][1]') as string } },
    { id: 'cases[9]', error: { code: 'bad-input', message: expect.stringContaining('construction') as string } },
  ]);
});

test('a file without cases is refused by name of the field', () => {
  expect(() => rewards({ trajectories }, plugins)).toThrow(/^cases: /);
});
