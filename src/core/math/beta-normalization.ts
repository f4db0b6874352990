/** BNPO's weights: a Beta distribution fitted to how often the prompts of a batch are solved. */
import type { GroupLayout } from '../contracts/columns';
import type { ExplanationLine } from '../contracts/explanation';
import { fill, line, meanLine } from '../contracts/explanation-lines';
import { exp, log } from './elementary';
import { groupMoments, type Buffer } from './group-statistics';

/** Largest weight; the published code clamps there. */
const MAX_WEIGHT = 1e6;

/** log Γ(x) for x ≥ 1, by Stirling's series after shifting x above 8. */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 8) {
    shift += log(y);
    y += 1;
  }
  const z = 1 / (y * y);
  const series = (1 / y) * (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - (z * 691) / 360360)))));
  return (y - 0.5) * log(y) - y + 0.9189385332046727 + series - shift;
}

/** log of the Beta(α, β) density at p, for α, β ≥ 1; −∞ where the density is 0. */
export function logBetaDensity(p: number, alpha: number, beta: number): number {
  const term = (power: number, x: number) => (power === 0 ? 0 : power * log(x));
  return term(alpha - 1, p) + term(beta - 1, 1 - p) + logGamma(alpha + beta) - logGamma(alpha) - logGamma(beta);
}

export interface BetaFit {
  /** [count] pass rate of each group, in [0, 1]. */
  readonly rate: Float64Array;
  readonly alpha: number;
  readonly beta: number;
  /** Mean and variance of the rates over groups. */
  readonly mean: number;
  readonly variance: number;
}

/**
 * Fits Beta(a, b) to the groups' pass rates by moments, then softens it: α = max(1, 1 + a/3), β = max(1, 1 + b/3).
 * x is one number in [0, 1] per trajectory. A group of one has rate 0. A single group has mean 0 and variance 1; without
 * spread between groups both are 1, so that every weight is 1.
 */
export function fitBeta(x: Float64Array, group: GroupLayout, buffer: Buffer): BetaFit {
  const { mean: rate } = groupMoments(x, group, 1, buffer);
  for (let g = 0; g < group.count; g++) {
    if (group.start[g + 1] - group.start[g] === 1) rate[g] = 0;
  }
  const n = group.count;
  let mean = 0;
  for (let g = 0; g < n; g++) mean += rate[g] / n;
  let variance = 0;
  for (let g = 0; g < n; g++) variance += ((rate[g] - mean) * (rate[g] - mean)) / (n - 1);
  if (n <= 1) [mean, variance] = [0, 1];
  if (variance === 0) return { rate, alpha: 1, beta: 1, mean, variance };
  const s = (mean * (1 - mean)) / variance - 1;
  return { rate, alpha: Math.max(1, 1 + (s * mean) / 3), beta: Math.max(1, 1 + (s * (1 - mean)) / 3), mean, variance };
}

/** w = clamp(1 / BetaPDF(p), 0, 1e6). */
export function betaWeight(p: number, { alpha, beta }: BetaFit): number {
  return Math.min(MAX_WEIGHT, exp(Math.min(700, -logBetaDensity(p, alpha, beta))));
}

const rescaled = (R: number, min: number, max: number) => Math.min(1, Math.max(0, (R - min) / (max - min || 1)));

/** BNPO advantage of one reward, [nTraj]: w_g (x_i − p_g) with x = (R − min) / (max − min), kept in [0, 1]. */
export function betaScores(total: Float64Array, group: GroupLayout, minValue: number, maxValue: number, buffer: Buffer): Float64Array {
  const x = buffer(total.length);
  for (let i = 0; i < x.length; i++) x[i] = rescaled(total[i], minValue, maxValue);
  const fit = fitBeta(x, group, buffer);
  const weight = buffer(group.count);
  for (let g = 0; g < group.count; g++) weight[g] = betaWeight(fit.rate[g], fit);
  for (let i = 0; i < x.length; i++) x[i] = weight[group.id[i]] * (x[i] - fit.rate[group.id[i]]);
  return x;
}

/** The lines behind one trajectory's `betaScores`; the last one is symbol `result`. */
export function betaLines(total: Float64Array, group: GroupLayout, minValue: number, maxValue: number, trajectory: number, result: string): ExplanationLine[] {
  const fresh = (size: number) => new Float64Array(size);
  const x = total.map((value) => rescaled(value, minValue, maxValue));
  const fit = fitBeta(x, group, fresh);
  const g = group.id[trajectory];
  const members = Array.from(group.member.subarray(group.start[g], group.start[g + 1]));
  const own = x[trajectory];
  const p = fit.rate[g];
  const mean = meanLine('Pass rate of the group', 'p', 'mean(x)', members.map((j) => x[j]));
  const rate = members.length > 1 ? mean : line('Pass rate of the group', 'p', 'a group of one has 0', '0', 0);
  const density = exp(logBetaDensity(p, fit.alpha, fit.beta));
  const weight = betaWeight(p, fit);
  const { mean: m, variance: v } = fit;
  const lines = [
    line('Reward, rescaled', 'x', 'clip((R − min) / (max − min), 0, 1)', fill`clip((${total[trajectory]} − ${minValue}) / (${maxValue} − ${minValue}), 0, 1)`, own),
    rate,
  ];
  if (v > 0) {
    const s = (m * (1 - m)) / v - 1;
    lines.push(
      line('Concentration of pass rates', 's', 'm × (1 − m) / v − 1', fill`${m} × (1 − ${m}) / ${v} − 1`, s),
      line('Beta parameter', 'α', 'max(1, 1 + s × m / 3)', fill`max(1, 1 + ${s} × ${m} / 3)`, fit.alpha),
      line('Beta parameter', 'β', 'max(1, 1 + s × (1 − m) / 3)', fill`max(1, 1 + ${s} × (1 − ${m}) / 3)`, fit.beta),
    );
  }
  lines.push(
    line('Density of this pass rate', 'f', 'BetaPDF(p; α, β)', fill`${density}`, density),
    line('Weight', 'w', 'min(1e6, 1 / f)', density > 1e-9 ? fill`min(1e6, 1 / ${density})` : fill`${weight}`, weight),
    line('Advantage', result, 'w × (x − p)', fill`${weight} × (${own} − ${p})`, weight * (own - p), 'advantage'),
  );
  return lines;
}
