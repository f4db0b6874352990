import { describe, expect, it } from 'vitest';
import { groupLayout } from '../../../src/core/contracts/columns';
import { batchFigures, isWrongSign } from '../../../src/core/diagnostics/batch-figures';
import { hackingGap } from '../../../src/core/diagnostics/hacking-gap';
import { directionCosine, updateDirection } from '../../../src/core/diagnostics/update-direction';

const frame = { nTraj: 2, maxLen: 3, length: Int32Array.of(3, 2) };
const exact = Float64Array.of(1, -0.5, 0.005, -1, 0.2, 99);

describe('figures of one batch', () => {
  it('count wrong signs only where the exact advantage exceeds 1 % of its maximum', () => {
    // The third step has |A| = 0.005 < 0.01, the last cell is padding: 4 steps are judged, two are wrong.
    const figures = batchFigures(Float64Array.of(-1, -1, -1, 1, 0, -99), exact, frame, groupLayout([0, 1]));
    expect(figures.judged).toBe(4);
    expect(figures.wrongSign).toBe(2 / 4);
    expect(figures.nonzero).toBe(3 / 4);
    expect(isWrongSign(-1, 0.005, 1)).toBe(false);
    expect(isWrongSign(-1, 0.02, 1)).toBe(true);
    expect(isWrongSign(0, 0.02, 1)).toBe(false);
  });

  it('call a group silent only when every step of all members is zero', () => {
    const layout = groupLayout([7, 7]);
    expect(batchFigures(new Float64Array(6), exact, frame, layout).zeroGroups).toBe(1);
    expect(batchFigures(Float64Array.of(0, 0, 0, 0, 1e-9, 0), exact, frame, layout).zeroGroups).toBe(0);
    expect(batchFigures(Float64Array.of(0, 0, 0, 0, 1e-9, 0), exact, frame, groupLayout([0, 1])).zeroGroups).toBe(0.5);
    // Padding is not read: a number there leaves the group silent.
    expect(batchFigures(Float64Array.of(0, 0, 0, 0, 0, 5), exact, frame, layout).zeroGroups).toBe(1);
  });

  it('have no error when the estimate is the exact advantage at another scale', () => {
    const scaled = exact.map((x, k) => (k === 5 ? 0 : 7 * x));
    expect(batchFigures(scaled, exact, frame, groupLayout([0, 0])).error).toBeLessThan(1e-12);
    const offset = batchFigures(Float64Array.of(1, 1, 1, 1, 1, 0), exact, frame, groupLayout([0, 0])).error;
    // Least squares by hand: c = Σ A / 5 = −0.059, error² = Σ (A − c)² / 5.
    const c = (1 - 0.5 + 0.005 - 1 + 0.2) / 5;
    const expected = Math.sqrt([1, -0.5, 0.005, -1, 0.2].reduce((sum, a) => sum + (a - c) ** 2, 0) / 5);
    expect(offset).toBeCloseTo(expected, 12);
  });
});

describe('the direction of an update', () => {
  const table = { A: 2, rowState: Uint32Array.of(0, 0, 1), rowAction: Uint32Array.of(0, 1, 1) };
  const probability = Float64Array.of(0.25, 0.75, 0.5, 0.5);

  it('is the summed score function, by finite differences of the surrogate', () => {
    const row = Uint32Array.of(0, 1, 2, 2, 1, 0);
    const advantage = Float64Array.of(0.3, -1.2, 2, -0.7, 0.4, 1e6);
    const visits = { ...frame, row };
    const direction = updateDirection(advantage, visits, table, probability, new Float64Array(4));
    const surrogate = (logits: number[]) => {
      let total = 0;
      for (let i = 0; i < 2; i++) {
        for (let t = 0; t < frame.length[i]; t++) {
          const r = row[i * 3 + t];
          const s = table.rowState[r];
          const norm = Math.log(Math.exp(logits[2 * s]) + Math.exp(logits[2 * s + 1]));
          total += advantage[i * 3 + t] * (logits[2 * s + table.rowAction[r]] - norm);
        }
      }
      return total / 2;
    };
    const logits = [Math.log(0.25), Math.log(0.75), 0, 0];
    const h = 1e-5;
    for (let k = 0; k < 4; k++) {
      const at = (d: number) => surrogate(logits.map((x, j) => (j === k ? x + d : x)));
      expect(direction[k]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 8);
    }
  });

  it('has no cosine when it is zero', () => {
    expect(directionCosine(new Float64Array(2), Float64Array.of(1, 2))).toBeNaN();
    expect(directionCosine(Float64Array.of(2, 0), Float64Array.of(1, 1))).toBeCloseTo(Math.SQRT1_2, 15);
  });
});

describe('the hacking gap', () => {
  it('is the proxy share minus the true share', () => {
    expect(hackingGap({ current: 9, start: 1, best: 11 }, { current: 0.2, start: 0.4, best: 0.9 })).toBeCloseTo(0.8 + 0.4, 12);
  });
  it('is not there when nothing can improve', () => {
    expect(hackingGap({ current: 1, start: 1, best: 1 }, { current: 0.2, start: 0.4, best: 0.9 })).toBeNull();
  });
});
