import { cosPi } from '../math/cos-pi';
import type { ScheduleSpec } from './scheme-spec';

/** What a scheduled number is in iteration `iteration`; `value` without a schedule. */
export function scheduled(value: number, schedule: ScheduleSpec | undefined, iteration: number): number {
  if (!schedule) return value;
  if (schedule.kind !== 'steps') return mixed(value, schedule.to, shareDone(schedule, iteration));
  let reached = value;
  let latest = -1;
  for (const { at, value: phase } of schedule.phases) {
    if (at <= iteration && at >= latest) [latest, reached] = [at, phase];
  }
  return reached;
}

/** How far a linear or cosine schedule has come, from 0 to 1. One that ends where it starts jumps there. */
export function shareDone({ kind, start, end }: Exclude<ScheduleSpec, { kind: 'steps' }>, iteration: number): number {
  if (iteration >= end) return 1;
  if (iteration <= start) return 0;
  const u = (iteration - start) / (end - start);
  return kind === 'linear' ? u : (1 - cosPi(u)) / 2;
}

function mixed(from: number, to: number, share: number): number {
  return share === 0 ? from : share === 1 ? to : from + (to - from) * share;
}
