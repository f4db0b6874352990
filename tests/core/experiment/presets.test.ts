import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { findPresetSpec, loadPreset, presetIds } from '../../../src/core/experiment/presets';
import { resolveSpec, wantedPlugins } from '../../../src/core/experiment/resolve';
import { MAX_SCHEMES } from '../../../src/core/scheme/scheme-spec';

const plugins = allPlugins();

/** Names that the headless command promises; they never change. */
const names: Record<string, string[]> = {
  'boat-race': ['dense', 'first-visit', 'gated', 'gated-cap', 'pbrs', 'sparse'],
  'swe-agent': ['gated-0.1', 'gated-0.3', 'gated-1.0', 'outcome', 'plain'],
  'math-steps': ['clip', 'clip-delta', 'delta', 'outcome', 'pure', 'sum'],
  'key-door': ['naive-progress', 'naive-prox', 'pbrs-inf', 'pbrs-inf-nozero', 'pbrs-man', 'pbrs-man-nozero', 'sparse', 'subgoal'],
  'process-noise': ['anneal', 'gate', 'hard-trust', 'outcome', 'soft-trust', 'sum', 'trust'],
  'multi-reward': ['gdpo', 'gdpo-conditioned', 'grpo', 'grpo-conditioned'],
  'group-collapse': ['constant-baseline', 'copo-blend', 'copo-silent', 'dynamic', 'outcome', 'process', 'process-step', 'replay'],
  tree: ['exact', 'grpo', 'rloo', 'salt', 'step', 'tempo'],
  'unit-tests': ['all-or-nothing', 'uniform', 'uniform-all', 'verpo', 'verpo-no-all'],
  'noisy-verifier': ['backward', 'clean', 'grpo-backward', 'grpo-noisy', 'noisy'],
  'exploration-maze': ['both', 'count', 'count-decay', 'episodic', 'grpo-both', 'grpo-count', 'grpo-episodic', 'grpo-sparse', 'sparse'],
  length: ['grpo-lambda', 'penalty', 'penalty-all', 'penalty-no-std', 'plain'],
  'token-warm': ['fmt', 'gate', 'igpo', 'info-step', 'len', 'lengate', 'min', 'out', 'phb', 'phc', 'rlpr', 'step', 'strict', 'sum', 'tempo', 'tree-td', 'verifree'],
  'gui-click': ['binary', 'distance', 'gaussian', 'wide'],
  denoiser: ['broadcast', 'gains', 'gains-to-go', 'step-advantage', 'temp-flow', 'turning-point', 'turning-point-public', 'vgpo'],
  'proxy-over-optimisation': ['cautious', 'clipped', 'ensemble-mean', 'ensemble-min', 'gold', 'par', 'par-kl', 'proxy', 'proxy-kl'],
};
Object.assign(names, {
  'frozen-lake': ['fear-of-holes', 'pbrs-gae', 'pbrs-nearness-gae', 'progress', 'sparse', 'sparse-gae'],
  'cliff-walking': ['goal-only', 'gym-gae', 'gym-grpo', 'pbrs-best-gae', 'pbrs-gae', 'progress'],
  taxi: ['delivered', 'gym-gae', 'pbrs-gae', 'picked-up-gae'],
  blackjack: ['grpo', 'mc-return', 'td-true-critic', 'true-critic'],
  'mountain-car': ['energy', 'flag-alone', 'minus-one', 'pbrs-energy', 'pbrs-height'],
});
names['key-door-gae'] = names['key-door'];
names['learner-population'] = names['key-door'];
names['reward-model-ensemble'] = ['cautious', 'mean', 'single', 'true'];
names['process-model'] = ['implicit', 'k=1', 'k=16', 'k=4', 'net', 'outcome-network', 'outcome-twice', 'sparse', 'true'];
names['token-cold'] = names['token-warm'];
names['token-transformer'] = names['token-warm'];

it('offers every preset', () => {
  expect(presetIds()).toEqual(['boat-race', 'swe-agent', 'math-steps', 'key-door', 'key-door-gae',
    'process-noise', 'multi-reward', 'group-collapse', 'tree', 'unit-tests', 'noisy-verifier', 'exploration-maze', 'length', 'proxy-over-optimisation', 'learner-population', 'reward-model-ensemble', 'process-model', 'token-warm', 'token-cold', 'token-transformer', 'gui-click', 'denoiser',
    'frozen-lake', 'cliff-walking', 'taxi', 'blackjack', 'mountain-car']);
});

describe.each(Object.keys(names))('preset %s', (id) => {
  it('is readable, and is found by its reference', async () => {
    const preset = (await loadPreset(id))!;
    expect(preset.id).toBe(id);
    expect(preset.spec.base).toBe(`${id}@${preset.revision}`);
    expect(await findPresetSpec(preset.spec.base)).toEqual(preset.spec);
    expect(await findPresetSpec(`${id}@99`)).toBeUndefined();
  });

  it('holds exactly the promised schemes, and all of them resolve without a complaint', async () => {
    const preset = (await loadPreset(id))!;
    const schemes = [...preset.spec.schemes, ...preset.library];
    expect(schemes.map((scheme) => scheme.name).sort()).toEqual(names[id]);
    for (let from = 0; from < schemes.length; from += MAX_SCHEMES) {
      const spec = { ...preset.spec, schemes: schemes.slice(from, from + MAX_SCHEMES) };
      const experiment = resolveSpec(spec, plugins);
      expect(experiment.failures).toEqual([]);
      expect(experiment.problems).toEqual([]);
      for (const [kind, wanted] of wantedPlugins(spec)) expect(plugins.has(kind, wanted)).toBe(true);
    }
  });

  it('has knobs that point at numbers, all equal', async () => {
    const preset = (await loadPreset(id))!;
    for (const pointers of Object.values(preset.knobs)) {
      const values = pointers.map((pointer) => {
        const [root, ...keys] = pointer.slice(1).split('/');
        const base = root === 'library' ? preset.library : preset.spec[root as 'schemes'];
        return keys.reduce((at, key) => (at as Record<string, unknown>)[key], base as unknown);
      });
      expect(new Set(values).size).toBe(1);
      expect(typeof values[0]).toBe('number');
    }
  });
});

it('is made for WebGPU where many networks or a transformer train, and leaves the engine to the reader’s device', async () => {
  const made = (await Promise.all(presetIds().map(loadPreset))).filter((preset) => preset?.engine !== undefined);
  expect(made.map((preset) => preset!.id).sort()).toEqual(['learner-population', 'reward-model-ensemble', 'token-transformer']);
  for (const preset of made) expect(preset!.spec.training.engine).toBe('auto');
});
