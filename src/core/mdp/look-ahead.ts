import type { LookAhead } from '../contracts/objective';
import type { Table } from '../contracts/scenario';
import { rewardGradient } from './occupancy';
import { softmaxPolicy } from './policy';
import { poolShared, spreadShared } from './shared-logits';

/**
 * What one step of SGD on the logits θ, [S·A], would do to a utility. States that share their logits share the step.
 *
 *     value(G, D)  = d/dx J(θ − α (G + x D)) at x = 0  = −α ⟨∇J(θ − α G), D⟩
 *     linear(g, D) = −α ⟨g, D⟩
 *
 * J is the exact value of a row reward, [rows], from the start distribution, undiscounted. Throws where the step leaves logits that are no
 * numbers.
 */
export function lookAhead(table: Table, reward: Float64Array, logits: Float64Array, rate: number): LookAhead {
  const pooled = (gradient: Float64Array) => {
    const own = gradient.slice();
    poolShared(table, own);
    return own;
  };
  const linear = (gradient: Float64Array, change: Float64Array) => {
    const [g, d] = [pooled(gradient), pooled(change)];
    let sum = 0;
    for (let k = 0; k < g.length; k++) sum += g[k] * d[k];
    return -rate * sum;
  };
  return {
    linear,
    value(descent, change) {
      const step = pooled(descent);
      const there = logits.map((z, k) => z - rate * step[k]);
      spreadShared(table, there);
      const { probability } = softmaxPolicy(there, table.S, table.A);
      return linear(rewardGradient(table, probability, reward), change);
    },
  };
}
