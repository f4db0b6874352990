import { explainedOnLastStep, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asList, asRecord, asText, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';

interface Call {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Calls of trajectory i; predictions that could not be parsed are logged as null. */
function callsOf(column: readonly unknown[], name: string, i: number): readonly Call[] {
  if (column[i] === null) return [];
  return asList(column[i], fieldOf(name, i)).map((entry, c) => {
    const place = `${fieldOf(name, i)}, call ${c + 1}`;
    const { name: called, parameters } = asRecord(entry, place);
    return { name: asText(called, `${place}, name`), parameters: asRecord(parameters, `${place}, parameters`) };
  });
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && equal(x[key], y[key]));
}

/** |A ∩ B| / (|A| + |B| − |A ∩ B|) of lists with repetition; 1 for two empty ones. */
function jaccard(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const x of b) left.set(x, (left.get(x) ?? 0) + 1);
  let shared = 0;
  for (const x of a) {
    const n = left.get(x) ?? 0;
    if (n > 0) {
      shared += 1;
      left.set(x, n - 1);
    }
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 1 : shared / union;
}

function similarity(gold: Call, predicted: Call): number {
  const same = Object.entries(gold.parameters).filter(([key, value]) => Object.hasOwn(predicted.parameters, key) && equal(value, predicted.parameters[key])).length;
  return jaccard(Object.keys(gold.parameters), Object.keys(predicted.parameters)) + same;
}

/** Points for matching calls and the most there could be; each gold call takes its best unused namesake. */
function match(gold: readonly Call[], predicted: readonly Call[]): { names: number; calls: readonly number[]; most: number } {
  const used = new Set<number>();
  const calls = gold.map((wanted) => {
    let best = 0;
    let taken = -1;
    predicted.forEach((call, c) => {
      if (used.has(c) || call.name !== wanted.name) return;
      const score = similarity(wanted, call);
      if (score > best) [best, taken] = [score, c];
    });
    if (taken >= 0) used.add(taken);
    return best;
  });
  const most = 1 + gold.reduce((sum, { parameters }) => sum + 1 + Object.keys(parameters).length, 0);
  return { names: jaccard(gold.map(({ name }) => name), predicted.map(({ name }) => name)), calls, most };
}

/**
 * Partial credit for tool calls.
 *
 *     exactly the same list: max;  else (max − min) · points / most + min, points = J(names) + Σ_gold (J(keys) + equal values)
 */
export default defineReward({
  id: 'toolrl',
  title: 'Tool-call matching',
  summary: 'Pays tool calls by how many names, parameters and values are right.',
  formula: String.raw`r_T = (\max - \min)\, \frac{J_{\text{names}} + \sum_{g} \big(J_{\text{keys}} + n_{\text{equal}}\big)}{1 + \sum_g (1 + |\text{params}|)} + \min + w_f f`,
  provenance: 'code',
  cite: [{ title: 'ToolRL: Reward is All Tool Learning Needs', source: 'qiancheng0/ToolRL@8cee13e:verl/utils/reward_score/rlla.py' }],
  useWhen: 'The right calls are known and getting the tool right with one wrong value should be worth most of it.',
  breaksWhen: 'There is more than one right way to call. Extra calls cost only a little of the name match.',
  category: 'dense',
  params: {
    max: { kind: 'number', default: 3, min: -10, max: 10, step: 0.1, help: 'What perfect calls are paid.' },
    min: { kind: 'number', default: -3, min: -10, max: 10, step: 0.1, help: 'What calls are paid that match nothing.' },
    formatWeight: positive(1, 'w_f', 'Weight of the format.'),
  },
  needs: { goldTools: 'json', predTools: 'json', format: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Name right (1), one of three keys shared (⅓), no value equal: 4/3 of 4 points; the exact list is paid the maximum.',
      input: {
        trajectories: [
          {
            group: 0,
            length: 2,
            signals: {},
            outcome: 0,
            extra: { goldTools: [{ name: 'find', parameters: { a: 1, b: 2 } }], predTools: [{ name: 'find', parameters: { a: 9, c: 2 } }], format: 1 },
          },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { goldTools: [{ name: 'now', parameters: {} }], predTools: [{ name: 'now', parameters: {} }], format: 0 } },
        ],
      },
      params: { max: 3, min: -3, formatWeight: 2 },
      expect: [[0, 1], [3]],
    },
  ],
  price: (columns, { max, min, formatWeight }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const gold = callsOf(columns.goldTools, 'goldTools', i);
      const predicted = callsOf(columns.predTools, 'predTools', i);
      if (equal(gold, predicted)) return max + formatWeight * columns.format[i];
      const { names, calls, most } = match(gold, predicted);
      return ((max - min) * (names + calls.reduce((a, b) => a + b, 0))) / most + min + formatWeight * columns.format[i];
    }),
  }),
  explain: (columns, { max, min, formatWeight }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const gold = callsOf(columns.goldTools, 'goldTools', i);
      const predicted = callsOf(columns.predTools, 'predTools', i);
      const value = reward[i * columns.maxLen + t];
      const format = `${printed(formatWeight)} × ${operand(columns.format[i])}`;
      if (equal(gold, predicted)) return [rewardLine('max + w_f f', `${printed(max)} + ${format}`, value)];
      const { names, calls, most } = match(gold, predicted);
      const points = names + calls.reduce((a, b) => a + b, 0);
      return [
        step('Points', 'x', 'J(names) + Σ (J(keys) + equal values)', [names, ...calls].map(printed).join(' + '), points),
        rewardLine('(max − min) x / most + min + w_f f', `(${printed(max)} − ${operand(min)}) × ${printed(points)} / ${most} + ${operand(min)} + ${format}`, value),
      ];
    }),
});
