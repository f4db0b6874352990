/** All trajectories at a pixel each, beside the panels: where in the batch the drawn rows come from. */
import { signColour, type Theme } from '../palette';
import { pack } from './cell-sprites';
import type { HeatmapCells } from './heatmap-cells';

/**
 * Pixels of the overview: one column a step and one pixel a row, [height × maxLen]; where there are
 * more rows than pixels, each pixel holds the mean over its rows that reached the step.
 */
export function paintOverview(order: Int32Array, maxLen: number, height: number, cells: HeatmapCells, theme: Theme): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(maxLen * height);
  const { advantage, length, range } = cells;
  for (let y = 0; y < height; y++) {
    const [start, end] = overviewRows(order.length, height, y);
    for (let t = 0; t < maxLen; t++) {
      let total = 0;
      let reached = 0;
      for (let k = start; k < end; k++) {
        const i = order[k]!;
        if (t >= length[i]!) continue;
        total += advantage[i * maxLen + t]!;
        reached += 1;
      }
      if (reached === 0) continue;
      const mean = total / reached;
      const share = range > 0 && Number.isFinite(mean) ? Math.sqrt(Math.min(1, Math.abs(mean) / range)) : 0;
      pixels[y * maxLen + t] = pack(signColour(Math.sign(mean) * share || 0, theme), 1);
    }
  }
  return pixels;
}

/** Rows [start, end) of the order that lie under pixel y of an overview. */
export function overviewRows(rows: number, height: number, y: number): [start: number, end: number] {
  const start = Math.min(rows - 1, Math.floor((y * rows) / height));
  return [start, Math.max(start + 1, Math.floor(((y + 1) * rows) / height))];
}
