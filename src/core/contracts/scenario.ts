import type { ClosedForm } from './closed-form';
import type { Parameters, ParameterValues } from './parameters';
import type { Described } from './plugin';

/**
 * A finite MDP with named signals, compiled for look-ups. Outcome rows are contiguous per (s, a):
 * the rows of (s, a) are rowStart[s·A + a] … rowStart[s·A + a + 1] − 1. A finished episode has left
 * the table: `rowDone` ends it whatever `rowNext` says, and a done state has value 0.
 */
export interface Table {
  readonly S: number;
  readonly A: number;
  /** T: an episode that has not ended after T steps is out of time. */
  readonly horizon: number;
  readonly rows: number;
  readonly rowStart: Uint32Array; // [S·A + 1]
  readonly rowState: Uint32Array; // [rows]
  readonly rowAction: Uint32Array; // [rows]
  readonly rowProbability: Float64Array; // [rows], adds to 1 per (s, a)
  /** [rows] running integer thresholds: row taken is the first with word < threshold; the last is 2³²−1 and always taken. */
  readonly rowThreshold: Uint32Array;
  readonly rowNext: Uint32Array; // [rows]
  readonly rowDone: Uint8Array; // [rows]
  /** Named facts on transitions, [rows] each. */
  readonly signals: Readonly<Record<string, Float64Array>>;
  /** Per-row contribution to each metric, [rows] each; a metric's value is its expected sum over the episode. */
  readonly metrics: Readonly<Record<string, Float64Array>>;
  /** Name of the metric that is the true objective. Its per-trajectory sum is the `outcome` column. */
  readonly truth: string;
  /** Numbers per state that potentials and pictures may use, [S] each. */
  readonly stateTables: Readonly<Record<string, Float64Array>>;
  /** Start states (prompts) and their probabilities. Each group shares one. */
  readonly start: { readonly state: Uint32Array; readonly probability: Float64Array };
  /**
   * How groups take their starts: each by chance, all in turn over the batches, or by chance without one twice while others are
   * left in the batch; the last two need equal probabilities. Missing: random.
   */
  readonly starts?: 'random' | 'stratified' | 'distinct';
  /** Starts that no batch has: what is expected from them is what carries over. */
  readonly heldOut?: { readonly state: Uint32Array; readonly probability: Float64Array };
  /** [S] s'·A + a of the state and action that would give the right answer after what is there at s; −1 where there is none. */
  readonly answer?: Int32Array;
  /**
   * [S] state whose row of logits each state uses: the first of those that the policy cannot tell apart, itself otherwise.
   * Missing: every state has a row of its own. Features of such states are alike, so that networks cannot tell them apart either.
   */
  readonly logitRow?: Uint32Array;
  /** 1 for absorbing states that no policy acts in; they are left out of updates and figures. */
  readonly absorbing: Uint8Array; // [S]
  /** Inputs of networks, row-major [S × features.width]. */
  readonly features: { readonly width: number; readonly data: Float32Array };
  /** What a sequence model reads: the tokens that led to each state. Missing: states are no sequences. */
  readonly prefix?: TokenPrefix;
}

/**
 * States as prefixes of tokens, a forest of nodes: node s is the last token of state s, and nodes from S on are earlier tokens
 * (of a prompt, say) that no state stands for. A state's sequence runs from its root to its own node.
 */
export interface TokenPrefix {
  /** [nodes ≥ S] node of the token before, −1 at the first token of a sequence. A parent may have any number. */
  readonly parent: Int32Array;
  /** [nodes] token of each node, 0 … symbols − 1. */
  readonly token: Uint8Array;
  /** Number of different tokens. */
  readonly symbols: number;
  /** Tokens of the longest sequence. */
  readonly depth: number;
}

/** Where a state is drawn. Core names a picture by key; `src/charts` draws it. */
export type Picture =
  | {
      readonly kind: 'grid';
      readonly columns: number;
      readonly rows: number;
      /** [rows × columns] 1 where a wall stands. */
      readonly wall: Uint8Array;
      readonly marks: readonly { readonly cell: number; readonly role: 'start' | 'key' | 'door' | 'goal' | 'hazard' | 'place'; readonly label: string }[];
      /** [S] cell of a state, −1 for done. */
      readonly cellOf: Int32Array;
      /** Words for what the state carries ("has the key"), by state. */
      readonly carries: readonly string[];
      /** Cells with a thin wall on their east side. */
      readonly fences?: readonly number[];
      /** [S] number of the mark that something waits at ("passenger at Red"), −1 where nothing does, and of the mark it is to be brought to. */
      readonly waiting?: Int32Array;
      readonly wanted?: Int32Array;
    }
  | {
      readonly kind: 'track';
      /** Nodes in a unit square, in drawing order. */
      readonly nodes: readonly { readonly x: number; readonly y: number; readonly role: 'track' | 'lagoon' | 'start' | 'finish'; readonly checkpoint: boolean; readonly label: string }[];
      readonly links: readonly { readonly from: number; readonly to: number }[];
      readonly nodeOf: Int32Array; // [S]
    }
  | {
      readonly kind: 'chain';
      /** What a link of the chain is: "call" or "step". */
      readonly unit: string;
      readonly actions: readonly { readonly label: string; readonly short: string; readonly role: 'work' | 'risk' | 'waste' | 'finish' }[];
      /** Progress indicators read off the state, drawn as small gauges beside the chain. */
      readonly gauges: readonly { readonly title: string; readonly of: Int32Array; readonly levels: readonly string[] }[];
    }
  | {
      /** A track seen from the side, and a car that stands somewhere on it at some speed. */
      readonly kind: 'hill';
      readonly left: number;
      readonly right: number;
      readonly goal: number;
      /** Height at evenly spaced positions from left to right, 0…1. */
      readonly height: readonly number[];
      readonly positionOf: Float64Array; // [S]
      /** Which way each action pushes: −1, 0 or 1. */
      readonly pushes: readonly number[];
    }
  | {
      /** A hand of cards against the dealer's one open card. */
      readonly kind: 'cards';
      /** [S] points of the hand, 0 where it is over; a short word for its kind ("soft"); the dealer's card, 0 where it is over. */
      readonly points: Int32Array;
      readonly kindOf: readonly string[];
      readonly dealer: Int32Array;
      /** Points beyond which a hand is lost. */
      readonly limit: number;
      readonly actions: readonly string[];
    }
  | {
      readonly kind: 'tokens';
      /** What each action writes. */
      readonly tokens: readonly { readonly text: string; readonly label: string; readonly role: 'digit' | 'filler' | 'sign' }[];
      /** Tokens of each prompt, and the right answer. */
      readonly prompts: readonly { readonly tokens: readonly string[]; readonly answer: string }[];
      /** [S] prompt of each state, −1 where none is left. */
      readonly promptOf: Int32Array;
      /** What a token can be, and which of them the action in each state is, [S·A]. */
      readonly verdicts: readonly { readonly label: string; readonly role: 'right' | 'repeat' | 'wrong' | 'neutral' }[];
      readonly verdictOf: Uint8Array;
    };

