/**
 * The experiment spec: one versioned JSON object that is the experiment. Every control of the page
 * writes into it, a link carries its difference from a preset, the command line runs it.
 *
 * The valibot schema refuses what cannot be read (wrong kinds, unknown keys, sizes beyond the
 * limits); values outside a slider's range are clamped later by the plug-ins' own parameter limits.
 */
import * as v from 'valibot';
import { MAX_MORE_CONDITIONS, MAX_PHASES, MAX_SCHEMES, MAX_TERMS, MAX_TRANSFORMS } from '../scheme/scheme-spec';
import { CARD_PICTURES, TOPICS } from './topics';

export const SPEC_VERSION = 1;

/** Limits of one experiment: what a link may ask of the reader's machine. */
export const LIMITS = {
  trajectories: { min: 1, max: 8192 },
  groupSize: { min: 1, max: 1024 },
  iterations: { min: 1, max: 5000 },
  seeds: { min: 1, max: 64 },
  hiddenWidth: { min: 1, max: 256 },
  hiddenLayers: { min: 1, max: 4 },
  transformerWidth: { min: 16, max: 64 },
  transformerLayers: { min: 1, max: 4 },
  transformerHeads: { min: 2, max: 4 },
  pairs: { min: 10, max: 2000 },
  members: { min: 1, max: 16 },
  completions: { min: 1, max: 64 },
  textLength: 200,
  intentLength: 2000,
} as const;

const finite = v.pipe(v.number(), v.finite());
const whole = (min: number, max: number) => {
  const message = ({ input }: { input: unknown }) => `${String(input)} is out of range. Use a whole number from ${min} to ${max}.`;
  return v.pipe(v.number(), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};
const identifier = v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/), v.maxLength(64));
const text = v.pipe(v.string(), v.maxLength(LIMITS.textLength));
/** Parameter values: JSON of bounded size, checked against the plug-in's own parameters once it is loaded. */
const stored = v.record(v.pipe(v.string(), v.maxLength(64)), v.unknown());

const iteration = whole(0, LIMITS.iterations.max);
const squashing = { centre: finite, temperature: v.pipe(finite, v.minValue(1e-6)) };
const transformSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('clip'), low: v.nullable(finite), high: v.nullable(finite) }),
  v.strictObject({ kind: v.literal('shift'), by: finite }),
  v.strictObject({ kind: v.literal('sign') }),
  v.strictObject({ kind: v.literal('power'), exponent: v.pipe(finite, v.minValue(0.01), v.maxValue(16)) }),
  v.strictObject({ kind: v.literal('sigmoid'), ...squashing }),
  v.strictObject({ kind: v.literal('log-sigmoid'), ...squashing }),
  v.strictObject({ kind: v.literal('first'), count: whole(1, 1000) }),
  v.strictObject({ kind: v.literal('gather'), how: v.picklist(['sum', 'mean', 'min', 'max', 'last']) }),
  v.strictObject({ kind: v.literal('standardise'), over: v.picklist(['group', 'batch']), of: v.picklist(['totals', 'steps']) }),
]);

/** A list of transforms; bounds that exclude each other are refused. */
const transformsSchema = v.pipe(
  v.array(transformSchema),
  v.maxLength(MAX_TRANSFORMS),
  v.check((list) => list.every((one) => one.kind !== 'clip' || one.low === null || one.high === null || one.low <= one.high), 'The lower bound of a clip cannot lie above the upper one.'),
);

const anneal = { start: iteration, end: iteration, to: finite };
const scheduleSchema = v.pipe(
  v.variant('kind', [
    v.strictObject({ kind: v.literal('linear'), ...anneal }),
    v.strictObject({ kind: v.literal('cosine'), ...anneal }),
    v.strictObject({
      kind: v.literal('steps'),
      phases: v.pipe(v.array(v.strictObject({ at: iteration, value: finite })), v.minLength(1), v.maxLength(MAX_PHASES)),
    }),
  ]),
  v.check((schedule) => schedule.kind === 'steps' || schedule.end >= schedule.start, 'A schedule cannot end before it starts.'),
);

