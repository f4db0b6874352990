export interface PseudoCountRule {
  /** Neighbours that count, the vector itself among them. */
  readonly k: number;
  readonly clusterDistance: number;
  readonly epsilon: number;
  readonly c: number;
  readonly maxSimilarity: number;
}

/** Euclidean distances of a vector to each of `memory`. */
export function distancesTo(x: ArrayLike<number>, memory: readonly ArrayLike<number>[]): number[] {
  return memory.map((y) => {
    let sum = 0;
    for (let d = 0; d < x.length; d++) sum += (x[d] - y[d]) * (x[d] - y[d]);
    return Math.sqrt(sum);
  });
}

/**
 * 1 / √(pseudo-count) of a vector among those in memory, itself included.
 *
 *     n_j = max(d_j / mean d − ξ, 0) over the k nearest,  s = √(Σ ε / (n_j + ε)) + c,  1 / s, or 0 where s > s_max
 *
 * Plain distances over their own mean, as released by RLeXplore; the paper (NGU) takes squared ones over a running mean.
 */
export function pseudoCountBonus(distances: readonly number[], rule: PseudoCountRule): { bonus: number; kernels: number[]; similarity: number } {
  const { k, clusterDistance, epsilon, c, maxSimilarity } = rule;
  const nearest = [...distances].sort((a, b) => a - b).slice(0, k);
  const mean = nearest.length === 0 ? 0 : nearest.reduce((a, b) => a + b, 0) / nearest.length;
  const kernels = nearest.map((d) => epsilon / (Math.max((mean === 0 ? d : d / mean) - clusterDistance, 0) + epsilon));
  const similarity = Math.sqrt(kernels.reduce((a, b) => a + b, 0)) + c;
  return { bonus: similarity > maxSimilarity ? 0 : 1 / similarity, kernels, similarity };
}
