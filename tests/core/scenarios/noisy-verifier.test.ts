import { describe, expect, it } from 'vitest';
import { cosine } from '../../../src/core/math/statistics';
import { rewardGradient } from '../../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import noisyVerifier from '../../../src/core/scenarios/noisy-verifier';
import { exactMetrics, settings } from './reference-policy';

/** Logits that the reference drew for its exact gradients, to six decimals. */
const LOGITS = Float64Array.from([
  0.12573, -0.132105, 0.640423, 0.1049, -0.535669, 0.361595, 1.304, 0.947081, -0.703735, -1.265421, -0.623274, 0.041326, -2.325031, -0.218792,
  -1.245911, -0.732267, -0.544259, -0.3163, 0.411631, 1.042513, -0.128535, 1.366463, -0.665195, 0.35151, 0.90347, 0.094012, -0.743499,
  -0.921725, -0.457726, 0.220195, -1.009618, -0.209176, -0.159225, 0.540846, 0.214659, 0.355373, -0.653829, -0.129614, 0.783975, 1.493431,
]);

/** Exact gradients of the verdict, the corrected verdict, the forward weights and the truth. */
function gradients(falsePositive: number, falseNegative: number, fooled: number | null = null) {
  const table = noisyVerifier.table(settings(noisyVerifier, { falsePositive, falseNegative, fooled }));
  const { probability } = softmaxPolicy(LOGITS, table.S, table.A);
  const gradient = (pay: (verdict: number) => number) => rewardGradient(table, probability, table.signals['verdict'].map(pay));
  return {
    clean: rewardGradient(table, probability, table.metrics['correct']),
    noisy: gradient((v) => v),
    backward: gradient((v) => (v - falsePositive) / (1 - falsePositive - falseNegative)),
    forward: gradient((v) => (v > 0 ? falseNegative : falseNegative - 1)),
  };
}
const size = (x: Float64Array) => Math.sqrt(x.reduce((sum, y) => sum + y * y, 0));

describe('verifier that errs', () => {
  it('has four prompts, one right answer of eight each', () => {
    const table = noisyVerifier.table(settings(noisyVerifier));
    expect([table.S, table.A, table.horizon]).toEqual([5, 8, 1]);
    const metrics = exactMetrics(table);
    expect([metrics['correct'], metrics['hack']]).toEqual([1 / 8, 1 / 8]);
    expect(metrics['accepted']).toBeCloseTo(0.7 / 8 + (0.3 * 7) / 8, 12);
    const right = [0, 1, 2, 3].map((x) => [...Array(8).keys()].find((a) => table.metrics['correct'][table.rowStart[x * 8 + a]] === 1));
    const hack = [0, 1, 2, 3].map((x) => [...Array(8).keys()].find((a) => table.metrics['hack'][table.rowStart[x * 8 + a]] === 1));
    expect([right, hack]).toEqual([[1, 4, 7, 2], [4, 7, 2, 5]]);
  });

  it.each([
    [0.1, 0.2], [0.3, 0.3], [0.1, 0.4], [0.4, 0.1],
  ])('shrinks the gradient to 1 − ρ₀ − ρ₁ and leaves its direction at (%f, %f)', (fp, fn) => {
    const { clean, noisy, backward, forward } = gradients(fp, fn);
    for (const [gradient, scale] of [[noisy, 1 - fp - fn], [backward, 1], [forward, 1 - fp - fn]] as const) {
      expect(cosine(gradient, clean)!).toBeCloseTo(1, 12);
      expect(size(gradient) / size(clean)).toBeCloseTo(scale, 10);
    }
  });

  it('turns the gradient round when it errs more often than not, which the correction undoes', () => {
    const { clean, noisy, backward } = gradients(0.6, 0.6);
    expect(cosine(noisy, clean)!).toBeCloseTo(-1, 12);
    expect(cosine(backward, clean)!).toBeCloseTo(1, 12);
  });

  it('misleads all corrections alike when one wrong answer fools it', () => {
    const { clean, ...others } = gradients(0.1, 0.2, 0.9);
    for (const gradient of Object.values(others)) expect(cosine(gradient, clean)!).toBeCloseTo(0.475, 3);
  });
});
