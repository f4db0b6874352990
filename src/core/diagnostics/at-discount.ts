import type { Table } from '../contracts/scenario';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { applyAllPointwise, isPointwise } from '../scheme/transform';
import { rowPay } from './row-pay';

/** The scheme at another γ: potentials that share the scheme's γ take the new one, so that they stay potentials. */
export function atDiscount(scheme: CompiledScheme, gamma: number, table: Table): CompiledScheme {
  if (scheme.spec.gamma === gamma) return scheme;
  const terms = scheme.terms.map((term) => {
    const shared = Object.entries(term.plugin.params).filter(([, parameter]) => parameter.kind === 'number' && parameter.shared === 'gamma');
    if (!scheme.spec.gammaLinked || shared.length === 0) return term;
    const params = { ...term.params, ...Object.fromEntries(shared.map(([key]) => [key, gamma])) };
    const ownPerRow = (term.spec.transforms ?? []).every(isPointwise) ? rowPay({ ...term, params }, table) : null;
    return { ...term, params, ownPerRow, perRow: ownPerRow && applyAllPointwise(ownPerRow, term.spec.transforms) };
  });
  return { ...scheme, terms, spec: { ...scheme.spec, gamma } };
}
