import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../src/codec/compress';
import { applyDifference, canonicalJson, difference, setAt, valueAt, type Json } from '../../src/codec/difference';
import { decodeLink, encodeLink, MAX_LINK_LENGTH } from '../../src/codec/link';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { MAX_TRAJECTORIES_PER_ITERATION } from '../../src/core/experiment/budget';

const base: ExperimentSpec = {
  v: 1,
  base: 'sample@1',
  title: 'Sample',
  scenario: { id: 'boat-race', params: { horizon: 30 } },
  schemes: [
    {
      name: 'Sparse',
      terms: [{ reward: 'outcome', label: 'Finish', weight: 1, params: {}, gated: false }],
      gate: null,
      gamma: 1,
      gammaLinked: true,
      estimator: { id: 'grpo', params: {} },
      value: 'learned',
      whiten: 'none',
      clip: null,
      muted: false,
    },
  ],
  training: {
    policy: { kind: 'tabular' },
    objective: { id: 'reinforce', params: {} },
    optimiser: 'sgd',
    learningRate: 0.5,
    trajectories: 32,
    groupSize: 16,
    iterations: 300,
    seeds: { first: 0, count: 4 },
    engine: 'auto',
    criticRate: 0.3,
    branches: [],
  },
  view: {
    trajectories: 32,
    behaviour: { policy: 'start' },
    selected: null,
    scheme: 0,
    sort: 'outcome',
    wrongSigns: true,
    pinned: null,
  },
};
/** Written by the first release; it must open for ever. */
const FROZEN = '#v1.q1ZKSixOVbJSKk7MLchJdTBU0lEqTi1RsqpW0i_JLMkBSQXn5JenFinpKOmXFCVm5mXmpevnpCYWgRhBiSWpSlYGekamtbUA';

/** As frozen as the other: a gate, a dense term and a potential, from before terms could be transformed or scheduled. */
const FROZEN_GATED = '#v1.XdC7bsQgEAXQf7k1WnstpaGKFCn5gJRRijGeBRQMiMHZwvK_R-zmYaech85cWDGSMDSE5hz48QwF4Qq9ohPjeGbp-s5S5dby0YRF_CdD17KwgqRLjSwC3Z-Gh1YvxTTOZChUV1hcChP0sKk9GGluWy9UecJhUrnMAv22wt6G-kJBWCHQyAEazz56cVDIVKhtrptC4SuVCRppqSbNDIUre-sq9HlTv9Q984_05Nh85ORjlT0H8TZSuL9hb3_3_-j-NOzwfzlfHWUf7UHOqXKs_obnkmxpP7c_kccih-zv2_YF';

const find = async (reference: string) => (reference === 'sample@1' ? base : undefined);
const link = (payload: unknown) => `#v1.${toBase64Url(deflateRawSync(JSON.stringify(payload)))}`;
const problemOf = async (hash: string) => {
  const result = await decodeLink(hash, find);
  if (!('problem' in result)) throw new Error('the link was accepted');
  return result.problem;
};

describe('a link', () => {
  const edited: ExperimentSpec = {
    ...base,
    schemes: [
      { ...base.schemes[0], gate: { source: 'outcome', threshold: 0.5, inclusive: true, softness: 0 } },
      { ...base.schemes[0], name: 'Dense – “ü”' },
    ],
    view: { ...base.view, behaviour: { policy: 'scheme', scheme: 1, iteration: 120 }, selected: { trajectory: 3, step: 8 } },
  };

  it('restores the experiment exactly', async () => {
    const result = await decodeLink(await encodeLink(edited, find), find);
    expect(result).toEqual({ spec: edited, notices: [] });
  });

  it('of an unchanged preset is short', async () => {
    expect((await encodeLink(base, find)).length).toBeLessThan(60);
  });

  it('survives what hosts and prose append', async () => {
    const hash = await encodeLink(edited, find);
    for (const tail of ['#?secret=AbCdEf', ')', '.', '>', '%20']) {
      expect(await decodeLink(hash + tail, find)).toEqual({ spec: edited, notices: [] });
    }
  });

  it('made by the first release still opens to the same experiment', async () => {
    expect(await decodeLink(FROZEN, find)).toEqual({
      spec: { ...base, training: { ...base.training, learningRate: 0.25 }, title: 'Slower' },
      notices: [],
    });
  });

  it('made before terms had transforms and schedules opens without them', async () => {
    const [first] = base.schemes;
    const dense = { reward: 'signal', label: 'Checkpoints', weight: 0.2, params: { signal: 'cp' }, gated: true };
    const potential = { reward: 'pbrs', label: 'Shaping', weight: 1, params: { potential: 'progress' }, gated: false };
    const gated = { ...first, name: 'Gated', terms: [...first.terms, dense, potential], gate: { source: 'cp', threshold: 2, inclusive: true, softness: 0.25 } };
    expect(await decodeLink(FROZEN_GATED, find)).toEqual({ spec: { ...base, schemes: [gated] }, notices: [] });
  });

  it('keeps transforms, conditions and schedules', async () => {
    const [first] = base.schemes;
    const terms: ExperimentSpec['schemes'][number]['terms'] = [{
      ...first.terms[0],
      transforms: [{ kind: 'clip', low: null, high: 0 }, { kind: 'gather', how: 'mean' }, { kind: 'standardise', over: 'group', of: 'totals' }],
      schedule: { kind: 'steps', phases: [{ at: 3, value: 0.5 }] },
    }];
    const gate = { ...edited.schemes[0].gate!, schedule: { kind: 'cosine' as const, start: 0, end: 50, to: 2 }, also: [{ source: '', term: 0, threshold: 1, inclusive: true, softness: 0.5 }], combine: 'any' as const };
    const composed: ExperimentSpec = { ...base, schemes: [{ ...first, terms, gate }] };
    expect(await decodeLink(await encodeLink(composed, find), find)).toEqual({ spec: composed, notices: [] });
  });
});

