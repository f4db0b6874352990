/** Where the cells of a heatmap lie. Rows are trajectories, columns steps; edges snap to device pixels. */
import { BREAK } from './row-order';

export interface HeatmapSize {
  /** CSS pixels. */
  readonly width: number;
  readonly rowHeight: number;
  /** CSS pixels between blocks of rows. */
  readonly breakHeight?: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

export interface HeatmapLayout {
  readonly rowOrder: Int32Array;
  readonly maxLen: number;
  readonly ratio: number;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels. */
  readonly pixelWidth: number;
  readonly pixelHeight: number;
  /** [maxLen + 1] device pixels from the left. */
  readonly columnEdge: Int32Array;
  /** [rowOrder.length] device pixels from the top; for a break, its upper edge. */
  readonly rowTop: Int32Array;
  /** Device pixels. */
  readonly rowPixels: number;
}

export interface StepRef {
  readonly trajectory: number;
  readonly step: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const BREAK_HEIGHT = 5;

export function heatmapLayout(rowOrder: Int32Array, maxLen: number, size: HeatmapSize): HeatmapLayout {
  const ratio = size.ratio;
  const pixelWidth = Math.max(1, Math.round(size.width * ratio));
  const rowPixels = Math.max(1, Math.round(size.rowHeight * ratio));
  const breakPixels = Math.round((size.breakHeight ?? BREAK_HEIGHT) * ratio);
  const columnEdge = Int32Array.from({ length: maxLen + 1 }, (_, t) => Math.round((t * pixelWidth) / maxLen));
  const rowTop = new Int32Array(rowOrder.length);
  let y = 0;
  rowOrder.forEach((trajectory, k) => {
    rowTop[k] = y;
    y += trajectory === BREAK ? breakPixels : rowPixels;
  });
  return { rowOrder, maxLen, ratio, width: pixelWidth / ratio, height: y / ratio, pixelWidth, pixelHeight: Math.max(1, y), columnEdge, rowTop, rowPixels };
}

/**
 * A layout on its way from one row order to another: rows that both have slide, new ones are in
 * place. `share` runs from 0 to 1 and is eased. Undefined where the two differ by more than order.
 */
export function layoutBetween(from: HeatmapLayout, to: HeatmapLayout, share: number): HeatmapLayout | undefined {
  if (from.maxLen !== to.maxLen || from.pixelWidth !== to.pixelWidth || from.rowPixels !== to.rowPixels) return undefined;
  const eased = share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
  const before = new Map<number, number>();
  from.rowOrder.forEach((trajectory, k) => trajectory !== BREAK && before.set(trajectory, from.rowTop[k]!));
  const lowest = to.pixelHeight - to.rowPixels;
  const rowTop = to.rowTop.map((top, k) => {
    const start = before.get(to.rowOrder[k]!);
    return start === undefined ? top : Math.min(lowest, Math.round(start + (top - start) * eased));
  });
  return { ...to, rowTop };
}

/** Row height, in whole device pixels of `ratio` to a CSS pixel, that fills `available` CSS pixels, between `min` and `max`. */
export function fitRowHeight(rowOrder: Int32Array, available: number, { min = 9, max = 22, ratio = 2 } = {}): number {
  const rows = rowOrder.reduce((total, trajectory) => total + (trajectory === BREAK ? 0 : 1), 0);
  const breaks = rowOrder.length - rows;
  if (rows === 0) return min;
  const height = Math.floor(((available - breaks * BREAK_HEIGHT) / rows) * ratio) / ratio;
  return Math.min(max, Math.max(min, height));
}

/** Least height of a row, CSS pixels, whose label does not touch its neighbours'. */
export const LABELLED_ROW = 11.5;

/** How many labelled rows fit into `available` CSS pixels beside so many breaks: 8 to 32. */
export function rowsThatFit(available: number, breaks: number, ratio = 2): number {
  const least = Math.ceil(LABELLED_ROW * ratio) / ratio;
  return Math.max(8, Math.min(32, Math.floor((available - breaks * BREAK_HEIGHT) / least)));
}

/** Position of a cell, CSS pixels; undefined when its trajectory is not among the rows. */
export function cellBox(layout: HeatmapLayout, { trajectory, step }: StepRef): Box | undefined {
  const row = rowBox(layout, trajectory);
  if (!row || step < 0 || step >= layout.maxLen) return undefined;
  const left = layout.columnEdge[step]!;
  return { x: left / layout.ratio, y: row.y, width: (layout.columnEdge[step + 1]! - left) / layout.ratio, height: row.height };
}

/** Position of a whole row, CSS pixels. */
export function rowBox(layout: HeatmapLayout, trajectory: number): Box | undefined {
  const k = layout.rowOrder.indexOf(trajectory);
  if (k < 0 || trajectory === BREAK) return undefined;
  return { x: 0, y: layout.rowTop[k]! / layout.ratio, width: layout.width, height: layout.rowPixels / layout.ratio };
}

/**
 * The cell nearest to a point, CSS pixels: outside the panel, in a break or past the end of a short
 * trajectory the closest cell that exists wins. `trajectory` holds the row, as a drag along a row does.
 */
export function cellAt(layout: HeatmapLayout, length: ArrayLike<number>, x: number, y: number, trajectory?: number): StepRef | undefined {
  const row = trajectory ?? rowAt(layout, y);
  if (row === undefined) return undefined;
  const steps = length[row]!;
  if (steps === 0) return undefined;
  const t = Math.floor((x * layout.ratio * layout.maxLen) / layout.pixelWidth);
  const step = Math.min(steps - 1, Math.max(0, t));
  return { trajectory: row, step };
}

function rowAt({ rowOrder, rowTop, rowPixels, ratio }: HeatmapLayout, y: number): number | undefined {
  let best: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (let k = 0; k < rowOrder.length; k++) {
    if (rowOrder[k] === BREAK) continue;
    const d = Math.abs(rowTop[k]! + rowPixels / 2 - y * ratio);
    if (d < distance) {
      distance = d;
      best = rowOrder[k];
    }
  }
  return best;
}

/**
 * Where a key leads from a step: arrows move step and row, Home and End go to the first and last
 * step. Undefined for other keys and where there is nowhere to go.
 */
export function moveByKey(rowOrder: Int32Array, length: ArrayLike<number>, from: StepRef, key: string): StepRef | undefined {
  const rows = rowOrder.filter((trajectory) => trajectory !== BREAK && length[trajectory]! > 0);
  const k = rows.indexOf(from.trajectory);
  if (k < 0) return undefined;
  const last = length[from.trajectory]! - 1;
  const along = (step: number) => (step < 0 || step > last || step === from.step ? undefined : { trajectory: from.trajectory, step });
  const down = (by: number) => {
    const trajectory = rows[k + by];
    return trajectory === undefined ? undefined : { trajectory, step: Math.min(from.step, length[trajectory]! - 1) };
  };
  switch (key) {
    case 'ArrowRight':
      return along(from.step + 1);
    case 'ArrowLeft':
      return along(from.step - 1);
    case 'ArrowDown':
      return down(1);
    case 'ArrowUp':
      return down(-1);
    case 'Home':
      return along(0);
    case 'End':
      return along(last);
    default:
      return undefined;
  }
}
