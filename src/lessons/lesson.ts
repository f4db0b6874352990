/** The form of a lesson: everything on its page is data, and every number in its prose is a slot that a recording fills. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
/** Knobs of the preset, or JSON Pointers into it (`/training/…`, `/library/0/…`), and the values that they take. */
export type Changes = Readonly<Record<string, JsonValue>>;

/** One thing that is trained and measured: a scheme of a preset, with changes. */
export interface Arm {
  /** The scheme's name in the preset. */
  readonly scheme: string;
  /** Of another preset than the lesson's. */
  readonly preset?: string;
  readonly set?: Changes;
  /** More changes where every seed has a scenario of its own; such an arm is trained seed by seed. */
  readonly perSeed?: (seed: number) => Changes;
  /** Updates, where they are not the lesson's. */
  readonly iterations?: number;
}

/** A paragraph, or one of the other shapes of prose. Inline: `**bold**`, `_symbol_`, `[[A]]` a scheme, `{A.success}` a number, `[text](address)`. */
export type Block =
  | string
  | { readonly heading: string }
  | { readonly term: string; readonly symbol: string; readonly kind: 'advantage' | 'reward' | 'value' | 'return'; readonly text: string }
  | { readonly formula: string }
  | { readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } };

export interface Choice {
  readonly text: string;
  /** What happened; one choice of a lesson has it. */
  readonly right?: true;
  /** Said to who chose it, after the reveal. */
  readonly reply: string;
}

/** A slider on places of the running experiment. */
export interface Trial {
  /** What to do and what to look for. */
  readonly says: string;
  readonly label: string;
  /** JSON Pointers into the lesson's experiment that all take the value. */
  readonly pointers: readonly string[];
  /** Stops of the slider, least first: evenly spaced ones, or those named. */
  readonly stops: { readonly min: number; readonly max: number; readonly step: number } | readonly number[];
  /** Where the slider stands at first. */
  readonly value: number;
}

/** Means and values over seeds of what was measured: what a claim is a predicate on. */
export interface Measured {
  /** Mean over seeds of `metric@iteration` of an arm. */
  mean(arm: string, figure: string): number;
  /** In the order of the seeds. */
  values(arm: string, figure: string): readonly number[];
}

export interface Claim {
  /** The sentence that is claimed. */
  readonly says: string;
  /** Arms that have to be measured. */
  readonly arms: readonly string[];
  /** The arm whose reward the claim is about: with all its weights at zero the predicate must fail. */
  readonly about: string;
  /** Seeds that tell enough for the quick check; 20 in the full one. */
  readonly seeds: number;
  readonly holds: (measured: Measured) => boolean;
}

export interface Source {
  readonly text: string;
  readonly address?: string;
}

export interface Lesson {
  /** As in the list of lessons. */
  readonly id: string;
  /** Changes to the preset that hold for the schemes on the page and, before their own, for all arms of the same preset. */
  readonly set?: Changes;
  /** Seeds and updates of the run on the page. */
  readonly seeds: number;
  readonly iterations: number;
  /** First of these seeds; 0 where missing. The rollouts on show are the first seed's. */
  readonly firstSeed?: number;
  /** Shows the rollouts of the sketched scheme after so many updates, once it has been trained; those of the start where missing. */
  readonly rolloutsAt?: number;
  /** Further iterations at which policies are measured. */
  readonly at?: readonly number[];
  /** Names of the schemes on the page, by letter. */
  readonly names: Readonly<Record<string, string>>;
  /** Measured beside the schemes on the page; lower-case names. */
  readonly arms?: Readonly<Record<string, Arm>>;
  /** One scenario for each seed where the recording is made, as of an arm. */
  readonly perSeed?: (seed: number) => Changes;
  /** What a curve shows: “boats that finish”. */
  readonly outcome: string;
  /** Vertical axis; a share of 0 … 1 where missing. */
  readonly axis?: { readonly min: number; readonly max: number };
  /** Shows the mean return of the sketched scheme's own reward as a dotted curve in the same unit. */
  readonly showsProxy?: true;
  readonly intro: readonly Block[];
  readonly ask: string;
  readonly choices: readonly Choice[];
  /** Letter of the scheme whose curve is to be sketched. */
  readonly sketch: string;
  /** Three measured numbers: a slot, and what it counts. */
  readonly figures: readonly { readonly slot: string; readonly says: string }[];
  readonly explain: readonly Block[];
  /** Heading of the heatmaps, and what to look for in them. */
  readonly look: { readonly title: string; readonly says: string };
  readonly trial: Trial;
  readonly shows: readonly string[];
  readonly doesNotShow: readonly string[];
  readonly sources: readonly Source[];
  readonly teacher: { readonly ask: readonly string[]; readonly wrong: readonly string[]; readonly time: string };
  readonly claims: readonly Claim[];
}

export const defineLesson = (lesson: Lesson): Lesson => lesson;
