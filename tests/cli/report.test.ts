import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { report, type ReportDeps } from '../../src/cli/report';
import { decodeLink } from '../../src/codec/link';
import { allPlugins } from '../../src/core/all-plugins';
import { findPresetSpec, loadPreset } from '../../src/core/experiment/presets';

const deps: ReportDeps = {
  plugins: allPlugins(),
  loadPreset,
  decodeLink: (link) => decodeLink(link, findPresetSpec),
  readJson: (path) => JSON.parse(readFileSync(path, 'utf8')) as unknown,
  now: () => 0,
  today: '2026-01-02',
};
const folder = mkdtempSync(join(tmpdir(), 'lab-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('lab report', () => {
  it('answers the Markdown and the verdicts, or writes a file by its ending', async () => {
    const answer = await report(['boat-race', '--scheme', 'dense'], deps);
    expect(answer).toMatchObject({ preset: 'boat-race', scheme: 'dense', title: 'Reward report: dense' });
    expect(answer.verdicts[0]).toEqual({ check: 'optimum', tone: 'bad', verdict: expect.stringMatching(/circles .* finished 0%, true optimum 100%\.$/), basis: 'decided exactly' });
    expect(answer.markdown).toContain(answer.verdicts[0].verdict);
    for (const name of ['dense.md', 'dense.html']) {
      const path = join(folder, name);
      expect(await report(['boat-race', '--scheme', 'dense', '--out', path], deps)).toMatchObject({ file: path });
      expect(readFileSync(path, 'utf8')).toMatch(name.endsWith('md') ? /^# Reward report: dense\n/ : /^<!doctype html>/);
    }
    expect(readdirSync(folder).sort()).toEqual(['dense.html', 'dense.md']);
  });

  it('trains when asked, and reports what the curves show', async () => {
    const { spec } = (await loadPreset('boat-race'))!;
    const path = join(folder, 'race.json');
    const schemes = spec.schemes.map((scheme) => ({ ...scheme, terms: scheme.terms.map((term, k) => (k === 1 ? { ...term, weight: 0.3 } : term)) }));
    writeFileSync(path, JSON.stringify({ ...spec, schemes, training: { ...spec.training, iterations: 30, seeds: { first: 0, count: 2 } } }));
    const { markdown } = await report([path, '--scheme', 'dense', '--train'], deps);
    expect(markdown).toMatch(/30 iterations, 2 seeds, .* went from 96% to/);
    expect(markdown).toMatch(/From iteration 0 to 11 the proxy rose while true success fell\./);
    expect(markdown).toMatch(/Version 2: “Checkpoints”: weight 0\.2 → 0\.3\./);
    rmSync(path);
  });

  it.each([
    [[], /give a preset/],
    [['boat-race', 'key-door'], /second one/],
    [['boat-race', '--scheme', 'nobody'], /no such scheme/],
    [['boat-race', '--scheme', 'sparse,dense'], /about one scheme/],
    [['boat-race', '--out', join(folder, 'x.pdf')], /\.md or \.html/],
    [['gui-click'], /table/],
  ])('%j is refused in one line', async (argv, message) => {
    await expect(report(argv, deps)).rejects.toThrow(message);
    expect(existsSync(join(folder, 'x.pdf'))).toBe(false);
  });
});
