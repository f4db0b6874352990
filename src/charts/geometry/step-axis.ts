/** The step axis that heatmaps, strips and lanes share. */

export interface StepTick {
  readonly step: number;
  /** Centre of the step's column. */
  readonly x: number;
  readonly label: string;
}

/** Ticks at 0 and every 1, 2, 5, 10, 20, … steps, as close as `spacing` pixels allow. */
export function stepTicks(maxLen: number, width: number, spacing = 24): StepTick[] {
  const column = width / maxLen;
  let every = 1;
  for (let k = 0; every * column < spacing && every < maxLen; k++) {
    every = [1, 2, 5][k % 3]! * 10 ** Math.floor(k / 3);
  }
  return Array.from({ length: Math.ceil(maxLen / every) }, (_, k) => {
    const step = k * every;
    return { step, x: (step + 0.5) * column, label: String(step) };
  });
}

/** The step whose column holds x, the nearest one outside; the last is maxLen − 1. */
export function stepAt(x: number, maxLen: number, width: number): number {
  return Math.min(maxLen - 1, Math.max(0, Math.floor((x / width) * maxLen)));
}

export interface StripBar {
  readonly step: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Mean |Â| per step as bars that stand on the lower edge; the tallest fills the strip. */
export function stripBars(mean: ArrayLike<number>, width: number, height: number): StripBar[] {
  const column = width / mean.length;
  const inset = column >= 4 ? 1 : 0;
  let largest = 0;
  for (let t = 0; t < mean.length; t++) largest = Math.max(largest, mean[t]!);
  return Array.from(mean, (value, t) => {
    const barHeight = largest > 0 ? (value / largest) * height : 0;
    return { step: t, x: t * column + inset, y: height - barHeight, width: Math.max(0.5, column - 2 * inset), height: barHeight };
  });
}

/** Outline of boxes as one SVG path: many bars, one element. */
export function boxesPath(boxes: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[]): string {
  return boxes.map(({ x, y, width, height }) => (height > 0 ? `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z` : '')).join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
