import { describe, expect, it } from 'vitest';
import { DiagnosisSums, type EstimatorDiagnosis } from '../../../src/core/diagnostics/bias-variance';
import { TableBatch } from '../../../src/core/batch/table-batch';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { evaluatePolicy } from '../../../src/core/mdp/exact';
import { occupancy, policyGradient } from '../../../src/core/mdp/occupancy';
import { rollout } from '../../../src/core/mdp/rollout';
import { randomMdp, randomPolicy } from '../mdp/random-mdp';

const table = randomMdp(4);
const policy = randomPolicy(table, 4);
const { S, A } = table;
const exact = evaluatePolicy(table, policy.probability, table.metrics[table.truth]);
const visits = occupancy(table, policy.probability);
const gradient = policyGradient(table, policy.probability, exact, visits);
const truth = { S, A, rowState: table.rowState, rowAction: table.rowAction, advantage: exact.advantage, gradient, probability: policy.probability };

/** Diagnoses an estimator that is given as a function of the exact advantage, the place and a uniform number. */
function diagnose(estimate: (exact: number, t: number, s: number, a: number, u: number) => number, scaleFree = false, batches = 64): EstimatorDiagnosis {
  const sums = new DiagnosisSums(truth, scaleFree);
  const stream = mixSeed(9);
  for (let b = 0; b < batches; b++) {
    const played = rollout(table, policy.threshold, { nTraj: 32, groupSize: 8, seed: 6, learner: 0, iteration: b });
    const batch = new TableBatch(table, played);
    const target = batch.gatherExact(exact.advantage);
    const advantage = new Float64Array(target.length);
    for (let i = 0; i < 32; i++) {
      for (let t = 0; t < batch.length[i]; t++) {
        const k = i * batch.maxLen + t;
        const row = played.row[k];
        advantage[k] = estimate(target[k], t, table.rowState[row], table.rowAction[row], nextUniform(stream));
      }
    }
    sums.add(advantage, target, batch, played.row);
  }
  return sums.figures();
}

describe('bias and variance over fresh batches', () => {
  it('the exact advantage has neither, the right sign everywhere and an unbiased direction', () => {
    const figures = diagnose((x) => x);
    expect(figures.bias).toBeCloseTo(0, 12);
    expect(figures.variance).toBeCloseTo(0, 12);
    expect(figures).toMatchObject({ signAgreement: 1, nonzeroShare: 1 });
    expect(figures.cosineOfMean).toBeGreaterThan(0.99);
    expect(figures.cosine).toBeLessThan(figures.cosineOfMean);
  });

  it('an offset that is the same for all actions is no bias', () => {
    expect(diagnose((x, t, s) => x + 3 * t - s).bias).toBeCloseTo(0, 7);
  });

  it('a scale is a bias, except for estimators that are known up to a scale', () => {
    expect(diagnose((x) => 3 * x).bias).toBeGreaterThan(0.05);
    const free = diagnose((x) => 3 * x, true);
    expect(free.bias).toBeCloseTo(0, 7);
    expect(free.variance).toBeCloseTo(0, 10);
  });

  it('a bias of one action against the others is found, less its mean over the actions', () => {
    const size = 0.2;
    let squares = 0;
    let total = 0;
    for (let t = 0; t < table.horizon; t++) {
      for (let s = 0; s < S; s++) {
        const p = policy.probability[s * A];
        squares += visits.reach[t * S + s] * size * size * p * (1 - p);
        total += visits.reach[t * S + s];
      }
    }
    const figures = diagnose((x, _t, _s, a) => x + (a === 0 ? size : 0), false, 256);
    expect(Math.abs(figures.bias - Math.sqrt(squares / total))).toBeLessThan(4 * figures.biasError + 0.002);
  });

  it('noise is variance, not bias, and the standard errors cover the truth', () => {
    const width = 2;
    const figures = diagnose((x, _t, _s, _a, u) => x + width * (u - 0.5));
    expect(Math.abs(figures.variance - (width * width) / 12)).toBeLessThan(4 * figures.varianceError);
    expect(figures.varianceError).toBeLessThan(0.02);
    expect(figures.bias).toBeLessThan(0.05);
  });

  it('a batch without an update counts as a cosine of 0, and signs are judged among nonzero steps', () => {
    const silent = diagnose(() => 0);
    expect([silent.cosine, silent.nonzeroShare]).toEqual([0, 0]);
    const half = diagnose((x, t) => (t === 0 ? -x : 0));
    expect(half.signAgreement).toBe(0);
    expect(half.nonzeroShare).toBeGreaterThan(0.1);
    expect(half.nonzeroShare).toBeLessThan(0.9);
  });
});
