import { describe, expect, it, test } from 'vitest';
import { loadPreset } from '../../../src/core/experiment/presets';
import { changedRewardModel, REWARD_MODEL, rewardModelOf } from '../../../src/core/experiment/reward-model-settings';
import { readSpec } from '../../../src/core/experiment/spec';
import { decodeLink, encodeLink } from '../../../src/codec/link';
import { findPresetSpec } from '../../../src/core/experiment/presets';

const { spec } = (await loadPreset('boat-race'))!;
const withModel = (rewardModel: unknown) => readSpec({ ...spec, training: { ...spec.training, rewardModel } });

test('a spec without the block, and links from before there was one, mean what they meant', async () => {
  expect(rewardModelOf(spec.training)).toEqual({ pairs: 400, flipRate: 0.05, temperature: 0.2, stepCost: 0, wants: '', clip: null, scores: 'steps', members: 1, perSeed: false });
  const term = { reward: 'bradley-terry', label: '', weight: 1, params: {}, gated: false };
  const old = { ...spec, schemes: spec.schemes.map((scheme) => ({ ...scheme, terms: [term] })) };
  const read = await decodeLink(await encodeLink(old as typeof spec, findPresetSpec), findPresetSpec);
  expect('spec' in read && read.spec).toEqual(old);
  expect('spec' in read && 'rewardModel' in read.spec.training).toBe(false);
});

test('a link carries the block', async () => {
  const rewardModel = { pairs: 10, members: 5, perSeed: true };
  const changed = { ...spec, training: { ...spec.training, rewardModel } };
  const read = await decodeLink(await encodeLink(changed, findPresetSpec), findPresetSpec);
  expect('spec' in read && read.spec.training.rewardModel).toEqual(rewardModel);
});

describe('limits', () => {
  it.each([
    [{ pairs: 9 }, 'pairs'],
    [{ pairs: 2001 }, 'pairs'],
    [{ pairs: 10.5 }, 'pairs'],
    [{ flipRate: 0.51 }, 'flipRate'],
    [{ temperature: 0 }, 'temperature'],
    [{ members: 17 }, 'members'],
    [{ members: 0 }, 'members'],
    [{ clip: 0 }, 'clip'],
    [{ scores: 'first' }, 'scores'],
    [{ clicks: 400 }, 'clicks'],
  ])('%j is refused at its field', (block, field) => {
    const read = withModel(block);
    expect('problems' in read && read.problems.map((problem) => problem.field)).toEqual([`/training/rewardModel/${field}`]);
  });

  it('lets the ends through', () => {
    for (const block of [{}, { pairs: 10 }, { pairs: 2000, flipRate: 0.5, members: 16 }, { flipRate: 0, members: 1, clip: 1, scores: 'last', wants: 'checkpoints' }]) expect(withModel(block)).toHaveProperty('spec');
  });
});

test('a change keeps only what differs from the meaning of a missing key', () => {
  const first = changedRewardModel({}, { pairs: 10 });
  expect(first).toEqual({ pairs: 10 });
  const second = changedRewardModel({ rewardModel: first! }, { members: 5, wants: '' });
  expect(second).toEqual({ pairs: 10, members: 5 });
  expect(changedRewardModel({ rewardModel: second! }, { pairs: REWARD_MODEL.pairs, members: 1 })).toBeUndefined();
});
