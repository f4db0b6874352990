/**
 * A scheme: reward terms, an optional gate, an estimator and the stages after it.
 *
 *     r_t = gate ⊙ Σ_{k gated} w_k(n) T_k(r_k)_t + Σ_{k open} w_k(n) T_k(r_k)_t
 *     Â   = clip(whiten(estimator(r)))
 *
 * T_k are the term's transforms, w_k(n) its weight in iteration n. Optional fields were added after the first
 * release: where they are missing, a scheme means what it always meant.
 */
import type { StoredValues } from '../contracts/parameters';

/**
 * One transform of a term's reward, x the reward of a step. Those from `first` on look at the whole trajectory or at the
 * batch; after `gather` and after standardised totals the reward stands on the last step alone, and the transforms
 * that follow act there alone.
 *
 * | kind | formula |
 * |---|---|
 * | clip | min(max(x, low), high); a bound that is null does not bind |
 * | shift | x + by |
 * | sign | −1, 0 or 1 |
 * | power | sign(x) · abs(x)^exponent |
 * | sigmoid | 1 / (1 + exp(−(x − centre) / temperature)) |
 * | log-sigmoid | ln of that |
 * | first | x on the first `count` steps of a trajectory on which x ≠ 0, else 0 |
 * | gather | sum, mean, least, greatest or last reward of the trajectory, on its last step |
 * | standardise | (x − μ) / (σ + 1e-6), σ over n − 1, over the group or the batch: each trajectory's total, put on its last step, or each step |
 */
export type TransformSpec =
  | { readonly kind: 'clip'; readonly low: number | null; readonly high: number | null }
  | { readonly kind: 'shift'; readonly by: number }
  | { readonly kind: 'sign' }
  | { readonly kind: 'power'; readonly exponent: number }
  | { readonly kind: 'sigmoid' | 'log-sigmoid'; readonly centre: number; readonly temperature: number }
  | { readonly kind: 'first'; readonly count: number }
  | { readonly kind: 'gather'; readonly how: 'sum' | 'mean' | 'min' | 'max' | 'last' }
  | { readonly kind: 'standardise'; readonly over: 'group' | 'batch'; readonly of: 'totals' | 'steps' };

/**
 * How a number of the scheme moves over training. Before `start`, or before the first phase, it is what the spec says.
 *
 *     linear   x + (to − x) · u,   u = (n − start) / (end − start), held in [0, 1]
 *     cosine   x + (to − x) · (1 − cos πu) / 2
 *     steps    the value of the last phase with at ≤ n
 */
export type ScheduleSpec =
  | { readonly kind: 'linear' | 'cosine'; readonly start: number; readonly end: number; readonly to: number }
  | { readonly kind: 'steps'; readonly phases: readonly { readonly at: number; readonly value: number }[] };

export interface TermSpec {
  /** Id of a reward plug-in. */
  readonly reward: string;
  /** What the slider is called; the plug-in's title when empty. */
  readonly label: string;
  readonly weight: number;
  readonly params: StoredValues;
  /** True when the scheme's gate multiplies this term. */
  readonly gated: boolean;
  /** Applied in order to the term's own reward, before weight and gate. */
  readonly transforms?: readonly TransformSpec[];
  /** How the weight moves over training. */
  readonly schedule?: ScheduleSpec;
}

/**
 * g_i = 1[x_i > threshold] (≥ when inclusive), or sigmoid((x_i − threshold) / softness) when softness > 0.
 *
 * x_i is the trajectory's outcome, its sum of a signal, or, where `term` names one, its sum of that term's reward
 * after transforms, before weight and gate; `source` is then not read.
 */
export interface ConditionSpec {
  readonly source: string;
  readonly term?: number;
  readonly threshold: number;
  readonly inclusive: boolean;
  readonly softness: number;
  /** How the threshold moves over training. */
  readonly schedule?: ScheduleSpec;
}

/** A first condition and more of them: gate = Π g (all, the default) or 1 − Π (1 − g) (any). */
export interface GateSpec extends ConditionSpec {
  readonly also?: readonly ConditionSpec[];
  readonly combine?: 'all' | 'any';
}

/**
 * What is done to the scheme's training batches before they are priced; the batch on screen is as it was played.
 *
 * - replay: one success of each start is kept, and takes the place of the first attempt of a group that failed throughout.
 * - dynamic: a group whose attempts all have the same outcome is played again, up to `redraws` times.
 */
export type SamplingSpec = { readonly kind: 'replay' } | { readonly kind: 'dynamic'; readonly redraws: number };

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
  /** What the reward is for, in its author's words; it prices nothing. */
  readonly intent?: string;
  readonly sampling?: SamplingSpec;
}

export const MAX_SCHEMES = 6;
export const MAX_TERMS = 8;
export const MAX_TRANSFORMS = 4;
/** Conditions of a gate beside its first. */
export const MAX_MORE_CONDITIONS = 3;
export const MAX_PHASES = 6;
/** Keys of schemes that may be missing: what they say when they are is what schemes said before there were any. */
export const OPTIONAL_KEYS: readonly string[] = ['transforms', 'schedule', 'term', 'also', 'combine', 'intent'];
