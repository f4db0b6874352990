/** Which parameter of a scenario is a drawn map, and what it holds: the pages ask by kind and name no scenario. */
import type { MapParameter, Parameters } from '../../core/contracts/parameters';

export interface MapOf {
  readonly key: string;
  readonly parameter: MapParameter;
}

export function mapOf(params: Parameters): MapOf | null {
  for (const [key, parameter] of Object.entries(params)) if (parameter.kind === 'map') return { key, parameter };
  return null;
}

/** The map in force: the stored one, or the one that other parameters choose where it is empty. */
export function mapText({ key, parameter }: MapOf, values: Readonly<Record<string, unknown>>): string {
  const stored = values[key];
  if (typeof stored === 'string' && stored !== '') return stored;
  return parameter.default || (parameter.standsFor?.(values) ?? '');
}
