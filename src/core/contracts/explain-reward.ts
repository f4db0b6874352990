/** Lines of arithmetic that explanations of rewards share. */
import type { Frame } from './columns';
import { printed, type Explanation, type ExplanationLine } from './explanation';
import { isLastStep } from './pay';

/** A line on the way to the reward. */
export function step(label: string, symbol: string, formula: string, substituted: string, value: number): ExplanationLine {
  return { label, symbol, formula, substituted, value, quantity: 'plain' };
}

/** The line that gives the step's reward. */
export function rewardLine(formula: string, substituted: string, value: number): ExplanationLine {
  return { label: 'Reward of this step', symbol: 'r', formula, substituted, value, quantity: 'reward' };
}

/** An explanation whose number is its last line's value. */
export function explained(lines: readonly ExplanationLine[], note?: string): Explanation {
  const value = lines[lines.length - 1].value;
  return note === undefined ? { value, lines } : { value, lines, note };
}

/** A step that is paid nothing, with the reason in words. */
export function unpaid(reason: string): Explanation {
  return explained([rewardLine('0', '0', 0)], reason);
}

/** `lines()` on the last step; elsewhere nothing is paid. */
export function explainedOnLastStep(frame: Frame, i: number, t: number, lines: () => readonly ExplanationLine[], note?: string): Explanation {
  return isLastStep(frame, i, t) ? explained(lines(), note) : unpaid('This construction pays on the last step of a trajectory only.');
}

/** "0.2, −1, 3" */
export function list(x: ArrayLike<number>): string {
  return Array.from(x, printed).join(', ');
}

/** "0.2 − 1 + 3"; "0" when there is nothing to add. */
export function chain(x: ArrayLike<number>): string {
  let text = '';
  for (let j = 0; j < x.length; j++) {
    text += j === 0 ? printed(x[j]) : x[j] < 0 ? ` − ${printed(-x[j])}` : ` + ${printed(x[j])}`;
  }
  return text || '0';
}

/** "2 × 0.5 + 1 × (−3)"; "0" when there is nothing to add. */
export function weighted(weight: ArrayLike<number>, x: ArrayLike<number>): string {
  return Array.from(x, (value, j) => `${factor(weight[j])} × ${factor(value)}`).join(' + ') || '0';
}

function factor(x: number): string {
  return x < 0 ? `(${printed(x)})` : printed(x);
}
