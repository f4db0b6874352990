import type { Columns, Needs } from './columns';
import type { Parameters, ParameterValues, StoredValues } from './parameters';
import type { CallContext, Described, ExplainFn, Flavour, Outputs, OutputValues, WorkedExample } from './plugin';
import type { Table } from './scenario';

/** Laws a reward construction may claim; each is a property test over seeded random batches. */
export type RewardLaw =
  | 'markov' // pricing each table row once and gathering equals pricing the batch
  | 'telescopes' // the discounted sum depends on the end points alone
  | 'padding-invariant'
  | 'order-equivariant'
  | 'finite-when-degenerate'
  | 'zero-when-gate-shut' // nothing is paid in a trajectory whose outcome is 0, at the default marks
  | 'non-positive'
  | 'bounded-by-one' // |r_t| ≤ 1
  | 'sum-preserving' // the rewards of a trajectory add up to its outcome
  | 'terminal-only'; // pays on the last step alone

export type PriceResult<O extends Outputs = Outputs> = {
  /** [nTraj × maxLen], 0 in padding */
  readonly reward: Float64Array;
  readonly state?: unknown;
} & OutputValues<O>;

/**
 * What a term remembers within an episode, as whole numbers that the term hands out itself; 0 is the start of an episode.
 * With it a term that is no function of the table row is one of (memory, row), so that it can be solved exactly.
 */
export interface EpisodeMemory {
  /** Memory after taking a row. */
  next(memory: number, row: number): number;
  /**
   * Unweighted pay of taking a row, as far as it is known by then: what `price` books on an earlier step may be paid
   * here, divided by γ for every step since. `isLast` where the task ends or time runs out with the step.
   */
  pay(memory: number, row: number, isLast: boolean): number;
}

export interface RewardPlugin<P extends Parameters = Parameters, N extends Needs = Needs, O extends Outputs = Outputs>
  extends Described {
  readonly kind: 'reward';
  readonly category: 'outcome' | 'dense' | 'gated' | 'process' | 'shaping' | 'learned' | 'intrinsic' | 'structure';
  readonly params: P;
  readonly needs: N;
  readonly outputs: O;
  readonly flavours: Readonly<Record<string, Flavour>>;
  readonly laws: readonly RewardLaw[];
  readonly examples: readonly WorkedExample[];
  /**
   * True when the reward of a step is a function of its table row alone (state, action, next, done,
   * signals). Such a term is priced once per row as a batch of one-step trajectories, then gathered.
   * A function where it depends on the parameters; read it through `isMarkov`.
   */
  readonly markov: boolean | ((params: ParameterValues<P>) => boolean);
  /**
   * True when the reward of a step is a function of its table row and of whether time runs out with the step: a
   * potential that counts as 0 at the time-out. Such a term has an exact value too.
   */
  readonly timedMarkov: boolean;
  /**
   * The term as an automaton over table rows, where it is one at these parameters: a cap, a first visit, a reward machine.
   * γ is the scheme's. A test compares its discounted sums with those of `price`.
   */
  readonly remembers?: (params: ParameterValues<P>, table: Table, gamma: number) => EpisodeMemory | null;
  /** Which of `needs` are read at these parameters; all of them when missing. */
  readonly reads?: (params: ParameterValues<P>) => readonly (keyof N & string)[];
  /**
   * Stored values that replace the defaults where trajectories come from a log: their columns carry
   * the catalogue's names, and what a table knows of the policy is not there.
   */
  readonly logDefaults: StoredValues;
  /** Potential-based terms sit outside the gate by default, because a gate over them breaks invariance. */
  readonly outsideGate: boolean;
  price(columns: Columns<N>, params: ParameterValues<P>, context: CallContext): PriceResult<NoInfer<O>>;
  /** `result` is what `price` gave with `detail` and the state that went into it. */
  explain: ExplainFn<P, N, PriceResult<NoInfer<O>>>;
}

type Input<P extends Parameters, N extends Needs, O extends Outputs> = Omit<
  RewardPlugin<P, N, O>,
  'kind' | 'outputs' | 'flavours' | 'laws' | 'markov' | 'timedMarkov' | 'logDefaults' | 'outsideGate'
> &
  Partial<Pick<RewardPlugin<P, N, O>, 'outputs' | 'flavours' | 'laws' | 'markov' | 'timedMarkov' | 'logDefaults' | 'outsideGate'>>;

/** Declares a reward construction. One file, one entry, one default export; the file stem is the id. */
export function defineReward<const P extends Parameters, const N extends Needs, const O extends Outputs = {}>(
  plugin: Input<P, N, O>,
): RewardPlugin<P, N, O> {
  return { outputs: {} as O, flavours: {}, laws: [], markov: false, timedMarkov: false, logDefaults: {}, outsideGate: false, ...plugin, kind: 'reward' };
}

/** Whether a reward is a function of its table row alone at these parameters. */
export function isMarkov(plugin: RewardPlugin, params: Readonly<Record<string, unknown>>): boolean {
  return typeof plugin.markov === 'function' ? plugin.markov(params as never) : plugin.markov;
}
