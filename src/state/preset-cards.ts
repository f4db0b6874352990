/** What the presets offer to the pickers: their questions, and schemes beside those on screen. */
import { encodeLink } from '../codec/link';
import { findPresetSpec, loadPreset, presetIds } from '../core/experiment/presets';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { SchemeSpec } from '../core/scheme/scheme-spec';

/** A preset in the scenario picker. */
export interface PresetCard {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** The engine that it is made for, where that is one in particular. */
  readonly engine?: 'webgpu';
}

/** The presets that ship, in order. */
export async function presetCards(): Promise<PresetCard[]> {
  const presets = await Promise.all(presetIds().map(loadPreset));
  return presets.flatMap((preset) => (preset ? [{ id: preset.id, title: preset.spec.title, question: preset.question, ...(preset.engine && { engine: preset.engine }) }] : []));
}

/** Schemes that a spec's preset offers beside those that the spec holds. */
export async function librarySchemes({ base, schemes }: ExperimentSpec): Promise<SchemeSpec[]> {
  const preset = await loadPreset(base.split('@')[0]!);
  const names = new Set(schemes.map((scheme) => scheme.name));
  return [...(preset?.spec.schemes ?? []), ...(preset?.library ?? [])].filter((scheme) => !names.has(scheme.name)) as SchemeSpec[];
}

/** The engine that a spec's preset is made for; null where it is made for none in particular. */
export async function intendedEngine(base: string): Promise<'webgpu' | null> {
  return (await loadPreset(base.split('@')[0]!))?.engine ?? null;
}

/** The fragment that opens a preset as it ships. */
export function presetLink(spec: ExperimentSpec): Promise<string> {
  return encodeLink(spec, findPresetSpec);
}
