/** What a term, its transforms, a gate and a schedule mean, in words made from their parameters. */
import { printed } from '../contracts/explanation';
import type { Parameter } from '../contracts/parameters';
import { isGated, type CompiledScheme, type CompiledTerm } from './compile-scheme';
import { conditionsOf } from './gate';
import type { ConditionSpec, GateSpec, ScheduleSpec, SchemeSpec, TransformSpec } from './scheme-spec';

/** How the scenario calls a signal. */
export type SignalTitle = (name: string) => string;

/**
 * One term in a sentence: "Pays 0.2 × “Checkpoint”, at most 3 times, only when the outcome is above 0; from iteration 0 to 100
 * falling to 0."
 */
export function termMeaning(scheme: CompiledScheme, k: number, signalTitle: SignalTitle): string {
  const term = scheme.terms[k];
  const { weight, schedule, transforms } = term.spec;
  const verb = weight < 0 ? `Charges ${printed(-weight)}` : `Pays ${printed(weight)}`;
  const parts = [`${verb} × ${whatItPays(term, signalTitle)}`, ...(transforms ?? []).map(transformMeaning)];
  if (isGated(term, scheme.spec)) parts.push(gateMeaning(scheme.spec.gate!, scheme.spec, signalTitle, (j) => nameOf(scheme.terms[j])));
  return `${parts.join(', ')}${schedule ? `; ${scheduleMeaning(weight, schedule)}` : ''}.`;
}

const nameOf = (term: CompiledTerm) => term.spec.label || term.plugin.title;

function whatItPays({ plugin, params, spec }: CompiledTerm, signalTitle: SignalTitle): string {
  const entries = Object.entries(plugin.params);
  const signals = entries.filter(([, parameter]) => parameter.kind === 'signal');
  const settings = entries.flatMap(([key, parameter]) => setting(key, parameter, params[key]));
  const only = signals.length === 1 && plugin.category === 'dense' ? signalTitle(String(params[signals[0][0]])) : '';
  const what = only || spec.label || plugin.title;
  const named = what === plugin.title || only ? `“${what}”` : `“${what}” (${plugin.title})`;
  return settings.length > 0 ? `${named} with ${settings.join(', ')}` : named;
}

/** A parameter that is not as it comes, in two words. */
function setting(key: string, parameter: Parameter, value: unknown): string[] {
  if (parameter.informative || parameter.advanced || value === parameter.default) return [];
  const title = parameter.title ?? key;
  if ((parameter.kind === 'number' && parameter.shared === undefined) || parameter.kind === 'integer') return [`${title} ${value === null ? 'off' : printed(value as number)}`];
  if (parameter.kind === 'boolean') return [`${title} ${value ? 'on' : 'off'}`];
  if (parameter.kind === 'choice') return [parameter.options.find((option) => option.value === value)?.title ?? String(value)];
  return [];
}

/** One transform as a part of a sentence. */
export function transformMeaning(transform: TransformSpec): string {
  switch (transform.kind) {
    case 'clip': {
      const { low, high } = transform;
      if (low === null && high === null) return 'as it is';
      if (low === null) return high === 0 ? 'its negative part alone' : `at most ${printed(high!)} a step`;
      if (high === null) return low === 0 ? 'its positive part alone' : `at least ${printed(low)} a step`;
      return `held between ${printed(low)} and ${printed(high)}`;
    }
    case 'shift':
      return transform.by < 0 ? `less ${printed(-transform.by)} a step` : `plus ${printed(transform.by)} a step`;
    case 'sign':
      return 'its sign alone';
    case 'power':
      return `its size to the power ${printed(transform.exponent)}`;
    case 'sigmoid':
      return `squashed into 0 to 1 around ${printed(transform.centre)}`;
    case 'log-sigmoid':
      return `as the log of its chance to beat ${printed(transform.centre)}`;
    case 'first':
      return transform.count === 1 ? 'once at most' : `at most ${transform.count} times`;
    case 'gather':
      return { sum: 'added up and paid at the end', mean: 'its mean, paid at the end', min: 'its least step, paid at the end', max: 'its best step, paid at the end', last: 'its last step alone' }[transform.how];
    case 'standardise':
      return `${transform.of === 'totals' ? 'its total' : 'each step'} in standard deviations of the ${transform.over}`;
  }
}

