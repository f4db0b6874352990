/** Lanes: one trajectory's columns on a shared step axis, each lane with its own linear range. */
import { line } from 'd3';
import { signed } from './number-format';
import { boxesPath } from './step-axis';

export interface LaneSize {
  readonly maxLen: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Largest |value| of the lane; from the values when missing. */
  readonly range?: number | undefined;
  /** Where zero lies, as a share of the height from the top. */
  readonly zeroAt?: number;
}

export interface LaneBar {
  readonly step: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly sign: -1 | 0 | 1;
}

export interface LaneGeometry {
  readonly zeroY: number;
  /** A bar of height 0 is drawn as a dot at its centre. */
  readonly bars: readonly LaneBar[];
}

const MARGIN = 2.5;

/** Diverging bars around zero; a value too small for a bar keeps its step as a dot. */
export function laneBars(values: ArrayLike<number>, size: LaneSize): LaneGeometry {
  const zeroAt = size.zeroAt ?? 0.5;
  const zeroY = MARGIN + zeroAt * (size.height - 2 * MARGIN);
  const range = size.range ?? largest(values);
  const column = size.width / size.maxLen;
  const inset = columnInset(column);
  const pixels = Math.max(zeroY - MARGIN, size.height - MARGIN - zeroY);
  const bars = Array.from({ length: Math.min(values.length, size.maxLen) }, (_, step): LaneBar => {
    const value = values[step]!;
    const share = range > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / range) : 0;
    const room = value < 0 ? size.height - MARGIN - zeroY : zeroY - MARGIN;
    const raw = Math.min(room, share * pixels);
    const height = raw > 0.3 ? raw : 0;
    return {
      step,
      x: step * column + inset,
      y: value > 0 ? zeroY - height : zeroY,
      width: Math.max(0.5, column - 2 * inset),
      height,
      sign: height === 0 ? 0 : value > 0 ? 1 : -1,
    };
  });
  return { zeroY, bars };
}

export interface LanePaths {
  /** Bars above zero, bars below, dots of steps too small for a bar, corner marks of wrong signs. */
  readonly plus: string;
  readonly minus: string;
  readonly none: string;
  readonly wrong: string;
}

/** A lane's marks as four paths, so that a redraw changes four attributes however many steps there are. */
export function lanePaths({ bars, zeroY }: LaneGeometry, isWrong?: (step: number) => boolean): LanePaths {
  const wrong = isWrong ? bars.filter((bar) => bar.sign !== 0 && isWrong(bar.step)) : [];
  return {
    plus: boxesPath(bars.filter((bar) => bar.sign > 0)),
    minus: boxesPath(bars.filter((bar) => bar.sign < 0)),
    none: bars
      .filter((bar) => bar.sign === 0)
      .map((bar) => `M${(bar.x + bar.width / 2).toFixed(1)} ${zeroY}h0`)
      .join(''),
    wrong: wrong
      .map((bar) => {
        const side = Math.min(6, bar.width * 0.6);
        const y = bar.sign > 0 ? zeroY + 3 : zeroY - 3 - side;
        return `M${(bar.x + bar.width).toFixed(1)} ${y.toFixed(1)}h${(-side).toFixed(1)}l${side.toFixed(1)} ${side.toFixed(1)}z`;
      })
      .join(''),
  };
}

/** Space at each side of a step's bar. */
export function columnInset(column: number): number {
  return Math.min(2.5, column * 0.125);
}

export interface LineGeometry {
  readonly path: string;
  readonly zeroY: number;
  readonly points: readonly { readonly step: number; readonly x: number; readonly y: number }[];
}

/** A line through the centres of the steps, with zero on the axis. */
export function laneLine(values: ArrayLike<number>, size: LaneSize): LineGeometry {
  const range = size.range ?? largest(values);
  let low = 0;
  let high = 0;
  for (let t = 0; t < values.length; t++) {
    low = Math.min(low, values[t]!);
    high = Math.max(high, values[t]!);
  }
  if (high - low === 0) high = range || 1;
  const column = size.width / size.maxLen;
  const y = (value: number) => MARGIN + ((high - value) / (high - low)) * (size.height - 2 * MARGIN - 1);
  const points = Array.from({ length: Math.min(values.length, size.maxLen) }, (_, step) => ({ step, x: (step + 0.5) * column, y: y(values[step]!) }));
  return {
    zeroY: y(0),
    points,
    path: line<(typeof points)[number]>((p) => p.x, (p) => p.y).defined((p) => Number.isFinite(p.y)).digits(1)(points) ?? '',
  };
}

export interface Share {
  readonly label: string;
  /** [length] this term's share of Â at each step; shares add up to Â. */
  readonly values: ArrayLike<number>;
}

export interface ShareBar {
  readonly term: number;
  readonly step: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Each term's share of Â, stacked up above zero and down below it, with a mark at the sum. */
export function shareBars(shares: readonly Share[], size: LaneSize): { zeroY: number; bars: ShareBar[]; sums: { step: number; x: number; y: number; width: number }[] } {
  const steps = Math.min(size.maxLen, ...shares.map((share) => share.values.length));
  const column = size.width / size.maxLen;
  const inset = columnInset(column);
  const at = (k: number, t: number) => (Number.isFinite(shares[k]!.values[t]!) ? shares[k]!.values[t]! : 0);
  let range = size.range ?? 0;
  if (size.range === undefined) {
    for (let t = 0; t < steps; t++) {
      let [above, below] = [0, 0];
      for (let k = 0; k < shares.length; k++) {
        if (at(k, t) > 0) above += at(k, t);
        else below -= at(k, t);
      }
      range = Math.max(range, above, below);
    }
  }
  const zeroY = size.height / 2;
  const pixels = range > 0 ? (zeroY - MARGIN) / range : 0;
  const bars: ShareBar[] = [];
  const sums = [];
  for (let t = 0; t < steps; t++) {
    let [up, down, sum] = [zeroY, zeroY, 0];
    for (let k = 0; k < shares.length; k++) {
      const value = at(k, t);
      sum += value;
      const height = Math.abs(value) * pixels;
      if (height < 0.05) continue;
      if (value > 0) up -= height;
      bars.push({ term: k, step: t, x: t * column + inset, y: value > 0 ? up : down, width: Math.max(0.5, column - 2 * inset), height });
      if (value < 0) down += height;
    }
    sums.push({ step: t, x: t * column, y: zeroY - sum * pixels, width: column });
  }
  return { zeroY, bars, sums };
}

/** How strongly a term's share is filled: the first term full, later ones paler. */
export function shareOpacity(term: number): number {
  return [1, 0.56, 0.3, 0.14, 0.78, 0.42][term % 6]!;
}

/** A lane in one sentence: its value at the step, and where it is largest. */
export function describeLane(label: string, values: ArrayLike<number>, step: number | undefined): string {
  if (values.length === 0) return `${label}: no steps.`;
  let peak = 0;
  for (let t = 1; t < values.length; t++) if (Math.abs(values[t]!) > Math.abs(values[peak]!)) peak = t;
  const here = step === undefined || step >= values.length ? '' : ` ${signed(values[step]!)} at step ${step};`;
  return `${label}:${here} largest ${signed(values[peak]!)} at step ${peak}.`;
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let t = 0; t < values.length; t++) if (Number.isFinite(values[t]!)) most = Math.max(most, Math.abs(values[t]!));
  return most;
}
