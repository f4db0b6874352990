import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/arguments';
import { exportRollouts } from '../../src/cli/export';
import { allPlugins } from '../../src/core/all-plugins';
import { runEstimatorCase } from '../../src/core/batch/estimator-case';
import { sampleLog } from '../../src/core/batch/log-sample';
import { loadPreset, presetIds } from '../../src/core/experiment/presets';

const plugins = allPlugins();
const folder = mkdtempSync(join(tmpdir(), 'advantage-lab-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...path: string[]) => join(folder, ...path);
const deps = { plugins, loadPreset, readText: (path: string) => readFileSync(path, 'utf8') };
const lab = (...argv: string[]) => exportRollouts(argv, deps);

type Line = Record<string, unknown> & { rewards: number[]; advantages: Record<string, number[]>; schemeRewards: Record<string, number[]> };
const linesOf = (path: string) => readFileSync(path, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Line);

describe('a preset', () => {
  test.each(presetIds())('%s leaves with reward and advantage of every scheme', async (id) => {
    const result = await lab(id, '--to', 'jsonl', '--out', at('presets'));
    expect(result.files).toEqual([at('presets', `${id}.jsonl`)]);
    const { spec } = (await loadPreset(id))!;
    expect(result.priced).toEqual(spec.schemes.map(({ name }) => name));
    const lines = linesOf(result.files[0]);
    expect(lines.length).toBe(spec.view.trajectories);
    // A scenario in closed form has points for states and actions: two columns of each.
    const [state, action] = plugins.get('scenario', spec.scenario.id).world === 'table' ? [['states'], ['actions']] : [['x', 'y'], ['actionX', 'actionY']];
    const sizes = (line: Line, names: readonly string[]) => names.map((name) => (line[name] as unknown[]).length);
    expect(lines.reduce((sum, line) => sum + sizes(line, action)[0], 0)).toBe(result.steps);
    for (const line of lines) {
      const { advantages, schemeRewards } = line;
      const [T] = sizes(line, action);
      expect(sizes(line, action)).toEqual(action.map(() => T));
      expect(sizes(line, state)).toEqual(state.map(() => T + 1));
      for (const name of result.priced) expect([advantages[name].length, schemeRewards[name].length]).toEqual([T, T]);
    }
  });

  test('has the advantages that the estimator gives on the very rewards that are written', async () => {
    const result = await lab('boat-race', '--to', 'jsonl', '--out', at('again'));
    const { spec } = (await loadPreset('boat-race'))!;
    const lines = linesOf(result.files[0]);
    let compared = 0;
    for (const scheme of spec.schemes) {
      if (plugins.get('estimator', scheme.estimator.id).needs['value'] || scheme.whiten !== 'none' || scheme.clip !== null) continue;
      const params = { ...scheme.estimator.params };
      if (scheme.gammaLinked && 'gamma' in plugins.get('estimator', scheme.estimator.id).params) params['gamma'] = scheme.gamma;
      const input = { trajectories: lines.map((line) => ({ ...line, rewards: line.schemeRewards[scheme.name] })) };
      const { advantages } = runEstimatorCase({ estimator: scheme.estimator.id, params, input }, plugins);
      advantages.forEach((list, i) => list.forEach((x, t) => expect(lines[i].advantages[scheme.name][t]).toBeCloseTo(x, 10)));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
  });

  test('as CSV has one row per step', async () => {
    const result = await lab('swe-agent', '--to', 'csv', '--out', at('csv'));
    const rows = readFileSync(result.files[0], 'utf8').trim().split('\n');
    expect(rows.length).toBe(result.steps + 1);
    expect(rows[0]).toMatch(/^group,trajectory,step,outcome,terminated,state,action,logProbs,exact,reward\.outcome,advantage\.outcome/);
    expect(new Set(rows.map((row) => row.split(',').length)).size).toBe(1);
  });
});

describe('a log', () => {
  test('leaves with the advantages of the estimators asked for', async () => {
    writeFileSync(at('log.jsonl'), sampleLog());
    const result = await lab(at('log.jsonl'), '--to', 'jsonl', '--out', at('priced'), '--estimators', 'grpo,gae');
    expect(result).toMatchObject({ trajectories: 48, priced: ['grpo', 'gae'], notes: [] });
    const lines = linesOf(result.files[0]);
    for (const estimator of result.priced) {
      const { advantages } = runEstimatorCase({ estimator, input: { trajectories: lines } }, plugins);
      expect(lines.map((line) => line.advantages[estimator])).toEqual(advantages);
    }
  });

  test('is priced by every estimator that can read it, and bad rows are named', async () => {
    writeFileSync(at('bad.csv'), 'prompt_id,reward\n0,1\n0,x\n0,0\n');
    const result = await lab(at('bad.csv'), '--to', 'csv', '--out', at('priced'));
    expect(result.trajectories).toBe(2);
    expect(result.notes).toEqual(['Line 3, column “reward”: “x” is not a finite number.']);
    expect(result.priced).toEqual(expect.arrayContaining(['grpo', 'rloo', 'mc-return']));
    expect(result.priced).not.toContain('gae');
  });
});

test.each([
  ['no source', [], /^export: give a preset or a file/],
  ['two sources', ['boat-race', 'swe-agent', '--to', 'csv', '--out', 'x'], /^export: one source at a time/],
  ['an unknown preset', ['boat-rase', '--to', 'csv', '--out', 'x'], /Did you mean "boat-race"/],
  ['no format', ['boat-race', '--out', 'x'], /^--to: expected one of csv, jsonl\.$/],
  ['an unknown format', ['boat-race', '--to', 'parquet', '--out', 'x'], /^--to parquet: expected one of csv, jsonl\.$/],
  ['no folder', ['boat-race', '--to', 'csv'], /^--out needs a folder\.$/],
  ['a folder that is a file', ['boat-race', '--to', 'csv', '--out', 'package.json'], /^--out package\.json: /],
  ['estimators for an experiment', ['boat-race', '--to', 'csv', '--out', 'x', '--estimators', 'grpo'], /^--estimators goes with a log/],
  ['a broken spec', ['./tsconfig.json', '--to', 'csv', '--out', 'x'], /holds no list of trajectories/],
])('%s is refused', async (_, argv, message) => {
  await expect(lab(...argv)).rejects.toThrow(message);
  await expect(lab(...argv)).rejects.toThrow(UsageError);
});

test('an estimator that the log cannot feed is refused, and nothing is left behind', async () => {
  writeFileSync(at('plain.csv'), 'prompt_id,reward\n0,1\n');
  const out = at('never');
  await expect(lab(at('plain.csv'), '--to', 'csv', '--out', out, '--estimators', 'gae')).rejects.toThrow(/^--estimators gae: .*values/);
  await expect(lab(at('plain.csv'), '--to', 'csv', '--out', out, '--estimators', 'gea')).rejects.toThrow('Did you mean "gae"?');
  expect(readdirSync(folder)).not.toContain('never');
  expect(readdirSync(at('priced')).filter((name) => name.endsWith('.part'))).toEqual([]);
});
