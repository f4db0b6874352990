import type { MeasurePlugin } from '../contracts/measure';
import type { Table } from '../contracts/scenario';
import { isGated, type CompiledScheme } from '../scheme/compile-scheme';
import { exactPay, whyNoExactValue } from '../scheme/exact-value';
import { atDiscount } from './at-discount';
import { tableTensor } from './table-tensor';

/** The measures need a discount below 1. */
const LARGEST_DISCOUNT = 0.999;

export interface RewardDistance {
  /** γ of the measures: the scheme's, at most 0.999. The scheme's potentials take it too. */
  readonly gamma: number;
  /** 0 to 2 over transitions that happen; 0 where the two rank all policies alike. */
  readonly starc: number;
  /** 0 to 1 over all transitions alike, those that never happen too: a potential, priced where something happens, is then at a distance. */
  readonly epic: number;
}

/**
 * How far a scheme's reward is from the true objective, by the STARC and EPIC measures on the scenario's table,
 * time left. A sentence with the reason where the reward is no function of the table row or the table is too large.
 */
export function rewardDistance(scheme: CompiledScheme, table: Table, measures: ReadonlyMap<string, MeasurePlugin>): RewardDistance | string {
  const reason = whyNoExactValue(scheme, table);
  if (reason !== null) return reason.replace(/,? ?so there is no exact value\. A critic is learned instead\./, '.');
  if (scheme.terms.some((term) => isGated(term, scheme.spec))) return 'What the gate multiplies is known at the end alone, so the reward is no function of the transition.';
  const gamma = Math.min(scheme.spec.gamma, LARGEST_DISCOUNT);
  const tensor = tableTensor(table, [exactPay(atDiscount(scheme, gamma), table).open.within, table.metrics[table.truth]]);
  if (!tensor) return `With ${table.S} states and ${table.A} actions the table is too large to compare every transition.`;
  const mdp = { transition: tensor.transition, rewardA: tensor.rewards[0], rewardB: tensor.rewards[1] };
  const distance = (id: string) => measures.get(id)!.measure({ mdp }, { discount: gamma } as never)['distance'] as number;
  return { gamma, starc: distance('starc-distance'), epic: distance('epic-distance') };
}
