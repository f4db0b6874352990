/** Cases of reward constructions, asked in this tab: what each is, and its answer as the headless command prints it. */
import { allMeasures } from '../../core/all-measures';
import { answerCase, type CaseAnswer } from '../../core/batch/case-answer';
import { runConstruction } from '../../core/batch/construction-case';
import type { MeasurePlugin } from '../../core/contracts/measure';
import { completeParameters, type StoredValues } from '../../core/contracts/parameters';
import type { RewardPlugin } from '../../core/contracts/reward';
import { knownIds, loadPlugins } from '../../core/on-demand';
import { PluginSet, UnknownPluginError } from '../../core/plugin-set';

export interface AnsweredCase {
  /** The construction it asks for, whether there is one of that name or not. */
  readonly construction: string | null;
  /** Undefined where the case names none, or one that does not exist. */
  readonly plugin: MeasurePlugin | RewardPlugin | undefined;
  /** Every parameter that changes something, defaults filled in; empty where they cannot be read. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What a worked example says about itself. */
  readonly why: string | null;
  readonly answer: CaseAnswer;
}

const measures = allMeasures();
const rewardIds = knownIds('reward');
const plugins = new PluginSet();

/** Milliseconds of answering after which the page gets its turn. */
const SLICE = 12;

/** Answers every case on its own; null as soon as `isStale`. Loads the constructions it needs. */
export async function answerConstructions(cases: readonly unknown[], isStale: () => boolean = () => false): Promise<readonly AnsweredCase[] | null> {
  const named = new Set(cases.map(nameOf));
  await loadPlugins(plugins, rewardIds.filter((id) => named.has(id)).map((id) => ['reward', id] as const));
  const answered: AnsweredCase[] = [];
  let begun = performance.now();
  for (const [k, entry] of cases.entries()) {
    if (isStale()) return null;
    answered.push(answer(entry, k));
    if (performance.now() - begun < SLICE) continue;
    await new Promise((next) => setTimeout(next));
    begun = performance.now();
  }
  return isStale() ? null : answered;
}

/** The file of answers, byte for byte what the headless command prints. */
export function answerFile(answered: readonly AnsweredCase[]): string {
  return `${JSON.stringify({ cases: answered.map(({ answer }) => answer) })}\n`;
}

function answer(entry: unknown, k: number): AnsweredCase {
  const { params, why } = Object(entry) as { readonly params?: unknown; readonly why?: unknown };
  const name = nameOf(entry);
  const plugin = pluginOf(name);
  return {
    construction: typeof name === 'string' ? name : null,
    plugin,
    params: plugin ? shownParameters(plugin, params) : {},
    why: typeof why === 'string' ? why : null,
    answer: answerCase(entry, k, 'construction', (id, given, input) => runConstruction({ measure: (known) => measures.get(known), reward }, id, given, input)),
  };
}

const nameOf = (entry: unknown) => (Object(entry) as { readonly construction?: unknown }).construction;

function pluginOf(name: unknown): AnsweredCase['plugin'] {
  if (typeof name !== 'string') return undefined;
  return measures.get(name) ?? (plugins.has('reward', name) ? plugins.get('reward', name) : undefined);
}

function reward(id: string): RewardPlugin {
  if (!plugins.has('reward', id)) throw new UnknownPluginError('reward', id, rewardIds);
  return plugins.get('reward', id);
}

function shownParameters(plugin: MeasurePlugin | RewardPlugin, params: unknown): Record<string, unknown> {
  const stored = { ...(plugin.kind === 'reward' ? plugin.logDefaults : {}), ...(Object(params) as StoredValues) };
  const { values } = completeParameters(plugin.params, stored, { clamp: false });
  return Object.fromEntries(Object.entries(values).filter(([key]) => !plugin.params[key]?.informative));
}
