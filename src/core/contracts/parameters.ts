/**
 * Parameter specifications: the one place where a plug-in says what can be set,
 * within which limits, and what it means. Sliders, link clamping, the JSON schema,
 * the reference page and the command line are all read from it.
 */
import { mapProblem, type MapRules } from './map-parameter';

interface Described {
  /** What the parameter does, as a full sentence for a reader. */
  readonly help: string;
  /** Short label beside a control; the key is used when it is missing. */
  readonly title?: string;
  /** Greek or Latin symbol used in the formula. */
  readonly symbol?: string;
  /** Kept out of the compact card; shown under "more". */
  readonly advanced?: boolean;
  /** Describes where logged data came from; nothing reads it and it has no control. */
  readonly informative?: boolean;
}

export interface NumberParameter extends Described {
  readonly kind: 'number';
  readonly default: number | null;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly scale?: 'linear' | 'log';
  /** `null` is allowed and means "off" (a clip that does not clip). */
  readonly nullable?: boolean;
  /** Bound to the scheme's own γ unless the scheme unlinks it. */
  readonly shared?: 'gamma';
}

export interface IntegerParameter extends Described {
  readonly kind: 'integer';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export interface BooleanParameter extends Described {
  readonly kind: 'boolean';
  readonly default: boolean;
}

export interface ChoiceParameter<V extends string = string> extends Described {
  readonly kind: 'choice';
  readonly default: V;
  readonly options: readonly { readonly value: V; readonly title: string; readonly help?: string }[];
}

/** The name of one signal column of the scenario. The column is added to what the plug-in reads. */
export interface SignalParameter extends Described {
  readonly kind: 'signal';
  readonly default: string;
}

/** Signal name → weight. Every named signal is added to what the plug-in reads. */
export interface WeightsParameter extends Described {
  readonly kind: 'weights';
  readonly default: Readonly<Record<string, number>>;
  readonly min: number;
  readonly max: number;
}

/**
 * A number per state: the name of one of the scenario's state tables, or the numbers
 * themselves. The plug-in always receives a Float64Array indexed by state.
 */
export interface StateTableParameter extends Described {
  readonly kind: 'state-table';
  readonly default: string | readonly number[];
}

export interface NumbersParameter extends Described {
  readonly kind: 'numbers';
  readonly default: readonly number[] | null;
  readonly min: number;
  readonly max: number;
  readonly maxLength: number;
}

export interface TextParameter extends Described {
  readonly kind: 'text';
  readonly default: string;
  readonly maxLength: number;
}

/** A drawn map, see `map-parameter.ts`. With `standsFor`, the empty text is a map too: the one that other parameters choose. */
export interface MapParameter extends Described, MapRules {
  readonly kind: 'map';
  readonly default: string;
  readonly standsFor?: (stored: StoredValues) => string;
}

/** Structured data (an automaton's edges). The plug-in's `check` names what is wrong with it. */
export interface JsonParameter extends Described {
  readonly kind: 'json';
  readonly default: unknown;
  readonly check?: (value: unknown) => string | null;
  /** Names of the signals that a value points at; they are added to what the plug-in reads. */
  readonly signals?: (value: unknown) => readonly string[];
  /** A value that suits a scenario with these signals, where the default names others. */
  readonly suited?: (signals: readonly string[]) => unknown;
}

export type Parameter =
  | NumberParameter
  | IntegerParameter
  | BooleanParameter
  | ChoiceParameter
  | SignalParameter
  | WeightsParameter
  | StateTableParameter
  | NumbersParameter
  | TextParameter
  | MapParameter
  | JsonParameter;

export type Parameters = Readonly<Record<string, Parameter>>;

/** The value a plug-in's function receives for one parameter. */
export type ParameterValue<P extends Parameter> = P extends { kind: 'number'; nullable: true }
  ? number | null
  : P extends NumberParameter | IntegerParameter
    ? number
    : P extends BooleanParameter
      ? boolean
      : P extends ChoiceParameter<infer V>
        ? V
        : P extends SignalParameter | TextParameter | MapParameter
          ? string
          : P extends WeightsParameter
            ? Readonly<Record<string, number>>
            : P extends StateTableParameter
              ? Float64Array
              : P extends NumbersParameter
                ? readonly number[] | null
                : unknown;

export type ParameterValues<P extends Parameters> = { readonly [K in keyof P]: ParameterValue<P[K]> };

/** What is stored in a spec: JSON values, state tables still by name. */
export type StoredValues = Readonly<Record<string, unknown>>;

export interface ParameterProblem {
  readonly key: string;
  readonly message: string;
}

/**
 * Completes stored values with defaults and clamps them to their limits.
 *
 * Unknown keys and values of the wrong kind are reported, never silently used: the
 * default stands in and a `ParameterProblem` names the key. Numbers outside their limits are
 * clamped and reported. Nothing is thrown. `clamp: false` checks kinds only, which is what
 * the command line uses for published vectors whose constants lie outside a slider's range.
 */
export function completeParameters(
  parameters: Parameters,
  stored: StoredValues,
  { clamp = true }: { clamp?: boolean } = {},
): { values: Record<string, unknown>; problems: ParameterProblem[] } {
  const problems: ParameterProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(stored)) {
    if (!Object.hasOwn(parameters, key)) {
      const known = Object.keys(parameters).join(', ') || 'none';
      problems.push({ key, message: `There is no parameter "${key}" here. Known parameters: ${known}.` });
    }
  }
  for (const [key, parameter] of Object.entries(parameters)) {
    if (!Object.hasOwn(stored, key) || stored[key] === undefined) {
      values[key] = parameter.default;
      continue;
    }
    const result = completeOne(parameter, stored[key], clamp);
    values[key] = result.value;
    if (result.message) problems.push({ key, message: `${key}: ${result.message}` });
  }
  return { values, problems };
}

