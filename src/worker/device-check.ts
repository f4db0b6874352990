import type { Aggregates } from '../core/contracts/objective';
import type { Table } from '../core/contracts/scenario';
import type { Rollout, RolloutOptions } from '../core/mdp/rollout';
import type { PricedBatch } from '../core/scheme/price-batch';
import type { Engine, RolloutComparison } from '../engine/engine';
import type { PricedSignals, SignalKernels } from '../engine/signal-comparison';
import type { RolloutCheckResult, SignalCheckResult } from './protocol';

/** A batch as TypeScript played it, and from what. */
export interface PlayedBatch {
  readonly threshold: Uint32Array;
  readonly options: RolloutOptions;
  readonly rollout: Rollout;
}

/** A batch of training as TypeScript made it, kept for the kernels. */
interface Taken {
  readonly played: PlayedBatch | null;
  readonly signals: PricedSignals | null;
}

interface Kernels {
  readonly on: Engine;
  readonly rollout: RolloutComparison;
  readonly signals: SignalKernels;
}

const NONE: SignalCheckResult = { checks: 0, steps: 0, reward: 0, advantage: 0, sums: 0, unchecked: null };

/**
 * Makes batches of training again by the GPU's kernels: rollouts, which are the same rows as long as both follow the same integer
 * thresholds, and rewards, advantages and S × A sums, which are the same to single precision. TypeScript's are what trains.
 */
export class DeviceCheck {
  #made: Kernels | null = null;
  #taken: Taken | null = null;
  #rollout: RolloutCheckResult = { checks: 0, steps: 0, differing: 0 };
  #signals: SignalCheckResult = NONE;

  constructor(private readonly table: Table) {}

  /** Null before the first check. */
  get rollout(): RolloutCheckResult | null {
    return this.#rollout.checks > 0 ? this.#rollout : null;
  }

  /** Null before the first check. */
  get signals(): SignalCheckResult | null {
    return this.#signals.checks > 0 || this.#signals.unchecked !== null ? this.#signals : null;
  }

  /** Has the kernels ready, on engines that have them. A device that is lost meanwhile is the networks' business. */
  async prepare(engine: Engine): Promise<void> {
    if (!engine.createRollout || !engine.createSignals || this.#made?.on === engine) return;
    try {
      this.#made = { on: engine, rollout: await engine.createRollout(this.table), signals: await engine.createSignals(this.table) };
    } catch {
      this.#made = null;
    }
  }

  /** Copies what is to be compared of a scheme's batch, before the next one takes its arrays. */
  take(scheme: number, played: PlayedBatch | null, priced: PricedBatch, aggregates: Aggregates): void {
    if (!this.#made) return;
    const signals = this.#made.signals.take(priced, aggregates);
    this.#taken = {
      played: played && { threshold: played.threshold.slice(), options: played.options, rollout: copied(played.rollout) },
      signals: typeof signals === 'string' ? null : signals,
    };
    const { unchecked } = this.#signals;
    if (typeof signals === 'string') this.#signals = { ...this.#signals, unchecked: { scheme, reason: signals } };
    else if (unchecked?.scheme === scheme) this.#signals = { ...this.#signals, unchecked: null };
  }

  /** Compares what was taken; nothing where the device is lost meanwhile. */
  async compare(): Promise<void> {
    const { rollout, signals } = this.#made ?? {};
    const taken = this.#taken;
    this.#taken = null;
    if (!taken || !rollout || !signals) return;
    try {
      if (taken.played) {
        const { checks, steps, differing } = this.#rollout;
        const seen = await rollout.compare(taken.played.threshold, taken.played.options, taken.played.rollout);
        this.#rollout = { checks: checks + 1, steps: steps + seen.steps, differing: differing + seen.differing };
      }
      if (taken.signals) {
        const seen = await signals.compare(taken.signals);
        const { checks, steps, reward, advantage, sums, unchecked } = this.#signals;
        this.#signals = {
          checks: checks + 1,
          steps: steps + seen.steps,
          reward: worse(reward, seen.reward),
          advantage: worse(advantage, seen.advantage),
          sums: worse(sums, seen.sums),
          unchecked,
        };
      }
    } catch {
      this.#made = null;
    }
  }
}

/** The larger distance; one that is no number is the worst. */
const worse = (a: number, b: number) => (a >= b ? a : Number.isNaN(b) ? Infinity : b);

function copied({ row, length, terminated, start, ...rest }: Rollout): Rollout {
  return { ...rest, row: row.slice(), length: length.slice(), terminated: terminated.slice(), start: start.slice() };
}
