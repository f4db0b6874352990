/** Numbers agree to 1e-6 absolute plus relative; everything else must be equal. */
export const TOLERANCE = 1e-6;

/** Where two JSON values first differ, in words; null when they agree. */
export function firstDifference(actual: unknown, expected: unknown, path = '', tolerance = TOLERANCE): string | null {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)) ? null : `${path}: ${actual} where ${expected} is expected`;
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (actual.length !== expected.length) return `${path}: ${actual.length} entries where ${expected.length} are expected`;
    return first(expected.map((value, k) => firstDifference(actual[k], value, `${path}[${k}]`, tolerance)));
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return first(keys.map((key) => firstDifference(actual[key], expected[key], `${path}.${key}`, tolerance)));
  }
  return Object.is(actual, expected) ? null : `${path}: ${JSON.stringify(actual)} where ${JSON.stringify(expected)} is expected`;
}

const first = (found: (string | null)[]) => found.find((difference) => difference !== null) ?? null;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
