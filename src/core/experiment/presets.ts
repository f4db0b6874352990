import * as v from 'valibot';
import { presetSchema, readSpec, type ExperimentSpec, type Preset } from './spec';

const files = import.meta.glob('../../../static/presets/*.json', { import: 'default' }) as Record<string, () => Promise<unknown>>;

/** Ids of the presets that ship, in the order in which they are offered. */
export function presetIds(): string[] {
  const ids = Object.keys(files).map((path) => path.replace(/^.*\//, '').replace(/\.json$/, ''));
  const offered = [
    'boat-race', 'swe-agent', 'math-steps', 'key-door', 'key-door-gae',
    'process-noise', 'multi-reward', 'group-collapse', 'tree', 'unit-tests', 'noisy-verifier', 'exploration-maze', 'length', 'proxy-over-optimisation', 'learner-population', 'reward-model-ensemble', 'process-model', 'token-warm', 'token-cold', 'token-transformer', 'gui-click', 'denoiser',
    'frozen-lake', 'cliff-walking', 'taxi', 'blackjack', 'mountain-car',
  ];
  const rank = (id: string) => (offered.includes(id) ? offered.indexOf(id) : offered.length);
  return ids.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** The preset of that id; undefined when none ships under it. */
export async function loadPreset(id: string): Promise<Preset | undefined> {
  const load = Object.entries(files).find(([path]) => path.endsWith(`/${id}.json`))?.[1];
  return load ? readPreset(await load()) : undefined;
}

/** Checks an unknown value as a preset; the thrown message names the field. */
export function readPreset(value: unknown): Preset {
  const result = v.safeParse(presetSchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw new Error(`The preset's /${(issue.path ?? []).map((item) => String(item.key)).join('/')}: ${issue.message}`);
  }
  const read = readSpec(result.output.spec);
  if ('problems' in read) throw new Error(`The preset's /spec${read.problems[0].field}: ${read.problems[0].message}`);
  return result.output;
}

/** The spec of a released preset by `id@revision`, which links are written against. */
export async function findPresetSpec(reference: string): Promise<ExperimentSpec | undefined> {
  const [id, revision] = reference.split('@');
  const preset = await loadPreset(id);
  return preset && preset.revision === Number(revision) ? preset.spec : undefined;
}
