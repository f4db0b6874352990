/**
 * A scheme: reward terms, an optional gate, an estimator and the stages after it.
 *
 *     r_t = gate ⊙ Σ_{k gated} w_k r_k,t + Σ_{k open} w_k r_k,t
 *     Â   = clip(whiten(estimator(r)))
 */
import type { StoredValues } from '../contracts/parameters';

export interface TermSpec {
  /** Id of a reward plug-in. */
  readonly reward: string;
  /** What the slider is called; the plug-in's title when empty. */
  readonly label: string;
  readonly weight: number;
  readonly params: StoredValues;
  /** True when the scheme's gate multiplies this term. */
  readonly gated: boolean;
}

/**
 * gate_i = 1[x_i > threshold] (≥ when inclusive), or sigmoid((x_i − threshold) / softness) when
 * softness > 0. x_i is the trajectory's outcome or the trajectory's sum of a signal.
 */
export interface GateSpec {
  readonly source: string;
  readonly threshold: number;
  readonly inclusive: boolean;
  readonly softness: number;
}

export interface SchemeSpec {
  readonly name: string;
  readonly terms: readonly TermSpec[];
  readonly gate: GateSpec | null;
  /** γ of the scheme, shared by its estimator and its potentials unless `gammaLinked` is false. */
  readonly gamma: number;
  readonly gammaLinked: boolean;
  readonly estimator: { readonly id: string; readonly params: StoredValues };
  /** Where V comes from when the estimator needs it. */
  readonly value: 'learned' | 'exact' | 'zero';
  readonly whiten: 'none' | 'batch';
  /** Advantages are clipped to ±clip; null is off. */
  readonly clip: number | null;
  readonly muted: boolean;
}

export const MAX_SCHEMES = 6;
export const MAX_TERMS = 8;
