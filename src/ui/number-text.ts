/** Numbers as people type them into a field, and as the field shows them. */

/** The number that a text says, or a sentence that says what is wrong with it. */
export function readNumber(
  text: string,
  { min, max, whole = false }: { min?: number; max?: number; whole?: boolean } = {},
): number | string {
  const written = text.trim();
  if (written === '') return 'Type a number.';
  const plain = written.replace(/[−–]/g, '-').replace(/^(-?\d*),(\d+)$/, '$1.$2');
  const percent = /^(.+)%$/.exec(plain);
  const value = percent ? Number(percent[1]) / 100 : Number(plain);
  if (!Number.isFinite(value)) return `“${written.slice(0, 20)}” is not a number. The last good value stays.`;
  if (whole && !Number.isInteger(value)) return `${written} is not a whole number.`;
  if (min !== undefined && value < min) return `${written} is below the least value, ${showNumber(min)}.`;
  if (max !== undefined && value > max) return `${written} is above the largest value, ${showNumber(max)}.`;
  return value;
}

/** At most `digits` significant decimals of the step, a true minus sign, no trailing noise. */
export function showNumber(value: number, step = 0.01): string {
  const decimals = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e6)
      ? trimmedExponent(value.toExponential(2))
      : Number(value.toFixed(decimals)) === value
        ? value.toFixed(decimals)
        : String(Number(value.toPrecision(6)));
  return text.replaceAll('-', '−');
}

function trimmedExponent(text: string): string {
  return text.replace(/\.?0*e\+?/, 'e');
}

/** The range of a weight slider: from 0 to 1 or beyond, below 0 for a penalty. */
export function weightRange(weight: number): { min: number; max: number; step: number } {
  if (weight < 0) {
    const low = -roundUp(Math.max(0.1, 5 * -weight));
    return { min: low, max: 0, step: -low / 100 };
  }
  const max = weight <= 1 ? 1 : roundUp(1.5 * weight);
  return { min: 0, max, step: max / 100 };
}

/** 1, 2 or 5 times a power of ten, at least x. */
function roundUp(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x));
  const factor = [1, 2, 5, 10].find((f) => f * power >= x - 1e-12)!;
  return Number((factor * power).toPrecision(1));
}
