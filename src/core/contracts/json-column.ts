/** Reading what logs hold as JSON: each reader names the field when it is not what it should be. */

/** A logged column does not hold what a plug-in reads from it. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
  constructor(
    readonly field: string,
    expected: string,
  ) {
    super(`${field}: expected ${expected}.`);
  }
}

/** "passed of trajectory 3" (counted from 1). */
export function fieldOf(name: string, trajectory: number): string {
  return `${name} of trajectory ${trajectory + 1}`;
}

/** A finite number; true and false count as 1 and 0. */
export function asNumber(value: unknown, field: string): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ContentError(field, 'a finite number');
  return value;
}

/** A list, of `count` entries where that is given. */
export function asList(value: unknown, field: string, count?: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new ContentError(field, 'a list');
  if (count !== undefined && value.length !== count) throw new ContentError(field, `${count} entries (there are ${value.length})`);
  return value;
}

export function asNumbers(value: unknown, field: string, count?: number): readonly number[] {
  return asList(value, field, count).map((x, j) => asNumber(x, `${field}, entry ${j + 1}`));
}

/** A list of lists of numbers; the inner ones hold `width` numbers where that is given. */
export function asNumberLists(value: unknown, field: string, count?: number, width?: number): readonly (readonly number[])[] {
  return asList(value, field, count).map((row, j) => asNumbers(row, `${field}, entry ${j + 1}`, width));
}

export function asText(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new ContentError(field, 'a text');
  return value;
}

export function asTexts(value: unknown, field: string, count?: number): readonly string[] {
  return asList(value, field, count).map((x, j) => asText(x, `${field}, entry ${j + 1}`));
}

export function asRecord(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ContentError(field, 'an object');
  return value as Readonly<Record<string, unknown>>;
}
