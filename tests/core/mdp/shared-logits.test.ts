import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/core/contracts/scenario';
import { directionCosine, updateDirection } from '../../../src/core/diagnostics/update-direction';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { occupancy, policyGradient } from '../../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';
import { spreadShared } from '../../../src/core/mdp/shared-logits';
import { randomMdp, randomPolicy } from './random-mdp';

/** States 1, 3 and 4 of seven cannot be told apart. */
const SHARED = Uint32Array.of(0, 1, 2, 1, 1, 5, 6);
const own = randomMdp(4);
const shared: Table = { ...own, logitRow: SHARED };
const logits = randomPolicy(own, 4).logProbability.slice();
spreadShared(shared, logits);

const J = (theta: Float64Array) => {
  const { probability } = softmaxPolicy(theta, own.S, own.A);
  return startValue(own, evaluatePolicy(own, probability, own.metrics['success']).value);
};
const gradientOf = (table: Table) => {
  const { probability } = softmaxPolicy(logits, table.S, table.A);
  return policyGradient(table, probability, evaluatePolicy(table, probability, table.metrics['success']), occupancy(table, probability));
};

describe('states that share a row of logits', () => {
  it('have the derivative of the shared logit at the first of them, as finite differences say', () => {
    const gradient = gradientOf(shared);
    const h = 1e-5;
    for (let k = 0; k < gradient.length; k++) {
      const at = (shift: number) => {
        const theta = logits.slice();
        theta[k] += shift;
        spreadShared(shared, theta);
        return J(theta);
      };
      expect(Math.abs(gradient[k] - (at(h) - at(-h)) / (2 * h))).toBeLessThan(1e-9);
    }
    expect(gradient.slice(3 * own.A, 5 * own.A).every((x) => x === 0)).toBe(true);
    expect(directionCosine(gradient, gradientOf(own))).toBeLessThan(0.999);
  });

  it('add their updates up in the direction of a batch', () => {
    const { probability, threshold } = softmaxPolicy(logits, own.S, own.A);
    const batch = rollout(own, threshold, { nTraj: 64, groupSize: 8, seed: 0, learner: 0, iteration: 0 });
    const advantage = Float64Array.from(batch.row, (_, k) => ((k * 37) % 11) - 5);
    const direction = (table: Table) => updateDirection(advantage, batch, table, probability, new Float64Array(own.S * own.A));
    const [apart, together] = [direction(own), direction(shared)];
    for (let a = 0; a < own.A; a++) {
      const sum = [1, 3, 4].reduce((total, s) => total + apart[s * own.A + a], 0);
      expect(together[own.A + a]).toBeCloseTo(sum, 14);
      expect(together[5 * own.A + a]).toBe(apart[5 * own.A + a]);
    }
    expect(together.slice(3 * own.A, 5 * own.A).every((x) => x === 0)).toBe(true);
  });

  it('are nothing new where every state has its own row', () => {
    expect(gradientOf({ ...own, logitRow: Uint32Array.from({ length: own.S }, (_, s) => s) })).toEqual(gradientOf(own));
  });
});
