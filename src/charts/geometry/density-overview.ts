/** All trajectories at a pixel each, beside the panels: where in the batch the drawn rows come from. */
import { signColour, type Theme } from '../palette';
import { LEVELS, pack } from './cell-sprites';
import type { HeatmapCells } from './heatmap-cells';

/**
 * Pixels of the overview: one column a step and one pixel a row, [height × maxLen]; where there are
 * more rows than pixels, each pixel holds the mean over its rows that reached the step.
 */
export function paintOverview(order: Int32Array, maxLen: number, height: number, cells: HeatmapCells, theme: Theme): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(maxLen * height);
  const colour = Uint32Array.from({ length: 2 * LEVELS + 1 }, (_, level) => pack(signColour((level - LEVELS) / LEVELS, theme), 1));
  const { advantage, length, range } = cells;
  const scale = range > 0 ? 1 / range : 0;
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
      const size = (Math.sqrt(Math.min(1, Math.abs(mean) * scale)) * LEVELS + 0.5) | 0;
      pixels[y * maxLen + t] = colour[mean < 0 ? LEVELS - size : LEVELS + size]!;
    }
  }
  return pixels;
}

/** Rows [start, end) of the order that lie under pixel y of an overview. */
export function overviewRows(rows: number, height: number, y: number): [start: number, end: number] {
  const start = Math.min(rows - 1, Math.floor((y * rows) / height));
  return [start, Math.max(start + 1, Math.floor(((y + 1) * rows) / height))];
}
