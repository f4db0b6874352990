import { isExperimentLink, type DecodedLink } from '../codec/link';
import { presetIds, readPreset } from '../core/experiment/presets';
import { readSpec, type ExperimentSpec, type Preset } from '../core/experiment/spec';
import { suggestion, type PluginSet } from '../core/plugin-set';
import { UsageError } from './arguments';

export interface TargetDeps {
  readonly plugins: PluginSet;
  readonly loadPreset: (id: string) => Promise<Preset | undefined>;
  readonly decodeLink: (link: string) => Promise<DecodedLink>;
  /** Parsed JSON of a file; throws `UsageError` where there is none. */
  readonly readJson: (path: string) => unknown;
}

/** An experiment and the schemes beside its cards. */
export interface Source {
  readonly spec: ExperimentSpec;
  readonly library: ExperimentSpec['schemes'];
  readonly knobs: Readonly<Record<string, readonly string[]>>;
}

/**
 * The experiment that a preset's id, a file or a link names, for the given command.
 * Throws `UsageError`, naming the field, for what cannot be read.
 */
export async function openTarget(command: string, target: string, deps: TargetDeps): Promise<Source> {
  const hash = target.includes('#') ? target.slice(target.indexOf('#')) : target;
  if (isExperimentLink(hash)) {
    const decoded = await deps.decodeLink(hash);
    if ('problem' in decoded) throw new UsageError(`link: ${decoded.problem}`);
    return beside(decoded.spec, deps);
  }
  const preset = await deps.loadPreset(target);
  if (preset) return preset;
  if (!/[./\\]/.test(target)) throw new UsageError(`${command}: there is no preset "${target}".${suggestion(target, presetIds())} Presets: ${presetIds().join(', ')}.`);
  const json = deps.readJson(target);
  if (typeof json === 'object' && json !== null && 'spec' in json && 'library' in json) {
    try {
      return readPreset(json);
    } catch (error) {
      throw new UsageError(`${target}: ${(error as Error).message}`);
    }
  }
  const read = readSpec(json);
  if ('problems' in read) throw new UsageError(`${target}: ${read.problems[0].field}: ${read.problems[0].message}`);
  return beside(read.spec, deps);
}

/** A spec from outside, with the library of the preset that it started from. Its knobs point at the preset's own cards, so they stay away. */
async function beside(spec: ExperimentSpec, deps: TargetDeps): Promise<Source> {
  const preset = await deps.loadPreset(spec.base.split('@')[0]);
  const names = spec.schemes.map((scheme) => scheme.name);
  const others = preset ? [...preset.spec.schemes, ...preset.library].filter((scheme) => !names.includes(scheme.name)) : [];
  return { spec, library: preset?.spec.scenario.id === spec.scenario.id ? others : [], knobs: {} };
}

/** The schemes of those names, all of them for none. Throws `UsageError` for a name that is not there. */
export function chosen({ spec, library }: Source, names: readonly string[]): ExperimentSpec['schemes'] {
  const all = [...spec.schemes, ...library];
  if (names.length === 0) return all;
  return names.map((name) => {
    const scheme = all.find((candidate) => candidate.name === name);
    if (scheme) return scheme;
    const known = all.map((candidate) => candidate.name);
    throw new UsageError(`--scheme ${name}: there is no such scheme.${suggestion(name, known)} Schemes: ${known.join(', ')}.`);
  });
}
