/** Building blocks for explanations: lines whose arithmetic is printed with the numbers of one step. */
import { operand, printed, type Explanation, type ExplanationLine, type ExplanationMember, type Quantity } from './explanation';

/** Longest list of numbers that is written out; longer ones are given by their sum. */
const WRITTEN_OUT = 16;

/**
 * Fills numbers into a formula, negative ones in parentheses, lists with commas:
 * fill`(${1.2} − ${-0.8}) / ${2}` is `(1.2 − (−0.8)) / 2`.
 */
export function fill(text: TemplateStringsArray, ...values: readonly (number | readonly number[])[]): string {
  let filled = text[0];
  values.forEach((value, k) => {
    filled += (typeof value === 'number' ? operand(value) : value.map(printed).join(', ')) + text[k + 1];
  });
  return filled;
}

/** One line; `symbol = formula = substituted = value`. */
export function line(
  label: string,
  symbol: string,
  formula: string,
  substituted: string,
  value: number,
  quantity: Quantity = 'plain',
): ExplanationLine {
  return { label, symbol, formula, substituted, value, quantity };
}

/** The mean of a list, written out when short. */
export function meanLine(label: string, symbol: string, formula: string, values: readonly number[]): ExplanationLine {
  const total = values.reduce((sum, x) => sum + x, 0);
  const substituted = values.length <= WRITTEN_OUT ? fill`mean(${values})` : fill`${total} / ${values.length}`;
  return line(label, symbol, formula, substituted, total / values.length);
}

/** The sum of a list, written out without its zeros when short. */
export function sumLine(label: string, symbol: string, formula: string, values: readonly number[], quantity: Quantity = 'return'): ExplanationLine {
  const total = values.reduce((sum, x) => sum + x, 0);
  const counted = values.filter((x) => x !== 0);
  const substituted = counted.length === 0 ? '0' : counted.length <= WRITTEN_OUT ? fill`sum(${counted})` : printed(total);
  return line(label, symbol, formula, substituted, total, quantity);
}

/** The standard deviation of a list about `centre`, from the sum of squared distances; 0 where n ≤ ddof. */
export function deviationLine(label: string, symbol: string, values: readonly number[], ddof: number): ExplanationLine {
  const centre = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - centre) * (x - centre), 0);
  const n = values.length;
  if (n <= ddof) return line(label, symbol, `0, because n ≤ ddof`, '0', 0);
  const formula = ddof === 0 ? 'sqrt(Σ(x − μ)² / n)' : 'sqrt(Σ(x − μ)² / (n − 1))';
  return line(label, symbol, formula, fill`sqrt(${squares} / (${n} − ${ddof}))`, Math.sqrt(squares / (n - ddof)));
}

/** An explanation whose number is its last line's. */
export function explanation(lines: readonly ExplanationLine[], rest: Omit<Explanation, 'lines' | 'value'> = {}): Explanation {
  return { value: lines[lines.length - 1].value, lines, ...rest };
}

/** What a number was compared with: one value for each trajectory named. */
export function memberValues(trajectories: Iterable<number>, valueOf: (trajectory: number) => number): ExplanationMember[] {
  return Array.from(trajectories, (trajectory) => ({ trajectory, value: valueOf(trajectory) }));
}