// Fields added after the first release are optional, and mean what a scheme meant without them.
const termSchema = v.strictObject({
  reward: identifier,
  label: text,
  weight: finite,
  params: stored,
  gated: v.boolean(),
  transforms: v.exactOptional(transformsSchema),
  schedule: v.exactOptional(scheduleSchema),
});

const condition = {
  source: text,
  term: v.exactOptional(whole(0, MAX_TERMS - 1)),
  threshold: finite,
  inclusive: v.boolean(),
  softness: v.pipe(finite, v.minValue(0)),
  schedule: v.exactOptional(scheduleSchema),
};

const gateSchema = v.strictObject({
  ...condition,
  also: v.exactOptional(v.pipe(v.array(v.strictObject(condition)), v.maxLength(MAX_MORE_CONDITIONS))),
  combine: v.exactOptional(v.picklist(['all', 'any'])),
});

export const schemeSchema = v.strictObject({
  name: text,
  terms: v.pipe(v.array(termSchema), v.maxLength(MAX_TERMS)),
  gate: v.nullable(gateSchema),
  gamma: v.pipe(finite, v.minValue(0), v.maxValue(1)),
  gammaLinked: v.boolean(),
  estimator: v.strictObject({ id: identifier, params: stored }),
  value: v.picklist(['learned', 'exact', 'zero']),
  whiten: v.picklist(['none', 'batch']),
  clip: v.nullable(v.pipe(finite, v.minValue(0))),
  muted: v.boolean(),
  intent: v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.intentLength))),
  sampling: v.exactOptional(v.variant('kind', [v.strictObject({ kind: v.literal('replay') }), v.strictObject({ kind: v.literal('dynamic'), redraws: whole(1, 8) })])),
});

const layersMessage = ({ input }: { input: readonly number[] }) => `${input.length} hidden layers are asked for. Use ${LIMITS.hiddenLayers.min} to ${LIMITS.hiddenLayers.max}.`;
const mlpLayers = {
  hidden: v.pipe(
    v.array(whole(LIMITS.hiddenWidth.min, LIMITS.hiddenWidth.max)),
    v.minLength(LIMITS.hiddenLayers.min, layersMessage),
    v.maxLength(LIMITS.hiddenLayers.max, layersMessage),
  ),
  activation: v.picklist(['tanh', 'relu', 'gelu']),
};

const policySchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('tabular') }),
  v.strictObject({
    kind: v.literal('mlp'),
    ...mlpLayers,
    /** Weights to start from that ship with the project, by name; missing: drawn by chance. */
    pretrained: v.exactOptional(identifier),
  }),
  v.strictObject({
    kind: v.literal('transformer'),
    width: v.pipe(whole(LIMITS.transformerWidth.min, LIMITS.transformerWidth.max), v.multipleOf(4, 'A transformer’s width is a multiple of 4.')),
    layers: whole(LIMITS.transformerLayers.min, LIMITS.transformerLayers.max),
    heads: whole(LIMITS.transformerHeads.min, LIMITS.transformerHeads.max),
    pretrained: v.exactOptional(identifier),
  }),
  // The policy of a scenario in closed form: a few numbers of its own.
  v.strictObject({ kind: v.literal('gaussian') }),
]);

/** The labels that a reward model is fitted to, and the model; a missing key means what `REWARD_MODEL` says. */
const rewardModelSchema = v.strictObject({
  pairs: v.exactOptional(whole(LIMITS.pairs.min, LIMITS.pairs.max)),
  flipRate: v.exactOptional(v.pipe(finite, v.minValue(0), v.maxValue(0.5))),
  temperature: v.exactOptional(v.pipe(finite, v.minValue(0.01), v.maxValue(100))),
  stepCost: v.exactOptional(v.pipe(finite, v.minValue(0), v.maxValue(1))),
  wants: v.exactOptional(text),
  clip: v.exactOptional(whole(1, 1000)),
  scores: v.exactOptional(v.picklist(['steps', 'last'])),
  members: v.exactOptional(whole(1, LIMITS.members.max)),
  perSeed: v.exactOptional(v.boolean()),
});

