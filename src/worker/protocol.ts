/**
 * Messages between the page and the training worker: two unions, typed arrays transferred,
 * at most one unacknowledged frame.
 *
 * `configure` names the run that all later events carry. With `restart: 'all'` it begins a new run, paused; with a
 * list it keeps the learners of all other schemes and the run goes on as it was. Events of a run that is no longer
 * the newest are to be dropped.
 */
import type { LearnedColumns } from '../core/batch/learned-columns';
import type { EstimatorDiagnosis as SchemeDiagnosis } from '../core/diagnostics/bias-variance';
import type { CheckProgress, SchemeCheck } from '../core/diagnostics/scheme-check';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { EngineComparison } from '../engine/choose-engine';
import type { EngineName } from '../engine/engine';

export type { SchemeDiagnosis };

/** The first message down: where the site's files lie, as a URL that ends in a slash. */
export interface Open {
  readonly type: 'open';
  readonly root: string;
}

/** The answer to `open`: the worker's code has been read and it listens. */
export interface Opened {
  readonly type: 'opened';
}

/** A learner is one scheme trained under one seed; learner number = scheme · seeds + seed. */
export type Command =
  | { readonly type: 'configure'; readonly runId: number; readonly spec: ExperimentSpec; readonly restart: 'all' | readonly number[] }
  | { readonly type: 'run'; readonly runId: number; /** Iterations per second at most; 0 is as fast as possible. */ readonly speed: number }
  | { readonly type: 'pause'; readonly runId: number }
  | { readonly type: 'step'; readonly runId: number }
  | { readonly type: 'acknowledge'; readonly runId: number; readonly frame: number }
  /** Policy, side data and batch identity of a scheme's first seed at a past iteration; answered by `snapshot`. */
  | { readonly type: 'recall'; readonly runId: number; readonly request: number; readonly scheme: number; readonly iteration: number }
  /**
   * Bias and variance of every scheme, as it is in an iteration, over fresh batches under a policy; answered by `diagnosis`. A newer
   * request takes the place of an older one.
   */
  | {
      readonly type: 'diagnose';
      readonly runId: number;
      readonly request: number;
      readonly logits: Float64Array;
      readonly iteration: number;
      readonly batches: number;
    }
  | CheckCommand
  | EnginesCommand;

/**
 * Asks what is known of the engines for the networks in training; answered by `engines`. With `measure` every engine is measured first,
 * emulated adapters too, one at a time between slices of training; a newer request takes the place of an older one.
 */
export interface EnginesCommand {
  readonly type: 'engines';
  readonly request: number;
  readonly measure: boolean;
}

/** How long iterations of an experiment took on one engine, in the mean of the latest and for all learners together. */
export interface EngineProfile {
  readonly engine: FrameMessage['engine']['name'];
  /** Iterations seen. */
  readonly iterations: number;
  /** Milliseconds of an iteration. */
  readonly milliseconds: number;
  /** The same by stage. */
  readonly stages: Readonly<Record<Stage, number>>;
  /** What an iteration asks of the engine's device; null where there is none. */
  readonly device: Pick<DeviceUse, 'dispatches' | 'checkDispatches' | 'readBacks' | 'waited'> | null;
}

/** A comparison of engines on this device, with whether it lasts until the next visit. */
export interface KnownComparison extends EngineComparison {
  readonly isKept: boolean;
}

export interface EnginesEvent {
  readonly type: 'engines';
  readonly request: number;
  /** How many networks there are and on how many rows; null where nothing that is trained is a network. */
  readonly work: { readonly population: number; readonly rows: number } | null;
  /** What was measured on this device; null where nothing was. */
  readonly comparison: KnownComparison | null;
  /** Of every engine that this experiment ran on. */
  readonly profiles: readonly EngineProfile[];
  /** Of the engine in use, as it is now; null where everything is computed in TypeScript. */
  readonly device: DeviceUse | null;
  /** What is being measured; null when the answer is complete. */
  readonly progress: { readonly name: EngineName; readonly done: number; readonly of: number } | null;
}

export type CheckCommand =
  /**
   * Runs every check on some schemes of a spec, one after the other, whatever is being trained; answered by `checking` and, once for
   * each scheme, by `checked`. A newer request takes the place of an older one.
   */
  | {
      readonly type: 'check';
      readonly request: number;
      readonly spec: ExperimentSpec;
      readonly schemes: readonly number[];
      /** Iteration whose scheduled weights and thresholds are looked at. */
      readonly iteration: number;
    }
  | { readonly type: 'cancel-check'; readonly request: number };

export type CheckEvent =
  | { readonly type: 'checking'; readonly request: number; readonly scheme: number; readonly progress: CheckProgress }
  | { readonly type: 'checked'; readonly request: number; readonly scheme: number; readonly check: SchemeCheck | { readonly error: string } };

/** One row per learner and iteration. */
export const METRICS = [
  'success', // exact value of the true objective under the current policy
  'proxy', // mean return of the scheme's own reward in the batch
  'cosine', // batch update against the exact policy gradient, in logit space
  'wrongSign', // share of steps with |exact| > 1 % of its maximum whose sign differs
  'zeroGroups', // share of groups in which every advantage is zero
  'entropy', // mean policy entropy over visited states, nats
  'kl', // mean KL to the starting policy over visited states, nats
  'length', // mean trajectory length of the batch
  'loss',
  'heldOut', // as success, from the starts that no batch begins with; NaN where the table keeps none
  'imitation', // share of the update that imitates; NaN where the objective is no such balance
] as const;
export type Metric = (typeof METRICS)[number];

