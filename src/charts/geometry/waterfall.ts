/** How parts add up to a number, and how a number stands among those it was compared with. */
import { signed } from './number-format';

interface Part {
  readonly label: string;
  readonly value: number;
}

export interface WaterfallBar {
  readonly label: string;
  readonly value: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly sign: -1 | 0 | 1;
  readonly total: boolean;
  /** Height of the running total after this bar, where the line to the next bar runs. */
  readonly level: number;
}

/**
 * Bars that start where the last one ended, then the total from zero. More than `most` parts: the
 * last ones are drawn as one, called rest.
 */
export function waterfall(
  parts: readonly Part[],
  total: number,
  { width, height, totalLabel = 'Â', most = 7 }: { width: number; height: number; totalLabel?: string; most?: number },
): { zeroY: number; bars: WaterfallBar[] } {
  const shown = parts.length > most ? [...parts.slice(0, most - 1), { label: 'rest', value: parts.slice(most - 1).reduce((total, part) => total + part.value, 0) }] : parts;
  let [low, high, level] = [Math.min(0, total), Math.max(0, total), 0];
  for (const part of shown) {
    level += part.value;
    low = Math.min(low, level);
    high = Math.max(high, level);
  }
  const y = (value: number) => (high > low ? ((high - value) / (high - low)) * height : height / 2);
  const slot = width / (shown.length + 1);
  const inset = Math.min(5, slot * 0.16);
  const bar = (label: string, from: number, to: number, k: number, isTotal: boolean): WaterfallBar => {
    const size = Math.max(1.5, Math.abs(y(from) - y(to)));
    return {
      label,
      value: to - from,
      x: k * slot + inset,
      y: Math.min(y(from), y(to), height - size),
      width: slot - 2 * inset,
      height: size,
      sign: to > from ? 1 : to < from ? -1 : 0,
      total: isTotal,
      level: y(to),
    };
  };
  level = 0;
  const bars = shown.map((part, k) => {
    const from = level;
    level += part.value;
    return { ...bar(part.label, from, level, k, false), value: part.value };
  });
  return { zeroY: y(0), bars: [...bars, { ...bar(totalLabel, 0, total, shown.length, true), value: total }] };
}

/** `δ8 +0.10, δ9 +0.31, rest −0.02; together +0.39.` */
export function describeParts(parts: readonly Part[], total: number): string {
  return `${parts.map((part) => `${part.label} ${signed(part.value)}`).join(', ')}; together ${signed(total)}.`;
}

export interface Dot {
  readonly trajectory: number;
  readonly x: number;
  readonly y: number;
  readonly own: boolean;
}

interface Member {
  readonly trajectory: number;
  readonly step?: number;
  readonly value: number;
}

/**
 * Members of a group as dots along their values; equal ones stack. The axis holds all values and
 * the baseline, and zero where it is not far away.
 */
export function dotRow(
  members: readonly Member[],
  own: { readonly trajectory: number; readonly step?: number },
  { width, height, baseline, radius = 3 }: { width: number; height: number; baseline?: number | undefined; radius?: number },
): { dots: Dot[]; baselineX: number | null; zeroX: number | null; low: number; high: number; lowX: number; highX: number } {
  const values = [...members.map((m) => m.value), ...(baseline === undefined ? [] : [baseline])].filter(Number.isFinite);
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (values.length === 0) [low, high] = [0, 1];
  if (low > 0 && low < high - low) low = 0;
  if (high < 0 && -high < high - low) high = 0;
  if (high === low) [low, high] = [low - 0.5, high + 0.5];
  const pad = 2 * radius;
  const x = (value: number) => pad + ((value - low) / (high - low)) * (width - 2 * pad);
  const piles = new Map<number, Member[]>();
  for (const member of members) {
    if (!Number.isFinite(member.value)) continue;
    const slot = Math.round(x(member.value) / (2 * radius));
    const pile = piles.get(slot);
    if (pile) pile.push(member);
    else piles.set(slot, [member]);
  }
  const isOwn = (m: Member) => m.trajectory === own.trajectory && (m.step === undefined || own.step === undefined || m.step === own.step);
  const dots: Dot[] = [];
  for (const pile of piles.values()) {
    const rise = Math.min(2 * radius, (height - 2 * radius - 2) / Math.max(1, pile.length - 1));
    const sorted = [...pile].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
    sorted.forEach((m, k) => dots.push({ trajectory: m.trajectory, x: x(m.value), y: height - radius - 1 - k * rise, own: isOwn(m) }));
  }
  return {
    dots: dots.sort((a, b) => Number(a.own) - Number(b.own)),
    baselineX: baseline === undefined || !Number.isFinite(baseline) ? null : x(baseline),
    zeroX: low <= 0 && high >= 0 ? x(0) : null,
    low,
    high,
    lowX: pad,
    highX: width - pad,
  };
}