const trainingSchema = v.strictObject({
  policy: policySchema,
  objective: v.strictObject({ id: identifier, params: stored }),
  optimiser: v.picklist(['sgd', 'adam']),
  learningRate: v.pipe(finite, v.minValue(0)),
  /** Trajectories of one update, B. */
  trajectories: whole(LIMITS.trajectories.min, LIMITS.trajectories.max),
  groupSize: whole(LIMITS.groupSize.min, LIMITS.groupSize.max),
  iterations: whole(LIMITS.iterations.min, LIMITS.iterations.max),
  /** Learner seeds first … first + count − 1, common to all schemes. */
  seeds: v.strictObject({ first: whole(0, 1_000_000_000), count: whole(LIMITS.seeds.min, LIMITS.seeds.max) }),
  engine: v.picklist(['auto', 'ts', 'wasm', 'webgpu']),
  /**
   * A learned V that is a network: by itself, trained by Adam, an MLP of its own layers or, without, one like the policy's; or one more
   * output of the policy's network. Missing: a table.
   */
  critic: v.exactOptional(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('network'), learningRate: v.pipe(finite, v.minValue(0)), mlp: v.exactOptional(v.strictObject(mlpLayers)) }),
      v.strictObject({ kind: v.literal('shared'), weight: v.pipe(finite, v.minValue(0)) }),
    ]),
  ),
  /** Step of the tabular critic towards its targets after each batch. */
  criticRate: v.pipe(finite, v.minValue(0), v.maxValue(1)),
  rewardModel: v.exactOptional(rewardModelSchema),
  processModel: v.exactOptional(
    v.strictObject({
      trajectories: v.exactOptional(whole(1, LIMITS.trajectories.max)),
      completions: v.exactOptional(whole(1, LIMITS.completions.max)),
      labels: v.exactOptional(v.picklist(['share', 'any'])),
      flips: v.exactOptional(v.pipe(finite, v.minValue(0), v.maxValue(0.5))),
    }),
  ),
  /** Scheme number → iteration at which it kept learning under an edited reward instead of restarting. */
  branches: v.array(v.strictObject({ scheme: whole(0, MAX_SCHEMES - 1), iteration: whole(0, LIMITS.iterations.max) })),
});

const viewSchema = v.strictObject({
  /** Trajectories of the batch on screen, and whose policy made it. */
  trajectories: whole(LIMITS.trajectories.min, LIMITS.trajectories.max),
  behaviour: v.variant('policy', [
    v.strictObject({ policy: v.literal('start') }),
    v.strictObject({
      policy: v.literal('scheme'),
      scheme: whole(0, MAX_SCHEMES - 1),
      iteration: whole(0, LIMITS.iterations.max),
    }),
  ]),
  selected: v.nullable(v.strictObject({ trajectory: whole(0, LIMITS.trajectories.max), step: whole(0, 100_000) })),
  scheme: whole(0, MAX_SCHEMES - 1),
  sort: v.picklist(['outcome', 'group']),
  wrongSigns: v.boolean(),
  /** Scheme that every panel and curve is shown as a difference from. */
  pinned: v.nullable(whole(0, MAX_SCHEMES - 1)),
});

export const specSchema = v.strictObject({
  v: v.literal(SPEC_VERSION),
  /** Preset and revision this experiment started from, `boat-race@1`. */
  base: v.pipe(v.string(), v.regex(/^[a-z0-9-]+@[1-9][0-9]*$/), v.maxLength(80)),
  title: text,
  scenario: v.strictObject({ id: identifier, params: stored }),
  schemes: v.pipe(v.array(schemeSchema), v.minLength(1), v.maxLength(MAX_SCHEMES)),
  training: trainingSchema,
  view: viewSchema,
});

