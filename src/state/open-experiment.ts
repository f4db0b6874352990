/** Which experiment a page or an embed starts with: the link's, or the default where the link cannot be used. */
import { decodeLink, isExperimentLink } from '../codec/link';
import { loadPreset, presetIds, findPresetSpec } from '../core/experiment/presets';
import { wantedPlugins } from '../core/experiment/resolve';
import type { ExperimentSpec } from '../core/experiment/spec';
import { loadPlugins } from '../core/on-demand';
import { PluginSet } from '../core/plugin-set';

export interface Opened<T> {
  /** What `use` made of the experiment. */
  readonly value: T;
  /** Why the link was not used; null when it was, or when there was none. */
  readonly problem: string | null;
  /** What was changed about the link's experiment to keep it within limits. */
  readonly notices: readonly string[];
}

/**
 * Hands `use` the experiment of a link, with the plug-ins that it names. Where the link holds none, or `use`
 * throws on what it holds, the default experiment is used instead and `problem` is a sentence that says why.
 */
export async function openExperiment<T>(hash: string, use: (spec: ExperimentSpec, plugins: PluginSet) => T): Promise<Opened<T>> {
  const plugins = new PluginSet();
  const usePlugged = async (spec: ExperimentSpec) => use(spec, await loadPlugins(plugins, wantedPlugins(spec)));
  let problem: string | null = null;
  if (isExperimentLink(hash)) {
    const link = await decodeLink(hash, findPresetSpec);
    if ('problem' in link) problem = link.problem;
    else {
      try {
        return { value: await usePlugged(link.spec), problem, notices: link.notices };
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
  }
  const preset = await loadPreset(presetIds()[0]!);
  if (!preset) throw new Error('No preset ships with this build.');
  return { value: await usePlugged(preset.spec), problem, notices: [] };
}

/** The question of the preset that an experiment begins from; undefined where none ships under that name. */
export async function presetQuestion({ base }: Pick<ExperimentSpec, 'base'>): Promise<string | undefined> {
  return (await loadPreset(base.split('@')[0]!))?.question;
}
