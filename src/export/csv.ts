import type { RolloutTable } from './rollout-table';

/** Formats the columns of CSV: a field that holds a separator, a quote or a line break is quoted (RFC 4180). */
function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\n\r;\t]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Rollouts as CSV, one row per step: `group, trajectory, step`, then the fields of trajectories, states and steps.
 * Trajectories and steps are counted from 0. A field of trajectories that is a text or an object stands on the first step
 * alone; a number that is not finite is an empty cell. The value of the state after the last step has no row.
 */
export function rolloutCsv({ nTraj, maxLen, length, group, trajectories, steps, states }: RolloutTable): string {
  const ofTrajectory = Object.entries(trajectories);
  const ofState = Object.entries(states);
  const ofStep = Object.entries(steps);
  const lines = [['group', 'trajectory', 'step', ...[...ofTrajectory, ...ofState, ...ofStep].map(([name]) => name)].map(cell).join(',')];
  for (let i = 0; i < nTraj; i++) {
    const label = cell(group[i]);
    const whole = ofTrajectory.map(([, column]) => column[i]);
    for (let t = 0; t < length[i]; t++) {
      const parts = [label, String(i), String(t)];
      for (const value of whole) parts.push((typeof value === 'string' || typeof value === 'object') && t > 0 ? '' : cell(value));
      for (const [, column] of ofState) parts.push(cell(column[i * (maxLen + 1) + t]));
      for (const [, column] of ofStep) parts.push(cell(column[i * maxLen + t]));
      lines.push(parts.join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}
