import { describe, expect, test } from 'vitest';
import { run as runHeadless } from '../../src/cli/run';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { setAt, type Json } from '../../src/codec/difference';
import { commandOf } from '../../src/state/command';

const link = 'https://host/lab/#v1.abc';
const changed = async (changes: Record<string, Json>): Promise<ExperimentSpec> => {
  let spec = (await loadPreset('boat-race'))!.spec as unknown as Json;
  for (const [pointer, value] of Object.entries(changes)) spec = setAt(spec, pointer, value);
  return spec as unknown as ExperimentSpec;
};
const run = 'npm run --silent lab -- run';

describe('the command of an experiment', () => {
  test('of a preset as it is names the preset', async () => {
    expect(await commandOf(await changed({}), link)).toBe(`${run} boat-race --json`);
  });

  test('sets what differs, and leaves out what only the page shows', async () => {
    const spec = await changed({ '/schemes/1/terms/1/weight': 0.35, '/training/seeds/count': 5, '/view/scheme': 2, '/title': "The boat's race" });
    expect(await commandOf(spec, link)).toBe(`${run} boat-race --set /schemes/1/terms/1/weight=0.35 --set /training/seeds/count=5 --json`);
  });

  test('quotes what a shell would read otherwise', async () => {
    const spec = await changed({ '/schemes/0/name': "it's $HOME", '/schemes/1/gate': { source: 'outcome', threshold: 0, inclusive: false, softness: 0 } });
    const command = await commandOf(spec, link);
    expect(command).toContain(`--set '/schemes/0/name="it'\\''s $HOME"'`);
    expect(command).toContain(`--set '/schemes/1/gate={"inclusive":false,"softness":0,"source":"outcome","threshold":0}'`);
  });

  test('runs what it says', async () => {
    const command = await commandOf(await changed({ '/schemes/1/terms/1/weight': 0.35, '/training/seeds/count': 2, '/training/iterations': 1 }), link);
    const argv = command.slice(run.length + 1).split(' ');
    const { spec } = await runHeadless(argv, {
      plugins: allPlugins(),
      loadPreset,
      decodeLink: () => Promise.reject(new Error('there is no link here')),
      readJson: () => undefined,
      now: () => 0,
    });
    expect(spec.schemes[1]!.terms[1]!.weight).toBe(0.35);
    expect(spec.training.seeds).toEqual({ first: 0, count: 2 });
  });

  test('gives the link where the list of changes would be long', async () => {
    const many = Object.fromEntries(['iterations', 'trajectories', 'groupSize', 'learningRate', 'criticRate'].map((key, k) => [`/training/${key}`, 16 * (k + 1)]));
    const spec = await changed({ ...many, '/training/seeds/first': 3, '/schemes/0/name': 'a', '/schemes/1/name': 'b', '/schemes/2/name': 'c', '/schemes/3/name': 'd' });
    expect(await commandOf(spec, link)).toBe(`${run} '${link}' --json`);
    const { schemes } = await changed({});
    const fewer = { ...(await changed({})), schemes: schemes.slice(0, 2) } as ExperimentSpec;
    expect(await commandOf(fewer, link)).toBe(`${run} '${link}' --json`);
  });
});
