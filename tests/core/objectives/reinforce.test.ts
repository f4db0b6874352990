import { describe, expect, it } from 'vitest';
import reinforce from '../../../src/core/objectives/reinforce';
import { log, softmaxRow } from '../../../src/core/math/elementary';
import { mixSeed, nextUniform } from '../../../src/core/math/random';

const S = 4;
const A = 3;
const B = 5;
const steps = 17;

function randomBatch(seed: number) {
  const stream = mixSeed(seed);
  const logits = Float64Array.from({ length: S * A }, () => 4 * nextUniform(stream) - 2);
  // State 3 is never visited.
  const step = Array.from({ length: steps }, () => ({
    s: Math.floor(nextUniform(stream) * (S - 1)),
    a: Math.floor(nextUniform(stream) * A),
    advantage: 2 * nextUniform(stream) - 1,
  }));
  return { logits, step };
}

function aggregatesOf(step: readonly { s: number; a: number; advantage: number }[]) {
  const aggregates = { S, A, nTraj: B, positive: new Float64Array(S * A), negative: new Float64Array(S * A), count: new Float64Array(S * A) };
  for (const { s, a, advantage } of step) {
    aggregates[advantage > 0 ? 'positive' : 'negative'][s * A + a] += Math.abs(advantage);
    aggregates.count[s * A + a] += 1;
  }
  return aggregates;
}

function probabilities(logits: Float64Array): Float64Array {
  const probability = new Float64Array(S * A);
  for (let s = 0; s < S; s++) softmaxRow(logits, s * A, A, probability);
  return probability;
}

/** The loss as it is written, step by step, without aggregates. */
function stepwiseLoss(logits: Float64Array, step: readonly { s: number; a: number; advantage: number }[], beta: number): number {
  const p = probabilities(logits);
  let loss = 0;
  for (const { s, a, advantage } of step) {
    loss -= (advantage * log(p[s * A + a])) / B;
    for (let j = 0; j < A; j++) loss += (beta * p[s * A + j] * log(p[s * A + j])) / B;
  }
  return loss;
}

describe.each([0, 0.3])('REINFORCE with an entropy bonus of %s', (entropyBonus) => {
  it.each([1, 2, 3])('has the loss and the gradient of the step-by-step definition (batch %s)', (seed) => {
    const { logits, step } = randomBatch(seed);
    const probability = probabilities(logits);
    const out = new Float64Array(S * A).fill(NaN);
    const loss = reinforce.gradient(aggregatesOf(step), { logits, probability, behaviour: probability }, { entropyBonus }, out);
    expect(loss).toBeCloseTo(stepwiseLoss(logits, step, entropyBonus), 12);
    for (let k = 0; k < S * A; k++) {
      const at = (by: number) => stepwiseLoss(logits.map((x, j) => (j === k ? x + by : x)), step, entropyBonus);
      expect(out[k]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 8);
    }
    expect([...out.subarray(3 * A)]).toEqual([0, 0, 0]);
  });
});
