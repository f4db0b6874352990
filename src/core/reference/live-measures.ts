/** What a reference page shows of a measure at work: its own answers to its worked examples, and along its study. */
import type { MeasurePlugin } from '../contracts/measure';
import { completeParameters, type StoredValues } from '../contracts/parameters';

export interface MeasureFigures {
  readonly examples: readonly {
    readonly why: string;
    readonly params: StoredValues;
    readonly input: Readonly<Record<string, unknown>>;
    readonly answer: Readonly<Record<string, unknown>>;
  }[];
  readonly study: {
    readonly title: string;
    readonly x: { readonly title: string; readonly values: readonly number[] };
    readonly curves: readonly { readonly name: string; readonly y: readonly number[] }[];
  };
}

/** Asks the measure itself; nothing is stored. */
export function measureFigures(measure: MeasurePlugin): MeasureFigures {
  const ask = (input: Readonly<Record<string, unknown>>, params: StoredValues = {}) => measure.measure(input, completeParameters(measure.params, params).values as never);
  const { title, x, at, read } = measure.study;
  const answers = x.values.map((value) => {
    const { input, params } = at(value);
    return read(ask(input, params));
  });
  return {
    examples: measure.examples.map(({ why, input, params }) => ({ why, input, params, answer: ask(input, params) })),
    study: { title, x, curves: Object.keys(answers[0] ?? {}).map((name) => ({ name, y: answers.map((answer) => answer[name]) })) },
  };
}
