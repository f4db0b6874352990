import { describe, expect, it } from 'vitest';
import ppoClip from '../../../src/core/objectives/ppo-clip';
import reinforce from '../../../src/core/objectives/reinforce';
import { softmaxRow } from '../../../src/core/math/elementary';
import { mixSeed, nextUniform } from '../../../src/core/math/random';

const S = 3;
const A = 4;
const B = 6;

function softmax(logits: Float64Array): Float64Array {
  const probability = new Float64Array(S * A);
  for (let s = 0; s < S; s++) softmaxRow(logits, s * A, A, probability);
  return probability;
}

/** Steps taken under `behaviour`, the policy a little away from it. */
function randomUpdate(seed: number, distance: number) {
  const stream = mixSeed(31, seed);
  const u = () => 2 * nextUniform(stream) - 1;
  const old = Float64Array.from({ length: S * A }, u);
  const logits = old.map((z) => z + distance * u());
  const step = Array.from({ length: 20 }, () => ({ s: Math.floor(nextUniform(stream) * S), a: Math.floor(nextUniform(stream) * A), advantage: u() }));
  const aggregates = { S, A, nTraj: B, positive: new Float64Array(S * A), negative: new Float64Array(S * A), count: new Float64Array(S * A) };
  for (const { s, a, advantage } of step) {
    aggregates[advantage > 0 ? 'positive' : 'negative'][s * A + a] += Math.abs(advantage);
    aggregates.count[s * A + a] += 1;
  }
  return { logits, behaviour: softmax(old), step, aggregates };
}

describe('PPO clip', () => {
  it.each([1, 2, 3, 4])('has the loss and the gradient of the step-by-step definition, clipped or not (update %s)', (seed) => {
    const { logits, behaviour, step, aggregates } = randomUpdate(seed, 0.8);
    const clip = 0.2;
    const loss = (z: Float64Array) => {
      const p = softmax(z);
      return -step.reduce((sum, { s, a, advantage }) => {
        const ratio = p[s * A + a] / behaviour[s * A + a];
        return sum + Math.min(ratio * advantage, Math.min(Math.max(ratio, 1 - clip), 1 + clip) * advantage) / B;
      }, 0);
    };
    const probability = softmax(logits);
    const out = new Float64Array(S * A).fill(NaN);
    expect(ppoClip.gradient(aggregates, { logits, probability, behaviour }, { clip, epochs: 4 }, out)).toBeCloseTo(loss(logits), 12);
    const ratios = [...probability].map((p, k) => p / behaviour[k]);
    expect(ratios.some((ratio) => ratio > 1 + clip || ratio < 1 - clip)).toBe(true);
    for (let k = 0; k < S * A; k++) {
      const at = (by: number) => loss(logits.map((z, j) => (j === k ? z + by : z)));
      expect(out[k]).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 7);
    }
  });

  it('is REINFORCE in its first epoch', () => {
    const { logits, aggregates } = randomUpdate(5, 0);
    const probability = softmax(logits);
    const policy = { logits, probability, behaviour: probability };
    const [a, b] = [new Float64Array(S * A), new Float64Array(S * A)];
    ppoClip.gradient(aggregates, policy, { clip: 0.2, epochs: 4 }, a);
    reinforce.gradient(aggregates, policy, { entropyBonus: 0 }, b);
    a.forEach((x, k) => expect(x).toBeCloseTo(b[k], 14));
  });
});