/** Where an iteration's time goes, in the order in which it goes there. */
export const STAGES = [
  'forward', // logits of all learners, waiting for the device included
  'rollout', // softmax, thresholds and trajectories
  'pricing', // terms, gate and shaping
  'estimator', // advantages, whitening and clipping
  'aggregation', // sums over (s, a)
  'objective', // loss and its derivative
  'figures', // what the curves show, exact values included
  'backward', // gradients of all learners, waiting for the device included
  'optimiser',
  'other',
] as const;
export type Stage = (typeof STAGES)[number];

/** Batches of training that the GPU's rollout kernel has played again. */
export interface RolloutCheckResult {
  readonly checks: number;
  readonly steps: number;
  /** Steps at which the kernel differs from TypeScript. */
  readonly differing: number;
}

/** Batches of training whose rewards, advantages and S × A sums the GPU's kernels have computed again. */
export interface SignalCheckResult {
  readonly checks: number;
  readonly steps: number;
  /** The largest distances from TypeScript, each as a share of the largest number of its kind. */
  readonly reward: number;
  readonly advantage: number;
  readonly sums: number;
  /** The scheme of the last batch that was left out, by number, and why it was, in a sentence; null where none was. */
  readonly unchecked: { readonly scheme: number; readonly reason: string } | null;
}

/** What a network engine holds on its device, and what it waited for. */
export interface DeviceUse {
  readonly adapter: string;
  readonly isEmulated: boolean;
  readonly tensors: number;
  /** Bytes of tensors on the device. */
  readonly bytes: number;
  /** Bytes of buffers that the device holds, those in its pool included; null where it has no pool. */
  readonly pool: number | null;
  /** Read-backs since the engine started, and the milliseconds that they were waited for, work on the device included. */
  readonly readBacks: number;
  readonly waited: number;
  /** Compute dispatches since then: of training, and of checks such as the rollout kernel's. 0 where there is no GPU. */
  readonly dispatches: number;
  readonly checkDispatches: number;
  /** Null where there is no such kernel, and before the first check. */
  readonly rollout: RolloutCheckResult | null;
  /** The same for what comes after the rollout. */
  readonly signals: SignalCheckResult | null;
}

export interface FrameMessage {
  readonly type: 'frame';
  readonly runId: number;
  readonly frame: number;
  /** Iterations covered: [from, to), the same for every learner that runs. */
  readonly from: number;
  readonly to: number;
  readonly learners: Int32Array;
  /** [learners × (to − from) × METRICS.length], row-major; NaN where a figure was not computed. */
  readonly metrics: Float64Array;
  readonly envStepsPerSecond: number;
  /** Mean duration of the iterations covered, all learners together. */
  readonly iterationMilliseconds: number;
  readonly engine: { readonly name: 'tabular' | 'ts' | 'wasm' | 'webgpu'; readonly words: string };
}

/** What is needed to show a scheme's batch at an iteration exactly as the learner saw it. */
export interface Snapshot {
  readonly scheme: number;
  readonly seed: number;
  readonly iteration: number;
  /** [S·A] logits of the policy that makes the batch of this iteration. */
  readonly logits: Float64Array;
  /** [S] learned critic before this iteration's update, per scheme that has one. */
  readonly critic: Float64Array | null;
  readonly rewardState: readonly unknown[];
  readonly estimatorState: unknown;
  /** What models learned of each table row, as this learner sees it; null when no scheme reads such a column. */
  readonly learned: LearnedColumns | null;
}

/** What the page shows of a reward model's fit. */
export interface RewardModelReport {
  readonly engine: FrameMessage['engine'];
  /** The device in words, as the engine calls it. */
  readonly adapter: string;
  readonly milliseconds: number;
  /** Compute dispatches of one pass over all pairs of all people; 0 where there is no GPU. */
  readonly dispatches: number;
  /** Networks that were fitted side by side: every member of every person's ensemble, and one more for each that has two or more. */
  readonly networks: number;
  /** People whose labels were fitted: one, or one for each seed. */
  readonly people: number;
  /** [epochs] Bradley–Terry loss on the labels of the first person, averaged over members. */
  readonly loss: Float64Array;
  /** [people] share of held-out pairs that a model orders as its person does. */
  readonly heldOut: Float64Array;
  /** [nTraj] of the first person's trajectories: what the person wants of them, what the model says, and the spread between members. */
  readonly utility: Float64Array;
  readonly learned: Float64Array;
  readonly spread: Float64Array;
}

/** How far the fit of the reward model is, and its report once it is done. */
export interface RewardModelMessage {
  readonly type: 'reward-model';
  readonly runId: number;
  readonly share: number;
  readonly report: RewardModelReport | null;
}

export type Event =
  | FrameMessage
  | RewardModelMessage
  | { readonly type: 'ready'; readonly runId: number; readonly engine: FrameMessage['engine'] }
  | { readonly type: 'snapshot'; readonly runId: number; readonly request: number; readonly snapshot: Snapshot }
  | {
      readonly type: 'diagnosis';
      readonly runId: number;
      readonly request: number;
      readonly batches: number;
      /** By scheme number; all NaN for a scheme that cannot be priced. */
      readonly figures: readonly SchemeDiagnosis[];
    }
  | { readonly type: 'finished'; readonly runId: number }
  | { readonly type: 'notice'; readonly runId: number; readonly code: NoticeCode; readonly message: string }
  | { readonly type: 'failed'; readonly runId: number; readonly code: FailureCode; readonly message: string; readonly scheme?: number }
  /** Answers about a spec of their own, and about engines: they belong to no run. */
  | CheckEvent
  | EnginesEvent;

export type NoticeCode = 'engine-fallback' | 'device-lost' | 'parameter-clamped';
export type FailureCode = 'non-finite' | 'missing-column' | 'unknown-plugin' | 'unreadable-spec' | 'internal';
