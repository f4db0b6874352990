import type { EpisodeMemory } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import { softmaxPolicy } from '../mdp/policy';
import { productTable, type ProductTable } from '../mdp/product-table';
import { isGated, type CompiledScheme, type CompiledTerm } from '../scheme/compile-scheme';
import { exactPay, whyNoExactValue, type ExactPay, type RowReward } from '../scheme/exact-value';
import { schemeAt } from '../scheme/scheme-at';
import { batchPricer } from './seeded-batch';
import { termMemory } from './term-memory';
import { mixedLogits } from './update-agreement';

/** Trajectories of each policy on which the pay by rows is compared with what `priceBatch` pays. */
const COMPARED = 64;
/** Policies of that comparison: shares of the truth's optimum, the rest the starting policy. */
const MIXTURES = [0, 0.75] as const;
/** Largest share of the largest return by which the two may differ. */
const ROUNDING = 1e-9;

/** A scheme as pay on the rows of a table: the scenario's own, or its product with what the scheme's terms remember. */
export interface Solvable {
  readonly table: Table;
  readonly pay: ExactPay;
  /** Null where no term remembers anything. */
  readonly product: ProductTable | null;
  /** Labels of the terms that remember. */
  readonly remembering: readonly string[];
}

/**
 * A scheme as a table with pay on its rows, on which its optimum can be solved. Terms that remember (a cap, a first visit, a
 * reward machine) take the product of the table with their memories. Scheduled numbers are those of `iteration`. A sentence with the reason where there is none.
 */
export function solvable(scheme: CompiledScheme, plain: Table, iteration = 0): Solvable | string {
  const memories = scheme.terms.map((term) => termMemory(term, plain, scheme.spec.gamma));
  const remembering = scheme.terms.filter((_, k) => memories[k] !== null);
  // Terms that remember stand in as nothing, so that the others and the gate are judged as ever.
  const nothing = new Float64Array(plain.rows);
  const others = { ...scheme, terms: scheme.terms.map((term, k) => (memories[k] ? { ...term, perRow: nothing } : term)) };
  const reason = whyNoExactValue(others, plain);
  if (reason !== null) return reason.replace(/,? ?so there is no exact value\. A critic is learned instead\./, '.');
  const pay = exactPay(others, plain, iteration);
  if (remembering.length === 0) return { table: plain, pay, product: null, remembering: [] };
  const product = productTable(plain, memories.filter((memory) => memory !== null));
  const labels = remembering.map(labelOf);
  if (!product) return `What ${quoted(labels)} must remember makes too many situations to solve.`;
  return { table: product.table, pay: payOnProduct(scheme, product, pay, memories, schemeAt(scheme, iteration).weights), product, remembering: labels };
}

/**
 * Whether a scheme's pay by rows is what `priceBatch` pays, on seeded trajectories of two policies: discounted returns must agree. Only
 * then may anything be called decided. Throws `MissingColumnError` when the scheme cannot be priced here.
 */
export function paysAsPriced(scheme: CompiledScheme, plain: Table, { table, pay, product }: Solvable, initialLogits: Float64Array, groupSize: number, iteration = 0): boolean {
  const nTraj = Math.max(1, Math.ceil(COMPARED / groupSize)) * groupSize;
  const { gamma } = scheme.spec;
  return MIXTURES.every((mixture, k) => {
    const policy = softmaxPolicy(mixture === 0 ? initialLogits : mixedLogits(plain, initialLogits, mixture), plain.S, plain.A);
    const { batch, reward } = batchPricer(scheme, plain, policy, iteration)({ nTraj, groupSize }, k);
    const { maxLen, length } = batch;
    let [most, difference] = [0, 0];
    for (let i = 0; i < nTraj; i++) {
      let [paid, open, gated, discount, pair, gate] = [0, 0, 0, 1, 0, 1];
      for (let t = 0; t < length[i]; t++) {
        const plainRow = batch.row![i * maxLen + t];
        if (t === 0 && product) pair = startPair(product, plain.rowState[plainRow]);
        const row = product ? product.table.rowStart[pair * plain.A + plain.rowAction[plainRow]] + plainRow - plain.rowStart[plain.rowState[plainRow] * plain.A + plain.rowAction[plainRow]] : plainRow;
        const isTimeOut = t === plain.horizon - 1 && plain.rowDone[plainRow] === 0;
        const at = (of: RowReward) => (t === plain.horizon - 1 ? of.last[row] : of.within[row]);
        paid += discount * reward[i * maxLen + t];
        open += discount * at(pay.open);
        if (pay.gated) gated += discount * at(pay.gated);
        if (pay.gate && t === length[i] - 1) gate = isTimeOut ? pay.gate.timeOutGate : pay.gate.gate[row];
        discount *= gamma;
        pair = table.rowNext[row];
      }
      most = Math.max(most, Math.abs(paid));
      difference = Math.max(difference, Math.abs(paid - open - gate * gated));
    }
    return difference <= ROUNDING * Math.max(1e-12, most);
  });
}

export function labelOf(term: Pick<CompiledTerm, 'spec' | 'plugin'>): string {
  return term.spec.label || term.plugin.title;
}

export function quoted(labels: readonly string[]): string {
  return labels.map((label) => `"${label}"`).join(' and ');
}

function payOnProduct(scheme: CompiledScheme, { table, baseRow, memory }: ProductTable, plain: ExactPay, memories: readonly (EpisodeMemory | null)[], weights: readonly number[]): ExactPay {
  const lift = ({ within, last }: RowReward): RowReward => ({
    within: Float64Array.from(baseRow, (r, row) => (table.absorbing[table.rowState[row]] ? 0 : within[r])),
    last: Float64Array.from(baseRow, (r, row) => (table.absorbing[table.rowState[row]] ? 0 : last[r])),
  });
  const open = lift(plain.open);
  const gated = plain.gated && lift(plain.gated);
  let column = 0;
  memories.forEach((remembered, k) => {
    if (!remembered) return;
    const of = memory[column++];
    const into = isGated(scheme.terms[k], scheme.spec) ? gated! : open;
    for (let row = 0; row < table.rows; row++) {
      const pair = table.rowState[row];
      if (table.absorbing[pair]) continue;
      const within = remembered.pay(of[pair], baseRow[row], table.rowDone[row] === 1);
      into.within[row] += weights[k] * within;
      into.last[row] += weights[k] * (table.rowDone[row] === 1 ? within : remembered.pay(of[pair], baseRow[row], true));
    }
  });
  const gate = plain.gate && { gate: Float64Array.from(baseRow, (r) => plain.gate!.gate[r]), timeOutGate: plain.gate.timeOutGate };
  return { open, gated, gate };
}

function startPair({ table, baseState }: ProductTable, state: number): number {
  return table.start.state.find((pair) => baseState[pair] === state)!;
}