describe('a hostile or broken link is named, never thrown', () => {
  it.each([
    ['of a later version', '#v2.AAAA', /later version/],
    ['cut off', '#v1.q1ZK', /cut off or damaged/],
    ['with nothing in it', '#v1.', /cut off or damaged/],
    ['that is not JSON', `#v1.${toBase64Url(deflateRawSync('{"base":'))}`, /cut off or damaged/],
    ['that is too long', `#v1.${'A'.repeat(MAX_LINK_LENGTH)}`, /characters long/],
    ['that inflates without end', `#v1.${toBase64Url(deflateRawSync('0'.repeat(9_000_000)))}`, /unfolds to more than/],
    ['from an unknown preset', link({ base: 'nowhere@3', set: {} }), /"nowhere@3"/],
    ['that is a list', link([1, 2]), /does not hold an experiment/],
    ['that reaches for the prototype', link({ base: 'sample@1', set: { '/__proto__/polluted': 1 } }), /"__proto__" is not allowed/],
    ['that points nowhere', link({ base: 'sample@1', set: { '/schemes/9/name': 'x' } }), /list has 1 entries/],
    ['with an unknown field', link({ base: 'sample@1', set: { '/surprise': 1 } }), /surprise/],
    ['with infinity in a weight', `#v1.${toBase64Url(deflateRawSync('{"base":"sample@1","set":{"/schemes/0/terms/0/weight":1e999}}'))}`, /weight/],
    ['with a transform there is not', link({ base: 'sample@1', set: { '/schemes/0/terms/0/transforms': [{ kind: 'eval', code: '1' }] } }), /transforms/],
    ['with more transforms than a term has', link({ base: 'sample@1', set: { '/schemes/0/terms/0/transforms': Array(9).fill({ kind: 'sign' }) } }), /transforms/],
    ['with a schedule that runs backwards', link({ base: 'sample@1', set: { '/schemes/0/terms/0/schedule': { kind: 'linear', start: 9, end: 3, to: 0 } } }), /cannot end before it starts/],
    ['with a group size that does not divide', link({ base: 'sample@1', set: { '/training/groupSize': 7 } }), /group size of 7 does not divide 32/],
    ['with too many trajectories', link({ base: 'sample@1', set: { '/training/trajectories': 1e9 } }), /training\/trajectories/],
    ['with too many schemes', link({ base: 'sample@1', set: { '/schemes': Array(40).fill(base.schemes[0]) } }), /schemes/],
  ])('%s', async (_, hash, message) => {
    expect(await problemOf(hash)).toMatch(message);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is brought within the compute budget with a notice', async () => {
    const set = { '/training/seeds': { first: 0, count: 64 }, '/training/trajectories': 8192, '/training/groupSize': 16 };
    const result = await decodeLink(link({ base: 'sample@1', set }), find);
    if ('problem' in result) throw new Error(result.problem);
    const { trajectories, seeds } = result.spec.training;
    expect(trajectories * seeds.count).toBeLessThanOrEqual(MAX_TRAJECTORIES_PER_ITERATION);
    expect(result.notices.join(' ')).toMatch(/64 seeds/);
  });
});

describe('differences', () => {
  it('apply back to the value for random JSON', () => {
    let word = 12345;
    const next = (n: number) => ((word = (Math.imul(word, 1103515245) + 12345) >>> 0) >>> 8) % n;
    const random = (depth: number): Json => {
      const kind = next(depth > 3 ? 3 : 5);
      if (kind === 0) return next(100) / 7;
      if (kind === 1) return ['a/b', '~', '', 'x'][next(4)];
      if (kind === 2) return next(2) === 0 ? null : true;
      if (kind === 3) return Array.from({ length: next(4) }, () => random(depth + 1));
      return Object.fromEntries(Array.from({ length: next(4) }, (_, i) => [['a/b', '~k', 'c'][i % 3] + i, random(depth + 1)]));
    };
    for (let trial = 0; trial < 400; trial++) {
      const [a, b] = [random(0), random(0)];
      expect(canonicalJson(applyDifference(a, difference(a, b)))).toBe(canonicalJson(b));
      expect(difference(a, a)).toEqual({});
    }
  });

  it('leave the base untouched and share what did not change', () => {
    const from = { a: [1, { b: 2 }], c: { d: 3 } };
    const to = setAt(from, '/a/1/b', 5) as typeof from;
    expect(from.a[1]).toEqual({ b: 2 });
    expect(valueAt(to, '/a/1/b')).toBe(5);
    expect(to.c).toBe(from.c);
  });
});

describe('base64url', () => {
  it('is read back for every length, and refuses foreign characters', () => {
    for (let n = 0; n < 70; n++) {
      const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) & 255);
      expect([...fromBase64Url(toBase64Url(bytes))!]).toEqual([...bytes]);
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
    }
    expect(fromBase64Url('a+b=')).toBeNull();
    expect(fromBase64Url('abcde')).toBeNull();
  });
});
