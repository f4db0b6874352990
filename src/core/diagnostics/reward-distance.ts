import type { Table } from '../contracts/scenario';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { atDiscount } from './at-discount';
import { solvable } from './solvable';
import { epicOnTable, starcOnTable } from './table-distance';

/** The measures need a discount below 1. */
const LARGEST_DISCOUNT = 0.999;

export interface RewardDistance {
  /** γ of the measures: the scheme's, at most 0.999. The scheme's potentials take it too. */
  readonly gamma: number;
  /** 0 to 2 over transitions that happen; 0 where the two rank all policies alike. */
  readonly starc: number;
  /** 0 to 1 over all transitions alike, those that never happen too: a potential, priced where something happens, is then at a distance. */
  readonly epic: number;
  /** Situations that are compared: the table's states, or their product with what terms remember. */
  readonly situations: number;
}

/**
 * How far a scheme's reward is from the true objective, by the STARC and EPIC measures on the scenario's table, or on its product with
 * what the terms remember, time left. A sentence with the reason where the reward is no function of either.
 */
export function rewardDistance(scheme: CompiledScheme, plain: Table, iteration = 0): RewardDistance | string {
  const gamma = Math.min(scheme.spec.gamma, LARGEST_DISCOUNT);
  const solved = solvable(atDiscount(scheme, gamma, plain), plain, iteration);
  if (typeof solved === 'string') return solved;
  const { table, pay } = solved;
  if (pay.gated) return 'What the gate multiplies is known at the end alone, so the reward is no function of the transition.';
  const truth = table.metrics[table.truth];
  const reward = pay.open.within;
  return { gamma, starc: starcOnTable(table, reward, truth, gamma), epic: epicOnTable(table, reward, truth, gamma), situations: table.S };
}
