import { asRecord } from '../contracts/json-column';
import type { MeasurePlugin } from '../contracts/measure';
import { completeParameters, type StoredValues } from '../contracts/parameters';
import { ParameterError } from './estimator-case';

/** Runs one measure on one input; constants outside a slider's limits are taken as they are. Throws `ParameterError` or `ContentError`. */
export function runMeasureCase(plugin: MeasurePlugin, stored: StoredValues, input: unknown): Readonly<Record<string, unknown>> {
  const { values, problems } = completeParameters(plugin.params, stored, { clamp: false });
  if (problems.length > 0) throw new ParameterError(problems.map(({ message }) => message).join(' '));
  return plugin.measure(asRecord(input, 'input'), values as never);
}
