import type { CompiledScheme } from '../scheme/compile-scheme';

/**
 * The scheme at another γ: potentials that share the scheme's γ take the new one, so that they stay potentials. Only for schemes
 * for which `whyNoExactValue` is null.
 */
export function atDiscount(scheme: CompiledScheme, gamma: number): CompiledScheme {
  if (scheme.spec.gamma === gamma) return scheme;
  const terms = scheme.terms.map((term) => {
    const shared = Object.entries(term.plugin.params).filter(([, parameter]) => parameter.kind === 'number' && parameter.shared === 'gamma');
    if (!scheme.spec.gammaLinked || shared.length === 0) return term;
    return { ...term, perRow: null, params: { ...term.params, ...Object.fromEntries(shared.map(([key]) => [key, gamma])) } };
  });
  return { ...scheme, terms, spec: { ...scheme.spec, gamma } };
}
