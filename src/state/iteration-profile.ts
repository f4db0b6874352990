/** Where training's time goes, smoothed over the last second or so of frames. */
import type { DeviceUse, FrameMessage, Stage } from '../worker/protocol';

export type { Stage };

/** What a frame says of the time that it took. */
export type FrameTiming = Pick<FrameMessage, 'stages' | 'from' | 'to' | 'iterationMilliseconds' | 'device'>;

export interface IterationProfile {
  /** Milliseconds of an iteration, all learners together. */
  readonly milliseconds: number;
  /** The same by stage, in the order in which they come. */
  readonly stages: readonly { readonly stage: Stage; readonly milliseconds: number }[];
  /** Of the engine's device, with what an iteration asks of it; null where everything is TypeScript. */
  readonly device: (DeviceUse & { readonly perIteration: DeviceWork | null }) | null;
}

/** What an iteration asks of a device, in the mean since the first frame of its engine; null before the second. */
export interface DeviceWork {
  readonly readBacks: number;
  /** Milliseconds waited for them. */
  readonly waited: number;
  readonly dispatches: number;
  readonly checkDispatches: number;
}

/** Training milliseconds after which what was seen before counts half. */
const HALF_LIFE = 500;

export class ProfileMeter {
  #to = 0;
  #weight = 0;
  #milliseconds = 0;
  #stages = new Map<Stage, number>();
  #first: { readonly iteration: number; readonly device: DeviceUse } | null = null;

  /** Takes a frame in, forgetting all before where a run has started over, and returns the profile as it is now. */
  note({ stages, from, to, iterationMilliseconds, device }: FrameTiming): IterationProfile {
    const count = to - from;
    if (from < this.#to) this.#restart();
    this.#to = to;
    const keep = 0.5 ** ((count * iterationMilliseconds) / HALF_LIFE);
    this.#weight = this.#weight * keep + count;
    this.#milliseconds = this.#milliseconds * keep + count * iterationMilliseconds;
    for (const [stage, milliseconds] of Object.entries(stages) as [Stage, number][]) {
      this.#stages.set(stage, (this.#stages.get(stage) ?? 0) * keep + count * milliseconds);
    }
    return {
      milliseconds: this.#milliseconds / this.#weight,
      stages: [...this.#stages].map(([stage, sum]) => ({ stage, milliseconds: sum / this.#weight })),
      device: device && { ...device, perIteration: this.#perIteration(device, to) },
    };
  }

  #restart(): void {
    this.#weight = 0;
    this.#milliseconds = 0;
    this.#stages = new Map();
    this.#first = null;
  }

  /** Counts of the device run on: what an iteration adds is the difference to the first frame of this engine. */
  #perIteration(device: DeviceUse, to: number): DeviceWork | null {
    const isNew = !this.#first || this.#first.device.adapter !== device.adapter || this.#first.device.readBacks > device.readBacks || to < this.#first.iteration;
    if (isNew) this.#first = { iteration: to, device };
    const { iteration, device: before } = this.#first!;
    if (to === iteration) return null;
    const rate = (count: 'readBacks' | 'waited' | 'dispatches' | 'checkDispatches') => (device[count] - before[count]) / (to - iteration);
    return { readBacks: rate('readBacks'), waited: rate('waited'), dispatches: rate('dispatches'), checkDispatches: rate('checkDispatches') };
  }
}
