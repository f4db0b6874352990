import type { MeasurePlugin } from '../contracts/measure';
import type { StoredValues } from '../contracts/parameters';
import type { RewardPlugin } from '../contracts/reward';
import { runMeasureCase } from './measure-case';
import { runRewardCase } from './reward-case';

/** Where constructions come from. A measure's id is taken before a reward's. */
export interface Constructions {
  readonly measure: (id: string) => MeasurePlugin | undefined;
  /** Throws `UnknownPluginError`. */
  readonly reward: (id: string) => RewardPlugin;
}

/**
 * One case of a construction, as the headless command and the log page answer it: rewards and named outputs of one that
 * prices, the named fields of one that measures. Throws as the two runs do.
 */
export function runConstruction({ measure, reward }: Constructions, id: string, params: StoredValues, input: unknown): Readonly<Record<string, unknown>> {
  const plugin = measure(id);
  return { ...(plugin ? runMeasureCase(plugin, params, input) : runRewardCase(reward(id), params, input)) };
}