/**
 * The world itself, whose grid the table is: a policy of the table acts in it through the state nearest to where things are. Drawn by
 * the scenario's own picture.
 */
export interface TrueWorld<P extends Parameters = Parameters> {
  readonly title: string;
  readonly help: string;
  /** Where it may start. */
  readonly start: { readonly title: string; readonly min: number; readonly max: number; readonly step: number; readonly default: number };
  /** Most true steps of an episode. */
  readonly limit: number;
  /** `choose` is asked for an action at every decision, by the table's state nearest to where things are. */
  readonly run: (params: ParameterValues<P>, start: number, choose: (state: number, decision: number) => number) => TrueRun;
}

/** One episode of a true world. */
export interface TrueRun {
  /** [length + 1] */
  readonly position: Float64Array;
  /** [length] action in force during each true step. */
  readonly action: Int32Array;
  /** It ended in the goal; false when it ran out of time. */
  readonly done: boolean;
}

/** What every scenario declares, whatever its world is made of. */
interface ScenarioDeclaration<P extends Parameters> extends Described {
  readonly kind: 'scenario';
  /** The question the scenario makes people ask. */
  readonly question: string;
  readonly params: P;
  /** Facts of every step, by name. */
  readonly signals: Readonly<Record<string, { readonly title: string; readonly help: string }>>;
  /** A share lies in [0, 1] and a count in [0, T] on every trajectory; a number is anything else, a return say. */
  readonly metrics: Readonly<Record<string, { readonly title: string; readonly unit: 'share' | 'count' | 'number' }>>;
  /** What one trajectory is called here ("race", "episode", "solution"). */
  readonly trajectoryNoun: string;
}

/** A scenario that compiles to a table: finitely many states, everything exact by backward induction. */
export interface TableScenario<P extends Parameters = Parameters> extends ScenarioDeclaration<P> {
  readonly world: 'table';
  readonly stateTables: Readonly<Record<string, { readonly title: string; readonly help: string }>>;
  readonly actionNames: readonly string[];
  readonly table: (params: ParameterValues<P>) => Table;
  readonly picture: (params: ParameterValues<P>) => Picture;
  /** Logits of the starting policy, [S·A]; zeros when missing. */
  readonly initialLogits?: (params: ParameterValues<P>) => Float64Array;
  /** The continuous world that the table stands for, where there is one. */
  readonly trueWorld?: TrueWorld<P>;
  /** What the state is, in a few words. */
  readonly describeState: (state: number, params: ParameterValues<P>) => string;
}

/** A scenario of points, with a Gaussian policy and values in closed form. */
export interface ContinuousScenario<P extends Parameters = Parameters> extends ScenarioDeclaration<P> {
  readonly world: 'closed-form';
  /** Facts that are no signals, because they are one per trajectory or per visited point, by name. */
  readonly facts: Readonly<Record<string, { readonly title: string; readonly help: string }>>;
  /** The metric that is the true objective; what a trajectory earns of it is the `outcome` column. */
  readonly truth: string;
  /** The scenario as one learner meets it; `draw`, in [0, 1), is the learner's own and the same in all its iterations. */
  readonly closedForm: (params: ParameterValues<P>, draw: number) => ClosedForm;
}

export type ScenarioPlugin<P extends Parameters = Parameters> = TableScenario<P> | ContinuousScenario<P>;

/** Declares a scenario that compiles to a table. One file, one entry, one default export; the file stem is the id. */
export function defineScenario<const P extends Parameters>(plugin: Omit<TableScenario<P>, 'kind' | 'world'>): TableScenario<P> {
  return { ...plugin, kind: 'scenario', world: 'table' };
}

/** Declares a scenario in closed form. One file, one entry, one default export; the file stem is the id. */
export function defineContinuousScenario<const P extends Parameters>(plugin: Omit<ContinuousScenario<P>, 'kind' | 'world'>): ContinuousScenario<P> {
  return { ...plugin, kind: 'scenario', world: 'closed-form' };
}

/** Why a scenario in closed form cannot do what was asked, in a sentence. */
export function noTable({ title }: Pick<Described, 'title'>, what: string): string {
  return `${title} is continuous: its states are points, not rows of a table, so there is no ${what}.`;
}
