/** The experiment as a command line: what it changes of its preset, one `--set` each, or the link where that is shorter. */
import { canonicalJson, difference, type Json } from '../codec/difference';
import { findPresetSpec } from '../core/experiment/presets';
import type { ExperimentSpec } from '../core/experiment/spec';

/** More changes than this are not read by anybody; the link holds them all. */
const MOST_CHANGES = 8;
const LONGEST_VALUE = 120;

/** What a run without a page has no use for. */
const forThePage = (pointer: string) => pointer === '/title' || pointer.startsWith('/view/');

/** `npm run --silent lab -- run PRESET --set '/pointer=value' …`; `link` is the whole address of the experiment. */
export async function commandOf(spec: ExperimentSpec, link: string): Promise<string> {
  const run = 'npm run --silent lab -- run';
  const base = await findPresetSpec(spec.base);
  if (!base) return `${run} ${quoted(link)} --json`;
  const changes = Object.entries(difference(base as unknown as Json, spec as unknown as Json))
    .filter(([pointer]) => !forThePage(pointer))
    .map(([pointer, value]) => `${pointer}=${canonicalJson(value)}`);
  if (changes.length > MOST_CHANGES || changes.some((change) => change.length > LONGEST_VALUE)) return `${run} ${quoted(link)} --json`;
  return [`${run} ${spec.base.split('@')[0]}`, ...changes.map((change) => `--set ${quoted(change)}`), '--json'].join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
