import type { RolloutTable } from './rollout-table';

/** Fields that the headless command reads under another name than their column's. */
const FIELD_OF: Readonly<Record<string, string>> = { reward: 'rewards', value: 'values', state: 'states', action: 'actions' };

/**
 * Rollouts as JSON lines, one trajectory per line, in the form that the headless command reads: `group`, fields of the
 * trajectory, ragged lists of T entries per step and T + 1 per state. Columns called `advantage.NAME` are collected
 * under `advantages`, columns called `reward.NAME` under `schemeRewards`. A number that is not finite becomes null.
 */
export function rolloutJsonLines({ nTraj, maxLen, length, group, trajectories, steps, states }: RolloutTable): string {
  const lines: string[] = [];
  for (let i = 0; i < nTraj; i++) {
    const record: Record<string, unknown> = { group: group[i] };
    for (const [name, column] of Object.entries(trajectories)) record[name] = column[i];
    const advantages: Record<string, number[]> = {};
    const schemeRewards: Record<string, number[]> = {};
    for (const [name, column] of Object.entries(steps)) {
      const list = listOf(column, i * maxLen, length[i]);
      if (name.startsWith('advantage.')) advantages[name.slice('advantage.'.length)] = list;
      else if (name.startsWith('reward.')) schemeRewards[name.slice('reward.'.length)] = list;
      else record[FIELD_OF[name] ?? name] = list;
    }
    for (const [name, column] of Object.entries(states)) record[FIELD_OF[name] ?? name] = listOf(column, i * (maxLen + 1), length[i] + 1);
    if (Object.keys(schemeRewards).length > 0) record['schemeRewards'] = schemeRewards;
    if (Object.keys(advantages).length > 0) record['advantages'] = advantages;
    lines.push(JSON.stringify(record));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function listOf(column: ArrayLike<number>, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, t) => column[from + t]);
}
