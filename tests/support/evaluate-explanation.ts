/**
 * Evaluates what an explanation prints. Every printed number stands for the interval of values that
 * print like it, so the line's value has to lie in the interval that the arithmetic yields.
 */
import jsep from 'jsep';
import type { Explanation } from '../../src/core/contracts/explanation';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

type Node = ReturnType<typeof jsep>;

/** Half a unit of the last printed digit; printing drops trailing zeros, so fewer than four digits still mean four. */
function ofPrinted(raw: string): Interval {
  const x = Number(raw);
  if (x === 0) return { low: 0, high: 0 };
  const [mantissa, exponent = '0'] = raw.toLowerCase().split('e');
  const decimals = (mantissa.split('.')[1] ?? '').length;
  const leading = Math.floor(Math.log10(Math.abs(x)));
  const half = 0.5 * 10 ** Math.min(leading - 3, Number(exponent) - decimals);
  return { low: x - half, high: x + half };
}

const hull = (...x: number[]): Interval => ({ low: Math.min(...x), high: Math.max(...x) });
const rising = (f: (x: number) => number) => ([x]: readonly Interval[]): Interval => ({ low: f(x.low), high: f(x.high) });
const add = (a: Interval, b: Interval): Interval => ({ low: a.low + b.low, high: a.high + b.high });

const BINARY: Readonly<Record<string, (a: Interval, b: Interval) => Interval>> = {
  '+': add,
  '-': (a, b) => ({ low: a.low - b.high, high: a.high - b.low }),
  '*': (a, b) => hull(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high),
  '/': (a, b) => {
    if (b.low <= 0 && b.high >= 0) throw new Error('divides by a number that prints like 0');
    return hull(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
  },
};

const FUNCTIONS: Readonly<Record<string, (x: readonly Interval[]) => Interval>> = {
  sqrt: rising((x) => Math.sqrt(Math.max(0, x))),
  exp: rising(Math.exp),
  log: rising((x) => Math.log(Math.max(0, x))),
  abs: ([x]) => (x.low <= 0 && x.high >= 0 ? { low: 0, high: Math.max(-x.low, x.high) } : hull(Math.abs(x.low), Math.abs(x.high))),
  min: (x) => ({ low: Math.min(...x.map((a) => a.low)), high: Math.min(...x.map((a) => a.high)) }),
  max: (x) => ({ low: Math.max(...x.map((a) => a.low)), high: Math.max(...x.map((a) => a.high)) }),
  clip: ([x, a, b]) => ({ low: Math.min(b.low, Math.max(a.low, x.low)), high: Math.min(b.high, Math.max(a.high, x.high)) }),
  sum: (x) => x.reduce(add, { low: 0, high: 0 }),
  mean: (x) => {
    const { low, high } = x.reduce(add, { low: 0, high: 0 });
    return { low: low / x.length, high: high / x.length };
  },
};

function evaluate(node: Node): Interval {
  switch (node.type) {
    case 'Literal':
      return ofPrinted(String(node['raw']));
    case 'UnaryExpression': {
      const x = evaluate(node['argument'] as Node);
      if (node['operator'] === '+') return x;
      if (node['operator'] === '-') return { low: -x.high, high: -x.low };
      throw new Error(`has the operator ${String(node['operator'])}`);
    }
    case 'BinaryExpression': {
      const apply = BINARY[String(node['operator'])];
      if (!apply) throw new Error(`has the operator ${String(node['operator'])}`);
      return apply(evaluate(node['left'] as Node), evaluate(node['right'] as Node));
    }
    case 'CallExpression': {
      const name = String((node['callee'] as Node)['name']);
      const apply = FUNCTIONS[name];
      if (!apply) throw new Error(`calls ${name}`);
      return apply((node['arguments'] as Node[]).map(evaluate));
    }
    default:
      throw new Error(`holds a ${node.type}`);
  }
}

/** The interval that a substituted formula stands for. Throws on anything outside the grammar. */
export function evaluatePrinted(text: string): Interval {
  return evaluate(jsep(text.replaceAll('−', '-').replaceAll('×', '*').replaceAll('÷', '/')));
}

/** What is wrong with an explanation: lines that do not add up, a number that is not the last line's. Empty when all is well. */
export function explanationFaults(explanation: Explanation): string[] {
  const faults: string[] = [];
  const { lines, value } = explanation;
  for (const line of lines) {
    try {
      const { low, high } = evaluatePrinted(line.substituted);
      const slack = 1e-9 + 1e-9 * Math.abs(line.value);
      if (!(line.value >= low - slack && line.value <= high + slack)) {
        faults.push(`${line.symbol} = ${line.substituted} lies in [${low}, ${high}], but ${line.value} is shown.`);
      }
    } catch (error) {
      faults.push(`${line.symbol} = ${line.substituted} ${(error as Error).message}.`);
    }
  }
  const last = lines.at(-1)?.value;
  if (last === undefined) faults.push('There is no line.');
  else if (!(Math.abs(last - value) <= 1e-9 + 1e-9 * Math.abs(value))) faults.push(`The last line gives ${last}, but ${value} is explained.`);
  if (explanation.parts) {
    const total = explanation.parts.reduce((sum, part) => sum + part.value, 0);
    if (!(Math.abs(total - value) <= 1e-9 + 1e-9 * Math.abs(value))) faults.push(`The parts add up to ${total}, not to ${value}.`);
  }
  return faults;
}
