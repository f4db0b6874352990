import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../../src/codec/link';
import { UsageError } from '../../src/cli/arguments';
import { run, type RunDeps } from '../../src/cli/run';
import { allPlugins } from '../../src/core/all-plugins';
import { findPresetSpec, loadPreset } from '../../src/core/experiment/presets';
import { expectedMetrics, occupancy } from '../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { Training } from '../../src/worker/training-loop';
import { advance, smallSpec } from '../worker/small-spec';

const plugins = allPlugins();
const files: Record<string, unknown> = {};
const deps: RunDeps = {
  plugins,
  loadPreset,
  decodeLink: (link) => decodeLink(link, findPresetSpec),
  readJson: (path) => {
    if (!Object.hasOwn(files, path)) throw new UsageError(`${path}: there is no such file.`);
    return files[path];
  },
  now: () => 0,
};
const lab = (line: string) => run(line.split(' '), deps);

describe('lab run', () => {
  it('reports every metric of the scenario at the iterations asked for, exact, over the seeds asked for', async () => {
    const result = await lab('boat-race --scheme dense --seeds 3-4 --at 0,5,20 --engine ts');
    expect(Object.keys(result.schemes)).toEqual(['dense']);
    expect(result).toMatchObject({ preset: 'boat-race', iterations: 20, engine: 'tabular' });
    const { metrics } = result.schemes['dense'];
    expect(Object.keys(metrics)).toEqual(['success@0', 'checkpoints@0', 'length@0', 'success@5', 'checkpoints@5', 'length@5', 'success@20', 'checkpoints@20', 'length@20']);
    expect(metrics['success@0'].mean).toBeCloseTo(0.9638, 4);
    expect(metrics['success@0'].sd).toBe(0);

    const training = await Training.start(await smallSpec('boat-race', ['dense'], { iterations: 20, seeds: { first: 3, count: 2 } }), { plugins, now: () => 0 });
    await advance(training);
    const { table } = training.experiment;
    const values = training.learners.map(({ parameters }) => {
      const { probability } = softmaxPolicy(parameters as Float64Array, table.S, table.A);
      return expectedMetrics(table, probability, occupancy(table, probability).visits)['checkpoints'];
    });
    expect(metrics['checkpoints@20'].values).toEqual(values);
    expect(metrics['checkpoints@20'].mean).toBeCloseTo((values[0] + values[1]) / 2, 14);
    expect(metrics['checkpoints@20'].sd).toBeCloseTo(Math.abs(values[0] - values[1]) / Math.SQRT2, 12);
  });

  it('runs all schemes of a preset unless told which, more than a page holds too', async () => {
    const result = await lab('key-door --seeds 0 --at 1');
    expect(Object.keys(result.schemes).sort()).toEqual(
      ['naive-progress', 'naive-prox', 'pbrs-inf', 'pbrs-inf-nozero', 'pbrs-man', 'pbrs-man-nozero', 'sparse', 'subgoal'],
    );
  });

  it('turns a knob for cards and library alike, and any field by its JSON Pointer', async () => {
    const weights = async (line: string) => (await lab(line)).spec.schemes.map((scheme) => scheme.terms[1]?.weight);
    expect(await weights('boat-race --scheme dense,gated,first-visit --seeds 0 --at 1 --set w=0.05')).toEqual([0.05, 0.05, 0.05]);
    const { spec, schemes } = await lab('swe-agent --scheme outcome --seeds 0 --at 0 --set /scenario/params/variant=hard --set /training/learningRate=0.25');
    expect(spec.training.learningRate).toBe(0.25);
    expect(spec.scenario.params).toMatchObject({ variant: 'hard' });
    expect(schemes['outcome'].metrics['pass@0'].mean).toBeCloseTo(0.016, 3);
  });

  it('sets transforms, conditions and schedules, which a scheme need not have, and trains by them', async () => {
    const options = 'boat-race --scheme dense --seeds 0-1 --at 5,20';
    const run = async (...set: string[]) => (await lab([options, ...set.map((one) => `--set ${one}`)].join(' '))).schemes['dense'].metrics;
    const plain = await run();
    // One that jumps at once is the weight it jumps to, to the bit; one that begins later is at first what it was.
    expect(await run('/schemes/1/terms/1/schedule={"kind":"linear","start":0,"end":0,"to":0.01}')).toEqual(await run('/schemes/1/terms/1/weight=0.01'));
    const later = await run('/schemes/1/terms/1/schedule={"kind":"steps","phases":[{"at":5,"value":0}]}');
    expect(later['checkpoints@5']).toEqual(plain['checkpoints@5']);
    expect(later['checkpoints@20'].mean).toBeLessThan(plain['checkpoints@20'].mean);
    const capped = await run('/schemes/1/terms/1/transforms=[{"kind":"first","count":1}]');
    expect(capped['checkpoints@20'].mean).toBeLessThan(plain['checkpoints@20'].mean);
    const gate = '{"source":"outcome","threshold":0,"inclusive":false,"softness":0}';
    const gated = await run(`/schemes/1/gate=${gate}`, '/schemes/1/terms/1/gated=true', '/schemes/1/gate/also=[{"source":"","term":1,"threshold":1,"inclusive":true,"softness":0.5}]', '/schemes/1/gate/combine="any"');
    expect(gated['checkpoints@20']).not.toEqual(plain['checkpoints@20']);
    await expect(run('/schemes/1/terms/1/transforms=[{"kind":"clip","low":2,"high":1}]')).rejects.toThrow(/lower bound of a clip/);
    await expect(run('/schemes/1/terms/1/shedule=1')).rejects.toThrow(/There is nothing at/);
    await expect(run('/schemes/1/terms/9/schedule=1')).rejects.toThrow(/There is nothing at/);
  });

  it('runs a link and a file as it runs the preset they came from', async () => {
    const preset = (await loadPreset('math-steps'))!;
    const spec = { ...preset.spec, training: { ...preset.spec.training, learningRate: 0.5 } };
    files['mine.json'] = spec;
    files['preset.json'] = preset;
    const options = '--scheme pure --seeds 0-1 --at 10';
    const byKey = await lab(`math-steps ${options} --set /training/learningRate=0.5`);
    const link = await encodeLink(spec, findPresetSpec);
    for (const target of [link, `https://example.org/lab/${link}`, 'mine.json']) {
      const { schemes } = await lab(`${target} ${options}`);
      expect(schemes).toEqual(byKey.schemes);
    }
    const { schemes } = await lab(`preset.json ${options} --set alpha=0.5`);
    expect(schemes).toEqual((await lab(`math-steps ${options} --set alpha=0.5`)).schemes);
  });

  it.each([
    ['', /^run: give a preset, a file or a link/],
    ['boat-rce', /there is no preset "boat-rce"\. Did you mean "boat-race"\?/],
    ['nothing.json', /^nothing\.json: there is no such file/],
    ['boat-race --scheme dens', /^--scheme dens: there is no such scheme\. Did you mean "dense"\?/],
    ['boat-race --set wi=1', /^--set wi: there is no such knob.*Knobs: w\./],
    ['boat-race --set /training/learningrate=1', /^--set \/training\/learningrate: /],
    ['boat-race --set w', /expected KEY=VALUE/],
    ['boat-race --set w=heavy --seeds 0', /^\/schemes\/1\/terms\/1\/weight: /],
    ['boat-race --set /training/groupSize=7 --seeds 0', /^\/training\/groupSize: A group size of 7 does not divide 32 trajectories/],
    ['boat-race --set /scenario/params/horizon=0 --seeds 0', /^\/scenario\/params\/horizon: horizon: 0 is outside 1 to 64/],
    ['boat-race --seeds 5-2', /^--seeds 5-2: /],
    ['boat-race --at 10,x', /^--at 10,x: /],
    ['boat-race --engine cpu', /^--engine cpu: expected ts, wasm or webgpu/],
    ['boat-race --speed 3', /^There is no option --speed here/],
  ])('refuses "%s" and names what is wrong', async (line, message) => {
    await expect(run(line.split(' ').filter(Boolean), deps)).rejects.toSatisfy((error: Error) => error instanceof UsageError && message.test(error.message));
  });
});
