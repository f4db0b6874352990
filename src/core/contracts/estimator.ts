import type { Columns, Needs } from './columns';
import type { MergedSteps } from './merged-steps';
import type { Parameters, ParameterValues } from './parameters';
import type { CallContext, Described, ExplainFn, Flavour, Outputs, OutputValues, WorkedExample } from './plugin';

/** Laws an estimator may claim; each is a property test over seeded random batches. */
export type EstimatorLaw =
  | 'padding-invariant' // longer padding changes nothing
  | 'order-equivariant' // reordering trajectories reorders advantages
  | 'zero-on-equal-rewards' // equal trajectories with equal rewards teach nothing
  | 'finite-when-degenerate' // groups of one, equal rewards, empty trajectories stay finite
  | 'scale-equivariant' // rewards × c > 0 ⇒ advantages × c
  | 'scale-invariant' // rewards × c > 0 ⇒ same advantages, up to ε
  | 'shift-invariant' // outcome + c for every trajectory ⇒ same advantages
  | 'sums-to-zero' // advantages of a group add up to zero over its trajectories
  | 'linear'; // Â(r + r′) = Â(r) + Â(r′) with values held at zero

export type EstimateResult<O extends Outputs = Outputs> = {
  /** [nTraj × maxLen], 0 in padding */
  readonly advantage: Float64Array;
  /** [nTraj × maxLen] weight of ∇ log π(right answer | state) that the update adds at a step which gives an answer; 0 elsewhere. */
  readonly imitation?: Float64Array;
  /** State to carry to the next iteration. */
  readonly state?: unknown;
} & OutputValues<O>;

export interface EstimatorPlugin<P extends Parameters = Parameters, N extends Needs = Needs, O extends Outputs = Outputs>
  extends Described {
  readonly kind: 'estimator';
  readonly family: 'classic' | 'group' | 'multi-reward' | 'process' | 'turns' | 'tree' | 'denoising' | 'reweighting';
  readonly params: P;
  readonly needs: N;
  readonly outputs: O;
  readonly flavours: Readonly<Record<string, Flavour>>;
  readonly laws: readonly EstimatorLaw[];
  /** At these parameters it equals another estimator (by id) with those parameters. */
  readonly reducesTo: readonly {
    readonly at: Readonly<Record<string, unknown>>;
    readonly equals: string;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly why: string;
  }[];
  readonly examples: readonly WorkedExample[];
  /** Other published readings under the same name, by id: the reference page sets their numbers beside its own. */
  readonly alsoPublished?: readonly { readonly id: string; readonly why: string }[];
  /**
   * How Â splits over reward terms. `linear`: estimating each term alone and adding is exact.
   * `scaled`: linear once the divisor is held fixed; `unscaled` turns the division off and
   * `divisor` returns what every trajectory was divided by, [nTraj].
   */
  readonly decomposition?:
    | { readonly kind: 'linear' }
    | {
        readonly kind: 'scaled';
        readonly unscaled: Readonly<Record<string, unknown>>;
        divisor(columns: Columns<N>, params: ParameterValues<P>): Float64Array;
      };
  estimate(columns: Columns<N>, params: ParameterValues<P>, context: CallContext): EstimateResult<O>;
  explain: ExplainFn<P, N, EstimateResult<O>>;
  /** Which steps count as one, around one step: the picture beside its explanation. For estimators that compare inside a tree or graph. */
  merged?(columns: Columns<N>, params: ParameterValues<P>, result: EstimateResult<O>, trajectory: number, step: number): MergedSteps;
}

type Input<P extends Parameters, N extends Needs, O extends Outputs> = Omit<
  EstimatorPlugin<P, N, O>,
  'kind' | 'outputs' | 'flavours' | 'laws' | 'reducesTo'
> &
  Partial<Pick<EstimatorPlugin<P, N, O>, 'outputs' | 'flavours' | 'laws' | 'reducesTo'>>;

/** Declares an advantage estimator. One file, one entry, one default export; the file stem is the id. */
export function defineEstimator<const P extends Parameters, const N extends Needs, const O extends Outputs = {}>(
  plugin: Input<P, N, O>,
): EstimatorPlugin<P, N, O> {
  return { outputs: {} as O, flavours: {}, laws: [], reducesTo: [], ...plugin, kind: 'estimator' };
}