/** A gate as a part of a sentence: "only when the outcome is above 0 and the total of “Speed” is at least 2". */
export function gateMeaning(gate: GateSpec, spec: SchemeSpec, signalTitle: SignalTitle, termTitle: (k: number) => string = (k) => spec.terms[k]?.label || spec.terms[k]?.reward || `term ${k + 1}`): string {
  const conditions = conditionsOf(gate);
  const soft = conditions.some((condition) => condition.softness > 0);
  const words = conditions.map((condition) => conditionMeaning(condition, signalTitle, termTitle));
  return `${soft ? 'more the further' : 'only when'} ${words.join(gate.combine === 'any' ? ' or ' : ' and ')}`;
}

/** One condition: "the outcome is above 0". */
export function conditionMeaning({ source, term, threshold, inclusive, softness, schedule }: ConditionSpec, signalTitle: SignalTitle, termTitle: (k: number) => string): string {
  const what = term !== undefined ? `the total of “${termTitle(term)}”` : source === 'outcome' ? 'the outcome' : `the sum of “${signalTitle(source)}”`;
  const relation = softness > 0 ? 'exceeds' : inclusive ? 'is at least' : 'is above';
  return `${what} ${relation} ${printed(threshold)}${schedule ? ` (${scheduleMeaning(threshold, schedule)})` : ''}`;
}

/** "from iteration 0 to 100 falling to 0", "0.5 from iteration 20, 0 from iteration 40". */
export function scheduleMeaning(from: number, schedule: ScheduleSpec): string {
  if (schedule.kind === 'steps') {
    return [...schedule.phases].sort((a, b) => a.at - b.at).map(({ at, value }) => `${printed(value)} from iteration ${at}`).join(', ');
  }
  const { start, end, to, kind } = schedule;
  const moves = to < from ? 'falling' : to > from ? 'rising' : 'staying';
  return `from iteration ${start} to ${end} ${moves}${kind === 'cosine' ? ' gently' : ''} to ${printed(to)}`;
}

/** What can be done to a term, for menus. */
export const transformChoices: readonly { readonly title: string; readonly meaning: string; readonly formula: string; readonly keeps: string; readonly make: TransformSpec }[] = [
  { title: 'Clip', meaning: 'No step pays more or less than a bound; one bound at 0 keeps one sign alone.', formula: 'min(max(x, low), high)', keeps: 'Keeps order; bounded.', make: { kind: 'clip', low: -1, high: 1 } },
  { title: 'Shift', meaning: 'The same amount on top of every step: a mark that scores are measured from.', formula: 'x + b', keeps: 'Keeps order; moves 0.', make: { kind: 'shift', by: -0.5 } },
  { title: 'Sign alone', meaning: 'Only whether a step is good or bad counts, not how much.', formula: 'sign(x)', keeps: 'Keeps order; bounded; keeps 0.', make: { kind: 'sign' } },
  { title: 'Power', meaning: 'Below 1 large payments count less, above 1 they count more.', formula: 'sign(x) · |x|ᵖ', keeps: 'Keeps order; keeps 0.', make: { kind: 'power', exponent: 0.5 } },
  { title: 'Sigmoid', meaning: 'Large values saturate, so a term cannot run away.', formula: '1 / (1 + exp(−(x − c) / τ))', keeps: 'Keeps order; between 0 and 1; moves 0.', make: { kind: 'sigmoid', centre: 0, temperature: 1 } },
  { title: 'Log-sigmoid', meaning: 'Falling short is punished hard, going far above hardly pays.', formula: 'ln σ((x − c) / τ)', keeps: 'Keeps order; never positive; moves 0.', make: { kind: 'log-sigmoid', centre: 0, temperature: 1 } },
  { title: 'First times only', meaning: 'Only the first so many payments of a trajectory count.', formula: 'x while n < k, else 0', keeps: 'Ends farming; keeps 0.', make: { kind: 'first', count: 3 } },
  { title: 'Pay at the end', meaning: 'One number for the whole trajectory, on its last step: sum, mean, least, best or last.', formula: 'Σ x on the last step', keeps: 'The sum keeps the total.', make: { kind: 'gather', how: 'sum' } },
  { title: 'Standardise', meaning: 'In standard deviations of the group or the batch, so that terms of unlike scale count alike.', formula: '(x − μ) / (σ + 1e-6)', keeps: 'Mean 0, deviation 1; no exact V.', make: { kind: 'standardise', over: 'group', of: 'totals' } },
];
