/** Heatmaps in words: the summary of a panel and the sentence of one step. */
import { isWrongSign, SIGN_TOLERANCE, type HeatmapCells } from './heatmap-cells';
import type { StepRef } from './heatmap-layout';
import { count, percent, rangeLabel, signed } from './number-format';
import { BREAK } from './row-order';

/** `Trajectory 2, step 8. Dense +0.83, exact −0.10. Wrong sign.` */
export function describeStep(label: string, cells: HeatmapCells, maxLen: number, { trajectory, step }: StepRef): string {
  const place = `Trajectory ${trajectory + 1}, step ${step}.`;
  if (step >= cells.length[trajectory]!) return `${place} This step did not happen.`;
  const index = trajectory * maxLen + step;
  const value = cells.advantage[index]!;
  const exact = cells.exact?.[index];
  if (exact === undefined) return `${place} ${label} ${signed(value)}.`;
  const wrong = isWrongSign(value, exact, cells.exactThreshold ?? 0, cells.range * SIGN_TOLERANCE);
  return `${place} ${label} ${signed(value)}, exact ${signed(exact)}.${wrong ? ' Wrong sign.' : ''}`;
}

/** One sentence for a whole panel: rows shown, range, share of each sign, wrong signs over the batch. */
export function describeHeatmap(label: string, cells: HeatmapCells, maxLen: number, rowOrder: Int32Array): string {
  const { advantage, length, range, exact, exactThreshold = 0 } = cells;
  const shown = rowOrder.reduce((total, trajectory) => total + (trajectory === BREAK ? 0 : 1), 0);
  const tiny = range * SIGN_TOLERANCE;
  let [steps, above, below, worth, wrong] = [0, 0, 0, 0, 0];
  for (let i = 0; i < length.length; i++) {
    for (let k = i * maxLen; k < i * maxLen + length[i]!; k++) {
      steps += 1;
      if (advantage[k]! > tiny) above += 1;
      if (advantage[k]! < -tiny) below += 1;
      if (!exact || Math.abs(exact[k]!) <= exactThreshold) continue;
      worth += 1;
      if (isWrongSign(advantage[k]!, exact[k]!, exactThreshold, tiny)) wrong += 1;
    }
  }
  const rows = shown === length.length ? `${count(shown)} trajectories` : `${count(shown)} of ${count(length.length)} trajectories`;
  if (steps === 0) return `Advantage heatmap, ${label}: no steps yet.`;
  const signs = `${percent(above / steps)} of steps above zero, ${percent(below / steps)} below`;
  const against = worth > 0 ? `, ${percent(wrong / worth)} with the wrong sign against exact` : '';
  return `Advantage heatmap, ${label}: ${rows}, ${maxLen} steps, range ${rangeLabel(range)}; ${signs}${against}.`;
}
