import type { Engine, NetworkShape } from './engine';
import { mlpWork, type EngineWork } from './engine-work';

/** What an iteration's networks cost on an engine. */
export interface EngineTiming {
  /** Median of an iteration's rounds. */
  readonly milliseconds: number;
  /** Compute dispatches of an iteration; 0 where there is no GPU. */
  readonly dispatches: number;
  /** Read-backs of an iteration; 0 where nothing has to be asked. */
  readonly readBacks: number;
}

/** Browsers' clocks tick at 0.1 ms, some at 1 ms: rounds are timed in bunches that last at least as many milliseconds. */
const SHORTEST_SAMPLE = 2;

/**
 * Times work on an engine. Two unmeasured rounds come first: they compile, the second what the first left to the device. The third is
 * counted, and stays the only measurement where it takes longer than the whole budget. Never 0 milliseconds, however coarse the clock.
 */
export async function measureWork(engine: Engine, work: EngineWork, budgetMilliseconds: number): Promise<EngineTiming> {
  const running = await work.start(engine);
  const timed = async (rounds: number) => {
    const start = performance.now();
    for (let k = 0; k < rounds; k++) await running.round();
    return performance.now() - start;
  };
  try {
    await running.round();
    await running.round();
    const before = engine.use?.();
    const once = await timed(1);
    const after = engine.use?.();
    const counted = (count: 'dispatches' | 'readBacks') => work.rounds * ((after?.[count] ?? 0) - (before?.[count] ?? 0));
    const milliseconds = once >= Math.max(budgetMilliseconds, SHORTEST_SAMPLE) ? once : await median(timed, budgetMilliseconds);
    return { milliseconds: work.rounds * milliseconds, dispatches: counted('dispatches'), readBacks: counted('readBacks') };
  } finally {
    running.dispose();
  }
}

/** Median milliseconds of an update of networks of this very shape. */
export async function measureEngine(engine: Engine, shape: NetworkShape, rows: number, budgetMilliseconds: number): Promise<number> {
  return (await measureWork(engine, mlpWork(shape, rows), budgetMilliseconds)).milliseconds;
}

async function median(timed: (rounds: number) => Promise<number>, budgetMilliseconds: number): Promise<number> {
  const times: number[] = [];
  let rounds = 1;
  const end = performance.now() + budgetMilliseconds;
  do {
    const took = await timed(rounds);
    if (took < SHORTEST_SAMPLE) rounds *= 2;
    else times.push(took / rounds);
  } while (times.length === 0 || performance.now() < end);
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}
