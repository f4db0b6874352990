/**
 * The link of an experiment: `#v1.` + base64url(deflate-raw(canonical JSON)), where the JSON is
 * `{ base: 'boat-race@1', set: { pointer: value } }`, the difference from a released preset.
 *
 * Reading never throws for what a link may hold: whatever is wrong comes back as a sentence, and the
 * caller opens its default experiment with it.
 */
import { LIMITS, readSpec, SPEC_VERSION, type ExperimentSpec } from '../core/experiment/spec';
import { withinBudget } from '../core/experiment/budget';
import { deflate, fromBase64Url, inflate, toBase64Url, TooLargeError } from './compress';
import { applyDifference, canonicalJson, difference, PointerError, type Difference, type Json } from './difference';

/** Characters of a link's fragment that are read; longer ones are refused. */
export const MAX_LINK_LENGTH = 16_384;
/** Bytes of JSON that a link may unfold to. */
export const MAX_INFLATED = 262_144;

/** Finds a released preset by `id@revision`; undefined when there is none. */
export type FindPreset = (reference: string) => Promise<ExperimentSpec | undefined>;

export type DecodedLink =
  | { readonly spec: ExperimentSpec; readonly notices: readonly string[] }
  | { readonly problem: string };

/** The fragment, with `#`, that restores `spec` exactly. */
export async function encodeLink(spec: ExperimentSpec, findPreset: FindPreset): Promise<string> {
  const base = await findPreset(spec.base);
  if (!base) throw new Error(`There is no preset "${spec.base}" to write the link against.`);
  const payload: Json = { base: spec.base, set: difference(base as unknown as Json, spec as unknown as Json) };
  return `#v${SPEC_VERSION}.${toBase64Url(await deflate(canonicalJson(payload)))}`;
}

/** True when a fragment claims to be a link of ours, of whatever version. */
export function isExperimentLink(hash: string): boolean {
  return /^#?v[0-9]+\./.test(hash);
}

/** Reads a fragment. Trailing characters that hosts and prose add (`#?secret=…`, `)`, `.`) are ignored. */
export async function decodeLink(hash: string, findPreset: FindPreset): Promise<DecodedLink> {
  if (hash.length > MAX_LINK_LENGTH) {
    return { problem: `This link is ${hash.length} characters long; at most ${MAX_LINK_LENGTH} are read. Ask for the experiment as a file.` };
  }
  const match = /^#?v([0-9]+)\.([A-Za-z0-9_-]*)/.exec(hash);
  if (!match) return { problem: 'This link does not hold an experiment.' };
  if (Number(match[1]) > SPEC_VERSION) {
    return { problem: `This link was made by a later version of the lab (version ${match[1]}; this one reads up to ${SPEC_VERSION}). Reload the page to get the newest version.` };
  }
  if (Number(match[1]) < 1) return { problem: 'This link does not hold an experiment.' };
  const text = await unfold(match[2]);
  if ('problem' in text) return text;
  return fromPayload(text.payload, findPreset);
}

async function unfold(encoded: string): Promise<{ payload: unknown } | { problem: string }> {
  const damaged = { problem: 'This link is cut off or damaged. Copy the whole link again.' };
  const bytes = fromBase64Url(encoded);
  if (!bytes || bytes.length === 0) return damaged;
  let text: string;
  try {
    text = await inflate(bytes, MAX_INFLATED);
  } catch (error) {
    if (error instanceof TooLargeError) return { problem: `This link unfolds to more than ${MAX_INFLATED} bytes, which no experiment needs. It was not opened.` };
    return damaged;
  }
  try {
    return { payload: JSON.parse(text) as unknown };
  } catch {
    return damaged;
  }
}

async function fromPayload(payload: unknown, findPreset: FindPreset): Promise<DecodedLink> {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return { problem: 'This link does not hold an experiment.' };
  const { base, set } = payload as Record<string, unknown>;
  if (typeof base !== 'string' || base.length > 80) return { problem: 'This link does not name the preset it starts from.' };
  const preset = await findPreset(base);
  if (!preset) return { problem: `This link starts from the preset "${base.slice(0, 80)}", which this version of the lab does not have.` };
  if (typeof set !== 'object' || set === null || Array.isArray(set)) return { problem: 'This link does not say what differs from its preset.' };
  try {
    return readExperiment(applyDifference(preset as unknown as Json, set as Difference));
  } catch (error) {
    if (error instanceof PointerError) return { problem: `This link changes something that is not there: ${error.message}` };
    throw error;
  }
}

/** Checks a spec from a link or a file and brings its cost within limits. */
export function readExperiment(value: unknown): DecodedLink {
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > SPEC_VERSION) {
    return { problem: `This experiment was saved by a later version of the lab (version ${version}; this one reads up to ${SPEC_VERSION}).` };
  }
  const read = readSpec(value);
  if ('problems' in read) {
    const [first] = read.problems;
    const more = read.problems.length > 1 ? ` (${read.problems.length - 1} more)` : '';
    return { problem: `${first.field.slice(0, LIMITS.textLength)}: ${first.message}${more}` };
  }
  return withinBudget(read.spec);
}
