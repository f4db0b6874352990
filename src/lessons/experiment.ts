import { loadPreset } from '../core/experiment/presets';
import type { ExperimentSpec, Preset } from '../core/experiment/spec';
import type { LessonCard } from './card';
import type { Arm, Changes, JsonValue, Lesson } from './lesson';

type Tree = { [key: string]: JsonValue };

/** The experiment of a lesson's page: the preset with the lesson's changes and the schemes that it compares, in their order. */
export async function lessonExperiment(card: LessonCard, lesson: Lesson): Promise<ExperimentSpec> {
  const { spec, library } = changed(await presetOf(card.preset), { ...lesson.set, ...lesson.perSeed?.(0) });
  const followed = Object.keys(lesson.names).indexOf(lesson.sketch);
  return {
    ...spec,
    schemes: card.schemes.map((name) => schemeOf(name, spec, library)),
    training: { ...spec.training, iterations: lesson.iterations, seeds: { first: lesson.firstSeed ?? 0, count: lesson.seeds } },
    view: { ...spec.view, scheme: followed },
  };
}

/** Every arm of a lesson: the schemes of its page under their letters, then the others. */
export function armsOf(card: LessonCard, lesson: Lesson): Readonly<Record<string, Arm>> {
  const letters = Object.keys(lesson.names);
  const shown = letters.map((letter, k) => [letter, { scheme: card.schemes[k]!, ...(lesson.perSeed && { perSeed: lesson.perSeed }) }] as const);
  return { ...Object.fromEntries(shown), ...lesson.arms };
}

/** The experiment of one arm for one seed, with that scheme alone. */
export async function armExperiment(card: LessonCard, lesson: Lesson, arm: Arm, seed: number): Promise<ExperimentSpec> {
  const isElsewhere = arm.preset !== undefined && arm.preset !== card.preset;
  const { spec, library } = changed(await presetOf(arm.preset ?? card.preset), { ...(isElsewhere ? {} : lesson.set), ...arm.set, ...arm.perSeed?.(seed) });
  return {
    ...spec,
    schemes: [schemeOf(arm.scheme, spec, library)],
    training: { ...spec.training, iterations: arm.iterations ?? lesson.iterations },
    view: { ...spec.view, scheme: 0 },
  };
}

/** The same experiment under a reward of zero: every weight is 0. */
export function withoutReward(spec: ExperimentSpec): ExperimentSpec {
  const schemes = spec.schemes.map((scheme) => ({ ...scheme, terms: scheme.terms.map((term) => ({ ...term, weight: 0 })) }));
  return { ...spec, schemes };
}

/** `root` with a value at a JSON Pointer; the places on the way must exist, the last key may be new. */
export function setPointer<T>(root: T, pointer: string, value: JsonValue): T {
  const keys = pointer.split('/').slice(1);
  const place = (at: JsonValue | undefined, depth: number): JsonValue => {
    if (depth === keys.length) return value;
    const key = keys[depth]!;
    if (Array.isArray(at)) {
      if (!(Number(key) < at.length)) throw new Error(`There is nothing at ${pointer}.`);
      return at.map((item: JsonValue, k) => (k === Number(key) ? place(item, depth + 1) : item));
    }
    if (typeof at !== 'object' || at === null) throw new Error(`There is nothing at ${pointer}.`);
    return { ...at, [key]: place((at as Tree)[key], depth + 1) };
  };
  return place(root as JsonValue, 0) as T;
}

async function presetOf(id: string): Promise<Preset> {
  const preset = await loadPreset(id);
  if (!preset) throw new Error(`There is no preset "${id}".`);
  return preset;
}

function changed(preset: Preset, changes: Changes): Preset {
  let { spec, library } = preset;
  for (const [key, value] of Object.entries(changes)) {
    for (const pointer of preset.knobs[key] ?? [key]) {
      if (!pointer.startsWith('/')) throw new Error(`${preset.id} has no knob "${key}".`);
      if (pointer.startsWith('/library/')) library = setPointer(library, pointer.slice('/library'.length), value);
      else spec = setPointer(spec, pointer, value);
    }
  }
  return { ...preset, spec, library };
}

function schemeOf(name: string, { schemes }: ExperimentSpec, library: Preset['library']): ExperimentSpec['schemes'][number] {
  const scheme = [...schemes, ...library].find((candidate) => candidate.name === name);
  if (!scheme) throw new Error(`There is no scheme "${name}".`);
  return { ...scheme, muted: false };
}
