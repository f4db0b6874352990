/**
 * Explanations: how one number came about, as lines of arithmetic that a reader (and a test)
 * can evaluate again from what is printed.
 */

export type Quantity = 'reward' | 'return' | 'value' | 'advantage' | 'exact' | 'plain';

export interface ExplanationLine {
  /** What this line computes, in words: "Group mean", "TD error". */
  readonly label: string;
  /** The symbol on the left: `μ`, `δ_3`, `Â`. */
  readonly symbol: string;
  /** The symbolic right-hand side in Unicode: `(R − μ) / (σ + ε)`. */
  readonly formula: string;
  /**
   * The right-hand side with this step's numbers: `(1.20 − 0.80) / (0.98 + 1e-6)`.
   * Grammar: numbers (minus written − or -), + − × /, parentheses, and the functions
   * sqrt, exp, log, min, max, abs, clip(x, low, high), mean, sum. Nothing else, so that it can be evaluated.
   */
  readonly substituted: string;
  readonly value: number;
  readonly quantity: Quantity;
}

/** A named share of the number, for a waterfall; shares add up to the number. */
export interface ExplanationPart {
  readonly label: string;
  readonly value: number;
}

/** A member the number was compared with: a group member's return, a sibling's value. */
export interface ExplanationMember {
  /** −1 for what no trajectory of the batch did, such as a candidate that was not taken. */
  readonly trajectory: number;
  readonly step?: number;
  readonly value: number;
}

export interface Explanation {
  /** The number being explained; equals the last line's value. */
  readonly value: number;
  readonly lines: readonly ExplanationLine[];
  readonly parts?: readonly ExplanationPart[];
  readonly members?: { readonly title: string; readonly baseline?: number; readonly values: readonly ExplanationMember[] };
  /** One sentence in plain words, when arithmetic alone does not say it. */
  readonly note?: string;
}

/**
 * Prints a number as explanations print it: four significant digits (whole numbers from 1,000), a
 * true minus sign, scientific notation below 1e-4 and from 1e6.
 */
export function printed(x: number): string {
  if (x === 0 || Object.is(x, -0)) return '0';
  const size = Math.abs(x);
  const text = size < 1e-4 || size >= 1e6 ? trimExponent(x.toExponential(3)) : trimZeros(size >= 1000 ? x.toFixed(0) : x.toPrecision(4));
  return text.replace(/^-/, '−');
}

/** The same, in parentheses when negative, for use inside a product or a difference. */
export function operand(x: number): string {
  const text = printed(x);
  return text.startsWith('−') ? `(${text})` : text;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

function trimExponent(text: string): string {
  const [mantissa, exponent] = text.split('e') as [string, string];
  return `${trimZeros(mantissa)}e${exponent.replace('+', '')}`;
}
