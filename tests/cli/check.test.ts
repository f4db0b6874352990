import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/arguments';
import { check } from '../../src/cli/check';
import { list } from '../../src/cli/list';
import { decodeLink, encodeLink } from '../../src/codec/link';
import { allPlugins } from '../../src/core/all-plugins';
import { findPresetSpec, loadPreset } from '../../src/core/experiment/presets';

const plugins = allPlugins();
const deps = {
  plugins,
  loadPreset,
  decodeLink: (link: string) => decodeLink(link, findPresetSpec),
  readJson: (path: string) => JSON.parse(readFileSync(path, 'utf8')) as unknown,
};

describe('lab check', () => {
  it('answers invariance, farming, distance and terms of every scheme, the library included', async () => {
    const { preset, schemes } = await check(['boat-race', '--json'], deps);
    expect(preset).toBe('boat-race');
    expect(Object.keys(schemes)).toEqual(['sparse', 'dense', 'gated', 'gated-cap', 'first-visit', 'pbrs']);
    for (const found of Object.values(schemes)) expect(Object.keys(found)).toEqual(['iteration', 'invariance', 'farming', 'distance', 'returns', 'terms', 'verdicts']);
    expect(JSON.parse(JSON.stringify(schemes))).toEqual(schemes);
    expect(schemes['sparse']).toMatchObject({ invariance: { kind: 'decided', verdict: 'invariant' }, farming: { isFarmed: false } });
    expect(schemes['dense']).toMatchObject({ invariance: { verdict: 'on-path' }, farming: { isFarmed: true, cycle: { states: [9, 10, 11] } } });
    expect((schemes['dense'] as { verdicts: unknown }).verdicts).toContainEqual({ check: 'optimum', tone: 'bad', verdict: expect.stringMatching(/^The best policy under dense circles .* finished 0%, true optimum 100%\.$/), basis: 'decided exactly' });
    expect(schemes['gated-cap']).toMatchObject({ invariance: { kind: 'decided', verdict: 'invariant', remembering: ['Checkpoints'] }, distance: { reason: expect.any(String) } });
  });

  it('takes --scheme, a file and a link, and gives the same answer', async () => {
    const byName = await check(['boat-race', '--scheme', 'dense,pbrs'], deps);
    expect(Object.keys(byName.schemes)).toEqual(['dense', 'pbrs']);
    const folder = mkdtempSync(join(tmpdir(), 'lab-check-'));
    try {
      const { spec } = (await loadPreset('boat-race'))!;
      const path = join(folder, 'race.json');
      writeFileSync(path, JSON.stringify(spec));
      expect((await check([path, '--scheme', 'dense'], deps)).schemes['dense']).toEqual(byName.schemes['dense']);
      const link = await encodeLink(spec, findPresetSpec);
      expect((await check([link, '--scheme', 'pbrs'], deps)).schemes['pbrs']).toEqual(byName.schemes['pbrs']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reports a scheme that cannot be compiled beside the others', async () => {
    const { spec } = (await loadPreset('boat-race'))!;
    const [sparse, dense] = spec.schemes;
    const broken = { ...dense, terms: dense.terms.map((term) => (term.reward === 'signal' ? { ...term, params: { signal: 'nowhere' } } : term)) };
    const { schemes } = await check(['own.json'], { ...deps, readJson: () => ({ ...spec, schemes: [sparse, broken] }) });
    expect(schemes['dense']).toEqual({ error: { message: expect.stringContaining('nowhere') } });
    expect(schemes['sparse']).toHaveProperty('terms');
  });

  it.each([
    ['no target', [], /check: give a preset/],
    ['two targets', ['boat-race', 'key-door'], /"key-door" is a second one/],
    ['a misspelt preset', ['boat-rase'], /check: there is no preset "boat-rase"\. Did you mean "boat-race"/],
    ['a misspelt scheme', ['boat-race', '--scheme', 'dence'], /--scheme dence.*"dense"/],
    ['an unknown option', ['boat-race', '--seeds', '1'], /--seeds/],
  ])('%s is refused by name', async (_, argv, message) => {
    const failure = await check(argv, deps).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect((failure as Error).message).toMatch(message);
  });
});

it('lab list measures names what each reads and answers', () => {
  const measures = list('measures', plugins, []) as { id: string; inputs: object; outputs: object }[];
  expect(measures.map(({ id }) => id)).toContain('starc-distance');
  for (const { inputs, outputs } of measures) expect([Object.keys(inputs).length > 0, Object.keys(outputs).length > 0]).toEqual([true, true]);
});
