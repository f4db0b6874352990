/** Where the time of iterations goes, by the engine that they ran on, so that runs of one experiment stand side by side. */
import type { ExperimentSpec } from '../core/experiment/spec';
import { ENGINE_NAMES } from '../engine/engine';
import type { IterationReport } from './iteration-report';
import { STAGES, type DeviceUse, type EngineProfile, type FrameMessage } from './protocol';

type EngineId = FrameMessage['engine']['name'];

/** Training milliseconds after which what was seen before counts half. */
const HALF_LIFE = 500;

const ORDER: readonly EngineId[] = ['tabular', ...ENGINE_NAMES];

const COUNTS = ['dispatches', 'checkDispatches', 'readBacks', 'waited'] as const;

/** Sums over iterations, the older ones fading. */
interface Sums {
  /** Iterations in all, none fading. */
  iterations: number;
  weight: number;
  milliseconds: number;
  readonly stages: Float64Array;
  /** Iterations whose device was the same at their end, and what it did in them. */
  counted: number;
  readonly counts: Float64Array;
}

export class EngineProfiles {
  #of = '';
  #sums = new Map<EngineId, Sums>();

  /** A run of this spec begins: profiles of another experiment are forgotten, those of the same one on other engines stay. */
  begin(spec: ExperimentSpec): void {
    const of = comparable(spec);
    if (of === this.#of) return;
    this.#of = of;
    this.#sums = new Map();
  }

  /** Takes an iteration in, with what the engine held before and after it. An engine's first one, which compiles, counts until there is a second. */
  note(engine: EngineId, { milliseconds, stages }: Pick<IterationReport, 'milliseconds' | 'stages'>, before: DeviceUse | null, after: DeviceUse | null): void {
    const seen = this.#sums.get(engine)?.iterations ?? 0;
    const sums = seen > 1 ? this.#sums.get(engine)! : empty(seen);
    this.#sums.set(engine, sums);
    const keep = 0.5 ** (milliseconds / HALF_LIFE);
    const fade = (old: number, more: number) => old * keep + more;
    sums.iterations += 1;
    sums.weight = fade(sums.weight, 1);
    sums.milliseconds = fade(sums.milliseconds, milliseconds);
    for (let k = 0; k < sums.stages.length; k++) sums.stages[k] = fade(sums.stages[k], stages[k]);
    // A device that was replaced meanwhile has begun to count anew.
    const isSame = before !== null && after !== null && COUNTS.every((count) => after[count] >= before[count]);
    if (!isSame) return;
    sums.counted = fade(sums.counted, 1);
    COUNTS.forEach((count, k) => (sums.counts[k] = fade(sums.counts[k], after[count] - before[count])));
  }

  /** Of every engine that this experiment ran on, in a fixed order. */
  all(): EngineProfile[] {
    return [...this.#sums].sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b)).map(([engine, { iterations, weight, milliseconds, stages, counted, counts }]) => ({
      engine,
      iterations,
      milliseconds: milliseconds / weight,
      stages: Object.fromEntries(STAGES.map((stage, k) => [stage, stages[k] / weight])) as EngineProfile['stages'],
      device: counted > 0 ? (Object.fromEntries(COUNTS.map((count, k) => [count, counts[k] / counted])) as unknown as EngineProfile['device']) : null,
    }));
  }
}

function empty(iterations: number): Sums {
  return { iterations, weight: 0, milliseconds: 0, stages: new Float64Array(STAGES.length), counted: 0, counts: new Float64Array(COUNTS.length) };
}

/** What two runs have in common whose times may be compared: everything but the engine, and what no iteration's time depends on. */
function comparable({ scenario, schemes, training }: ExperimentSpec): string {
  return JSON.stringify([scenario, schemes.map(({ muted }) => muted), { ...training, engine: '', iterations: 0, learningRate: 0, branches: [] }]);
}