export type ExperimentSpec = v.InferOutput<typeof specSchema>;
export type TrainingSpec = ExperimentSpec['training'];
export type ViewSpec = ExperimentSpec['view'];

/** How the gallery shows a preset. `field` names the state table that its picture shades, or the signal or metric that its bars are as long as and its dots as high. */
const cardSchema = v.strictObject({
  topics: v.pipe(v.array(v.picklist(TOPICS)), v.minLength(1)),
  picture: v.picklist(CARD_PICTURES),
  field: v.optional(text),
});

/** A preset: a spec with the question it answers, its knobs and the figure to watch. */
export const presetSchema = v.strictObject({
  id: identifier,
  revision: whole(1, 1000),
  question: v.pipe(v.string(), v.maxLength(300)),
  watch: v.pipe(v.string(), v.maxLength(300)),
  card: v.optional(cardSchema),
  /** The engine that the preset is made for; which one trains is up to its spec, and to the reader. */
  engine: v.optional(v.literal('webgpu')),
  /** Short names for values people turn: name → JSON Pointers into the spec that all take the value. */
  knobs: v.record(identifier, v.array(v.string())),
  spec: specSchema,
  /** More schemes under their reference names, for `lab run --scheme NAME`; same form as spec.schemes. */
  library: v.array(schemeSchema),
});

export type Preset = v.InferOutput<typeof presetSchema>;

export interface SpecProblem {
  /** JSON Pointer of the field, such as `/training/groupSize`. */
  readonly field: string;
  readonly message: string;
}

/** Checks an unknown value against the schema; on failure every problem names its field. */
export function readSpec(value: unknown): { spec: ExperimentSpec } | { problems: SpecProblem[] } {
  const result = v.safeParse(specSchema, value);
  if (result.success) return crossChecked(result.output);
  return {
    problems: result.issues.map((issue) => ({
      field: '/' + (issue.path ?? []).map((item) => String(item.key)).join('/'),
      message: issue.message,
    })),
  };
}

function crossChecked(spec: ExperimentSpec): { spec: ExperimentSpec } | { problems: SpecProblem[] } {
  const { trajectories, groupSize } = spec.training;
  const problems: SpecProblem[] = [];
  if (trajectories % groupSize !== 0) problems.push({ field: '/training/groupSize', message: groupSizeMessage(groupSize, trajectories) });
  if (spec.view.trajectories % groupSize !== 0) {
    problems.push({ field: '/view/trajectories', message: groupSizeMessage(groupSize, spec.view.trajectories) });
  }
  const { policy, critic } = spec.training;
  if (critic && policy.kind !== 'mlp' && policy.kind !== 'transformer') {
    problems.push({ field: '/training/critic', message: 'A critic network goes with a policy that is a network. Choose a neural network as the policy, or a table as the critic.' });
  }
  if (policy.kind === 'transformer' && policy.width % policy.heads !== 0) {
    problems.push({ field: '/training/policy/heads', message: `A width of ${policy.width} cannot be shared out among ${policy.heads} heads. Use a number of heads that divides it.` });
  }
  return problems.length > 0 ? { problems } : { spec };
}

/** The sentence for a group size that does not divide the batch, with the sizes that do. */
export function groupSizeMessage(groupSize: number, trajectories: number): string {
  const divisors = Array.from({ length: trajectories }, (_, i) => i + 1).filter((d) => trajectories % d === 0);
  const shown = divisors.length > 12 ? [...divisors.slice(0, 11), '…', trajectories] : divisors;
  return `A group size of ${groupSize} does not divide ${trajectories} trajectories. Sizes that do: ${shown.join(', ')}.`;
}
