/**
 * The difference between two JSON values as JSON Pointer → new value, and its application.
 * Arrays of different length and objects that lost a key are replaced whole.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Difference = Readonly<Record<string, Json>>;

/** A pointer leads nowhere, or somewhere it must not. */
export class PointerError extends Error {
  override readonly name = 'PointerError';
  constructor(
    readonly pointer: string,
    message: string,
  ) {
    super(message);
  }
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Everything in `value` that is not so in `base`; empty when they are equal. */
export function difference(base: Json, value: Json): Difference {
  const found: Record<string, Json> = {};
  collect(base, value, '', found);
  return found;
}

/** `base` with every pointer of `changes` set; `base` is left as it is. Throws `PointerError`. */
export function applyDifference(base: Json, changes: Difference): Json {
  let result = base;
  for (const [pointer, value] of Object.entries(changes)) result = setAt(result, pointer, value);
  return result;
}

/** The value at a JSON Pointer. Throws `PointerError` when there is none. */
export function valueAt(root: Json, pointer: string): Json {
  let at = root;
  for (const key of keysOf(pointer)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) {
      throw new PointerError(pointer, `There is nothing at "${pointer}".`);
    }
    at = (at as Record<string, Json>)[key];
  }
  return at;
}

/** `root` with `value` at `pointer`. The parent must exist; a new key of an object may be added. */
export function setAt(root: Json, pointer: string, value: Json): Json {
  const keys = keysOf(pointer);
  const place = (at: Json, depth: number): Json => {
    if (depth === keys.length) return value;
    const key = keys[depth];
    if (Array.isArray(at)) {
      if (!/^(0|[1-9][0-9]*)$/.test(key) || Number(key) >= at.length) {
        throw new PointerError(pointer, `There is nothing at "${pointer}": the list has ${at.length} entries.`);
      }
      return at.map((item, i) => (i === Number(key) ? place(item, depth + 1) : item));
    }
    if (typeof at !== 'object' || at === null) throw new PointerError(pointer, `There is nothing at "${pointer}".`);
    const object = at as Record<string, Json>;
    if (!Object.hasOwn(object, key) && depth < keys.length - 1) throw new PointerError(pointer, `There is nothing at "${pointer}".`);
    return { ...object, [key]: place(object[key], depth + 1) };
  };
  return place(root, 0);
}

function keysOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new PointerError(pointer, `"${pointer}" is no JSON Pointer; it must start with "/".`);
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const bad = keys.find((key) => FORBIDDEN.has(key));
  if (bad !== undefined) throw new PointerError(pointer, `The name "${bad}" is not allowed.`);
  return keys;
}

const escapeKey = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

function collect(base: Json, value: Json, pointer: string, found: Record<string, Json>): void {
  if (base === value) return;
  if (Array.isArray(base) && Array.isArray(value) && base.length === value.length) {
    value.forEach((item, i) => collect(base[i], item, `${pointer}/${i}`, found));
    return;
  }
  if (isObject(base) && isObject(value) && Object.keys(base).every((key) => Object.hasOwn(value, key))) {
    for (const [key, item] of Object.entries(value)) {
      if (Object.hasOwn(base, key)) collect(base[key], item, `${pointer}/${escapeKey(key)}`, found);
      else found[`${pointer}/${escapeKey(key)}`] = item;
    }
    return;
  }
  if (canonicalJson(base) !== canonicalJson(value)) found[pointer] = value;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON with sorted keys and no spaces: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isObject(value)) {
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}
