import { printed } from '../contracts/explanation';
import type { SchemeSpec, TermSpec } from '../scheme/scheme-spec';

/** What changed from one version of a scheme to the next, one phrase each; empty where both price alike. Names and mutes change no price. */
export function schemeDifference(before: SchemeSpec, after: SchemeSpec): string[] {
  return [...termDifferences(before.terms, after.terms), ...restDifferences(before, after)];
}

function termDifferences(before: readonly TermSpec[], after: readonly TermSpec[]): string[] {
  // Terms carry no number of their own: they are matched by construction and label, in order.
  const left = [...before];
  const found: string[] = [];
  for (const term of after) {
    const at = left.findIndex((other) => keyOf(other) === keyOf(term));
    if (at < 0) {
      found.push(`term ${titleOf(term)} added with weight ${printed(term.weight)}`);
      continue;
    }
    const [was] = left.splice(at, 1);
    const { label: _label, ...now } = term;
    const { label: _other, ...then } = was;
    found.push(...fieldDifferences(then, now).map((phrase) => `${titleOf(term)}: ${phrase}`));
  }
  return [...found, ...left.map((term) => `term ${titleOf(term)} removed`)];
}

const keyOf = ({ reward, label }: TermSpec) => `${reward} ${label}`;
const titleOf = ({ reward, label }: TermSpec) => `“${label || reward}”`;

function restDifferences(before: SchemeSpec, after: SchemeSpec): string[] {
  const found: string[] = [];
  if (before.estimator.id !== after.estimator.id) found.push(`estimator ${before.estimator.id} → ${after.estimator.id}`);
  else found.push(...fieldDifferences(before.estimator.params, after.estimator.params).map((phrase) => `estimator ${phrase}`));
  if (before.gate && !after.gate) found.push('gate taken off');
  else if (!before.gate && after.gate) found.push(`gate put on, from ${printed(after.gate.threshold)}`);
  else if (before.gate && after.gate) found.push(...fieldDifferences(before.gate, after.gate).map((phrase) => `gate ${phrase}`));
  const plain = ({ gamma, gammaLinked, value, whiten, clip }: SchemeSpec) => ({ discount: gamma, 'one discount for shaping and estimator': gammaLinked, value, whitening: whiten, 'clip at': clip });
  found.push(...fieldDifferences(plain(before), plain(after)));
  return found;
}

/** "weight 0.2 → 0.3", for every field that differs; nested values by their path. */
function fieldDifferences(before: object, after: object, path = ''): string[] {
  const [then, now] = [before, after] as Record<string, unknown>[];
  return [...new Set([...Object.keys(then), ...Object.keys(now)])].flatMap((key) => {
    if (JSON.stringify(then[key]) === JSON.stringify(now[key])) return [];
    const name = path ? `${path} ${key}` : key === 'params' ? '' : key;
    if (isPlain(then[key]) && isPlain(now[key])) return fieldDifferences(then[key], now[key], name);
    return [`${name} ${inWords(then[key])} → ${inWords(now[key])}`.trim()];
  });
}

const isPlain = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

function inWords(value: unknown): string {
  if (value === undefined) return 'as it comes';
  if (value === null) return 'off';
  if (typeof value === 'number') return printed(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value || 'empty' : JSON.stringify(value);
}
