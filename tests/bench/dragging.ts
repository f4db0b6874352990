/** A slider that is dragged while everything trains: the experiment, and what runs in the page. Shared by bench and test. */
import type { ExperimentSpec } from '../../src/core/experiment/spec';

export interface Seen {
  readonly measures: Readonly<Record<string, readonly number[]>>;
  /** What each `what-if` said about itself. */
  readonly details: readonly string[];
  readonly longTasks: readonly number[];
  readonly eventTimes: readonly number[];
}

/** The size that the budgets name: 4 schemes × 1,024 trajectories × 64 steps on screen, and learners that do not finish meanwhile. */
function experiment(spec: ExperimentSpec): ExperimentSpec {
  return {
    ...spec,
    scenario: { ...spec.scenario, params: { ...spec.scenario.params, horizon: 64 } },
    training: { ...spec.training, iterations: 5000, seeds: { first: 0, count: 8 } },
    view: { ...spec.view, trajectories: 1024 },
  };
}

/** From here on measures and long tasks are kept for `seen`. Runs in the page. */
function observe(): void {
  const longTasks: number[] = [];
  const eventTimes: number[] = [];
  const details: string[] = [];
  const measures: Record<string, number[]> = { 'what-if': [], iteration: [], frame: [] };
  const observers = [
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration))),
    new PerformanceObserver((list) => eventTimes.push(...list.getEntries().map((entry) => entry.duration))),
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        measures[entry.name]?.push(entry.duration);
        if (entry.name === 'what-if') details.push(JSON.stringify((entry as PerformanceMeasure).detail));
      }
    }),
  ];
  observers[0]!.observe({ type: 'longtask' });
  observers[1]!.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  observers[2]!.observe({ type: 'measure' });
  Object.assign(globalThis, { seen: { measures, details, longTasks, eventTimes } });
}

/** Moves a slider back and forth by its own steps, one input event an animation frame, and releases it. Runs in the page. */
async function drag(element: Node, moves: number): Promise<void> {
  const slider = element as HTMLInputElement;
  for (let k = 0; k < moves; k++) {
    if (k % 40 < 20) slider.stepUp();
    else slider.stepDown();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
  }
  slider.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Runs in the page. */
function seen(): Seen {
  return (globalThis as unknown as { seen: Seen }).seen;
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const dragging = { experiment, observe, drag, seen, quantile };
