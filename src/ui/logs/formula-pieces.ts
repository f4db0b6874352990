export interface FormulaPiece {
  readonly text: string;
  /** On the line, below it or above it. */
  readonly place: '' | '_' | '^';
}

/** `Σ_t γ^t r_{t+1}` as pieces, each on the line, below it or above it. */
export function formulaPieces(formula: string): FormulaPiece[] {
  return [...formula.matchAll(/([_^])(\{[^}]*\}|[\p{L}\p{N}′+]+)|[^_^]+|[_^]/gu)].map(([whole, place, text]) =>
    place === '_' || place === '^' ? { text: text!.replace(/^\{(.*)\}$/, '$1'), place } : { text: whole, place: '' },
  );
}
