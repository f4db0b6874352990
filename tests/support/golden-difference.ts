/** Compares an answer with published vectors by their own rule, |x − y| ≤ 1e-9 + 1e-7·|y|; the first difference in words, or null. */
export function goldenDifference(actual: unknown, expected: unknown, path = ''): string | null {
  if (typeof expected === 'number' || typeof expected === 'boolean') {
    const y = Number(expected);
    const x = typeof actual === 'boolean' ? Number(actual) : actual;
    return typeof x === 'number' && Math.abs(x - y) <= 1e-9 + 1e-7 * Math.abs(y) ? null : `${path || 'answer'}: ${String(actual)} instead of ${y}`;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${path}: ${JSON.stringify(actual)} is not a list`;
    if (actual.length !== expected.length) return `${path}: ${actual.length} entries instead of ${expected.length}`;
    return firstOf(expected.map((y, k) => goldenDifference(actual[k], y, `${path}[${k}]`)));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return `${path}: ${String(actual)} is not an object`;
    const held = actual as Record<string, unknown>;
    return firstOf(Object.entries(expected).map(([key, y]) => goldenDifference(held[key], y, path ? `${path}.${key}` : key)));
  }
  return actual === expected ? null : `${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

const firstOf = (differences: readonly (string | null)[]): string | null => differences.find((difference) => difference !== null) ?? null;
