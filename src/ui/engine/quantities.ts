/** Times, sizes and counts as the engine's panel prints them. */
import { count } from '../../charts/geometry/number-format';

/** `41 µs`, `0.83 ms`, `12.4 ms`, `410 ms`, `3.2 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 100) return `${milliseconds.toFixed(0)} ms`;
  if (milliseconds >= 0.1) return `${milliseconds.toFixed(milliseconds >= 10 ? 1 : 2)} ms`;
  return `${Math.round(milliseconds * 1000)} µs`;
}

/** `1.4 MB`, `22.5 kB`. */
export function bytes(size: number): string {
  return size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e3).toFixed(1)} kB`;
}

/** A mean number of calls: whole where every iteration makes as many. */
export function calls(mean: number): string {
  const whole = Math.round(mean);
  return Math.abs(mean - whole) < 1e-6 * Math.max(1, whole) ? count(whole) : mean.toFixed(1);
}

/** How many times as long: `1×`, `3.4×`, `120×`. */
export function ratio(times: number): string {
  if (times < 1.005) return '1×';
  return `${times < 10 ? times.toFixed(times < 1.05 ? 2 : 1) : count(times)}×`;
}

/** `20 November 2026`. */
export function day(milliseconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }).format(milliseconds);
}