function completeOne(parameter: Parameter, value: unknown, clamp: boolean): { value: unknown; message?: string } {
  const fallback = (message: string) => ({ value: parameter.default, message });
  switch (parameter.kind) {
    case 'number':
    case 'integer': {
      if (value === null && parameter.kind === 'number' && parameter.nullable) return { value };
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        return fallback(`expected a finite number, so the default ${parameter.default} is used.`);
      }
      if (parameter.kind === 'integer' && !Number.isInteger(value)) {
        const whole = clamp ? Math.min(parameter.max, Math.max(parameter.min, Math.round(value))) : Math.round(value);
        return { value: whole, message: `expected a whole number; ${whole} is used.` };
      }
      if (clamp && (value < parameter.min || value > parameter.max)) {
        const clamped = Math.min(parameter.max, Math.max(parameter.min, value));
        return { value: clamped, message: `${value} is outside ${parameter.min} to ${parameter.max}; ${clamped} is used.` };
      }
      return { value };
    }
    case 'boolean':
      return typeof value === 'boolean' ? { value } : fallback('expected true or false, so the default is used.');
    case 'choice': {
      const known = parameter.options.map((option) => option.value);
      return typeof value === 'string' && known.includes(value)
        ? { value }
        : fallback(`expected one of ${known.join(', ')}, so "${parameter.default}" is used.`);
    }
    case 'signal':
      return typeof value === 'string' ? { value } : fallback('expected the name of a signal.');
    case 'text':
      return typeof value === 'string' && value.length <= parameter.maxLength
        ? { value }
        : fallback(`expected a text of at most ${parameter.maxLength} characters.`);
    case 'map': {
      if (value === '' && parameter.standsFor) return { value };
      const problem = mapProblem(parameter, value);
      return problem === null ? { value } : fallback(`${problem} The scenario’s own map is used.`);
    }
    case 'weights': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return fallback('expected an object of signal names and weights.');
      }
      const entries = Object.entries(value as Record<string, unknown>);
      const bad = entries.find(([, weight]) => typeof weight !== 'number' || !Number.isFinite(weight));
      if (bad) return fallback(`the weight of "${bad[0]}" is not a finite number, so the default weights are used.`);
      if (!clamp) return { value };
      return {
        value: Object.fromEntries(
          entries.map(([name, weight]) => [name, Math.min(parameter.max, Math.max(parameter.min, weight as number))]),
        ),
      };
    }
    case 'state-table':
      return typeof value === 'string' || isNumberList(value)
        ? { value }
        : fallback('expected the name of a state table or a list of numbers.');
    case 'numbers':
      if (value === null && parameter.default === null) return { value };
      return isNumberList(value) && value.length <= parameter.maxLength
        ? { value: clamp ? value.map((x) => Math.min(parameter.max, Math.max(parameter.min, x))) : value }
        : fallback(`expected a list of at most ${parameter.maxLength} finite numbers.`);
    case 'json': {
      const message = parameter.check?.(value) ?? null;
      return message === null ? { value } : fallback(message);
    }
  }
}

function isNumberList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => typeof x === 'number' && Number.isFinite(x));
}
