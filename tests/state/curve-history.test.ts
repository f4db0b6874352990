import { describe, expect, test } from 'vitest';
import { CurveHistory } from '../../src/state/curve-history';
import { METRICS, type FrameMessage } from '../../src/worker/protocol';

const SEEDS = 3;

/** A frame whose figures tell scheme, seed, iteration and `mark` apart. */
function frame(learners: readonly number[], from: number, to: number, mark = 0): FrameMessage {
  const metrics = learners.flatMap((learner) =>
    Array.from({ length: to - from }, (_, j) => METRICS.map((_, m) => (m === 3 && learner === 1 ? Number.NaN : Math.sin(learner * 7 + (from + j) * 3 + m + mark)))).flat(),
  );
  return { type: 'frame', runId: 1, frame: 1, from, to, learners: Int32Array.from(learners), metrics: Float64Array.from(metrics), envStepsPerSecond: 0, iterationMilliseconds: 0, engine: { name: 'tabular', words: '' } };
}

/** The band again, from the curves of the single seeds. */
function bandByHand(history: CurveHistory, scheme: number, metric: (typeof METRICS)[number]) {
  const curves = history.bySeed(scheme, metric);
  const at = (j: number) => curves.map((curve) => curve[j]!).filter((x) => !Number.isNaN(x));
  const each = (of: (values: number[]) => number) => Array.from({ length: history.length(scheme) }, (_, j) => (at(j).length > 0 ? of(at(j)) : Number.NaN));
  return { mean: each((x) => x.reduce((a, b) => a + b) / x.length), low: each((x) => Math.min(...x)), high: each((x) => Math.max(...x)) };
}

function expectBands(history: CurveHistory): void {
  for (const scheme of [0, 1]) {
    for (const metric of METRICS) {
      const { mean, low, high } = history.band(scheme, metric);
      const hand = bandByHand(history, scheme, metric);
      expect([[...low], [...high]]).toEqual([hand.low, hand.high]);
      expect(mean.length).toBe(hand.mean.length);
      mean.forEach((x, j) => (Number.isNaN(hand.mean[j]) ? expect(x).toBeNaN() : expect(x).toBeCloseTo(hand.mean[j]!, 14)));
    }
  }
}

describe('bands over seeds', () => {
  test('are those of the curves after every frame, whatever was asked before', () => {
    const history = new CurveHistory(METRICS, SEEDS);
    const all = [0, 1, 2, 3, 4, 5];
    for (const [from, to] of [[0, 1], [1, 40], [40, 300]] as const) {
      history.add(frame(all, from, to));
      expectBands(history);
    }
    // Seeds of one scheme that arrive one after the other, and a frame that writes over an iteration.
    history.add(frame([3], 300, 310));
    expectBands(history);
    history.add(frame([4, 5], 300, 310));
    history.add(frame([0, 1, 2], 305, 306));
    expectBands(history);
    history.add(frame([1], 20, 22, 5));
    expectBands(history);
  });

  test('start over with their scheme, and the ghost keeps the old curve', () => {
    const history = new CurveHistory(METRICS, SEEDS);
    history.add(frame([0, 1, 2, 3, 4, 5], 0, 30));
    const before = [...history.band(0, 'success').mean];
    history.restart(0);
    expect(history.band(0, 'success').mean).toHaveLength(0);
    history.add(frame([0, 1, 2], 0, 50, 9));
    expectBands(history);
    expect(history.ghosts(0).map((curve) => [...curve])).toEqual([before]);
    history.restart(0, 10);
    expectBands(history);
    history.forget();
    expectBands(history);
  });
});
