/** One sentence on what a scheme says about a step, held against the exact advantage. */
import { signed } from '../charts/geometry/number-format';

export interface VerdictInput {
  /** How the scheme is named in the sentence: its letter. */
  readonly name: string;
  readonly advantage: number;
  readonly exact: number;
  /** Largest |exact| of the batch. */
  readonly largestExact: number;
  /** What the true objective is: "finished". */
  readonly objective: string;
  readonly unit: 'share' | 'count' | 'number';
}

export interface Verdict {
  readonly tone: 'wrong' | 'agrees' | 'silent' | 'small';
  readonly text: string;
  /** Said in bold at the end. */
  readonly point: string;
}

export function verdict({ name, advantage, exact, largestExact, objective, unit }: VerdictInput): Verdict {
  const subject = unit === 'share' ? `the chance of “${objective.toLowerCase()}”` : `the expected “${objective.toLowerCase()}”`;
  const size = unit === 'share' ? `${trimmed(Math.abs(exact) * 100)} points` : trimmed(Math.abs(exact));
  if (!Number.isFinite(advantage)) return { tone: 'wrong', text: `${name} has no number here.`, point: 'Not a number.' };
  if (Math.abs(exact) <= 0.01 * largestExact) {
    return { tone: 'small', text: `This action hardly changed ${subject}; ${name} prices it at ${signed(advantage)}.`, point: 'Hardly mattered.' };
  }
  if (advantage === 0) {
    return { tone: 'silent', text: `${name} says nothing about this step, though it ${exact > 0 ? 'raised' : 'cut'} ${subject} by ${size}.`, point: 'No signal.' };
  }
  if (advantage * exact < 0) {
    return {
      tone: 'wrong',
      text: `${name} ${advantage > 0 ? 'rewards' : 'punishes'} this step, yet it ${exact > 0 ? 'raised' : 'cut'} ${subject} by ${size}.`,
      point: 'Wrong sign.',
    };
  }
  return {
    tone: 'agrees',
    text: `${name} and the exact advantage agree: this action was ${exact > 0 ? 'better' : 'worse'} than the policy’s average, by ${size}${unit === 'share' ? ` of ${subject}` : ''}.`,
    point: 'Same sign.',
  };
}

function trimmed(x: number): string {
  return x >= 10 ? x.toFixed(1).replace(/\.0$/, '') : x >= 0.1 ? x.toFixed(1) : x.toPrecision(1);
}
