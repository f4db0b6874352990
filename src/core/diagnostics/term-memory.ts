import type { EpisodeMemory } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import type { CompiledTerm } from '../scheme/compile-scheme';
import { applyPointwise, isPointwise, type PointwiseTransform } from '../scheme/transform';
import { rowPay } from './row-pay';

/**
 * What a term remembers within an episode, its transforms included, where that is an automaton: its construction's own memory under
 * transforms of single steps, or a transform that keeps the first payments of a function of the row. Null for terms that are
 * functions of the row, or of more than a memory.
 */
export function termMemory(term: CompiledTerm, table: Table, gamma: number): EpisodeMemory | null {
  if (term.perRow) return null;
  const transforms = term.spec.transforms ?? [];
  if (transforms.every(isPointwise)) {
    if (term.plugin.timedMarkov) return null;
    const own = term.plugin.remembers?.(term.params as never, table, gamma) ?? null;
    if (own === null || transforms.length === 0) return own;
    return { next: own.next, pay: (memory, row, isLast) => through(own.pay(memory, row, isLast), transforms) };
  }
  const at = transforms.findIndex((transform) => transform.kind === 'first');
  const first = transforms[at];
  const [before, after] = [transforms.slice(0, at), transforms.slice(at + 1)];
  const own = first?.kind === 'first' && [...before, ...after].every(isPointwise) ? rowPay(term, table) : null;
  if (own === null || first.kind !== 'first') return null;
  const x = own.map((pay) => through(pay, before));
  const { count } = first;
  return {
    next: (memory, row) => (x[row] !== 0 ? Math.min(count, memory + 1) : memory),
    pay: (memory, row) => through(memory < count ? x[row] : 0, after),
  };
}

function through(pay: number, transforms: NonNullable<CompiledTerm['spec']['transforms']>): number {
  return transforms.reduce((x, transform) => applyPointwise(x, transform as PointwiseTransform), pay);
}
