/**
 * Logged rollouts as trajectories that every plug-in can price. A row that cannot be read is named by line and column
 * and left out, or the whole import is refused; no other row is touched.
 */
import type { Batch } from '../contracts/columns';
import { importBatch, type TrajectoryInput } from './imported-batch';
import type { Roles } from './log-roles';
import { ByRole, readRows, type ReadRow } from './log-row';
import { readStepRows } from './log-step-rows';
import { grouped, LOG_LIMITS, LogError, problemText, type LogTable, type RowProblem } from './log-table';

export interface LogOptions {
  readonly roles: Roles;
  /** What happens to a row that cannot be read. */
  readonly badRows: 'skip' | 'refuse';
  /** Factor of each column with the role `reward` or `stepReward`; 1 where it is missing. */
  readonly weights?: Readonly<Record<string, number>>;
}

export interface ImportedLog {
  /** In the form of the headless command. */
  readonly trajectories: readonly TrajectoryInput[];
  readonly batch: Batch;
  /** Line of the file where each trajectory starts. */
  readonly line: readonly number[];
  /** Text of each trajectory and of its prompt, where the log has them. */
  readonly completion: readonly (string | null)[];
  readonly prompt: readonly (string | null)[];
  /** Rows left out, in the order of the file. */
  readonly problems: readonly RowProblem[];
  /** Reward cells that are empty because the reward did not apply, by column; each counts as nothing in its row's total. */
  readonly skipped: readonly { readonly column: string; readonly count: number }[];
  /** [nTraj × maxLen] advantages that the log holds itself, or null. */
  readonly loggedAdvantage: Float64Array | null;
  readonly steps: number;
}

/**
 * Reads a log under the given roles.
 *
 * Reward columns are added, weighted, on the last step; where they are what the step rewards add up to in every row,
 * they are the total and are not added again. An empty reward cell is a reward that did not apply and is left out of the
 * sum, as TRL does; a row without any reward is left out. A trajectory without any column of steps has one step: its completion.
 * Throws `LogError` when nothing is left, when a limit is passed, or at the first bad row with `badRows: 'refuse'`.
 */
export function importLog(table: LogTable, { roles, badRows, weights = {} }: LogOptions): ImportedLog {
  const byRole = new ByRole(table.columns, roles);
  const problems: RowProblem[] = [...table.problems];
  const read = byRole.has('trajectory') ? readStepRows(table.rows, byRole, problems) : readRows(table.rows, byRole, problems);
  const good = withoutOddNames(read, problems);
  problems.sort((a, b) => a.line - b.line);
  if (badRows === 'refuse' && problems.length > 0) {
    const more = problems.length > 1 ? ` ${grouped(problems.length - 1)} more ${problems.length === 2 ? 'row has' : 'rows have'} a problem.` : '';
    throw new LogError(`${problemText(problems[0])}${more} Skip such rows, or correct the file.`, problems);
  }
  if (good.length === 0) {
    throw new LogError(problems.length > 0 ? `No row can be read. ${problemText(problems[0])}` : 'This log has a header and no rows.', problems);
  }
  checkLimits(good);
  const adds = !scalarsAreTotals(good);
  const trajectories = good.map((row) => trajectoryOf(row, adds, weights));
  const batch = importBatch({ trajectories });
  return {
    trajectories,
    batch,
    line: good.map((row) => row.line),
    completion: good.map((row) => row.completion),
    prompt: good.map((row) => row.prompt),
    problems,
    skipped: countedSkips(good),
    loggedAdvantage: loggedColumn(good, batch),
    steps: batch.length.reduce((a, b) => a + b, 0),
  };
}

/** Parts of the reward have the same names in every row; a row with others is left out. */
function withoutOddNames(rows: readonly ReadRow[], problems: RowProblem[]): ReadRow[] {
  const names = rows.find((row) => row.dims)?.dims;
  if (!names) return [...rows];
  const wanted = Object.keys(names).sort().join(', ');
  return rows.filter((row) => {
    const held = row.dims ? Object.keys(row.dims).sort().join(', ') : 'none';
    if (held === wanted) return true;
    problems.push({ line: row.line, column: null, message: `its rewards are ${held} where the first row has ${wanted}.` });
    return false;
  });
}

function checkLimits(rows: readonly ReadRow[]): void {
  const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const steps = rows.reduce((sum, row) => sum + row.length, 0);
  const tooMany = (found: number, what: string, most: number) => {
    if (found > most) throw new LogError(`This log has ${grouped(found)} ${what}; at most ${grouped(most)} are imported. Split it by prompt.`);
  };
  tooMany(rows.length, 'trajectories', LOG_LIMITS.trajectories);
  tooMany(steps, 'steps', LOG_LIMITS.steps);
  tooMany(longest, 'steps in one trajectory', LOG_LIMITS.maxLen);
  tooMany(rows.length * longest, 'cells once short trajectories are padded to the longest', LOG_LIMITS.cells);
}

/** True when the one reward column is, in every row that has it, what the step rewards add up to. */
function scalarsAreTotals(rows: readonly ReadRow[]): boolean {
  return rows.every(({ scalars, stepRewards, dims, skipped }) => {
    const values = Object.values(scalars);
    if (stepRewards === null) return false;
    if (dims !== null) return true;
    if (values.length === 0) return skipped.length > 0;
    if (values.length !== 1) return false;
    const sum = stepRewards.reduce((a, b) => a + b, 0);
    return Math.abs(sum - values[0]) <= 1e-6 * Math.max(1, Math.abs(sum));
  });
}

function trajectoryOf(row: ReadRow, addsScalars: boolean, weights: Readonly<Record<string, number>>): TrajectoryInput {
  const { group, length, scalars, stepRewards, stepColumn, stepDims, dims, fields, extra } = row;
  const weightOf = (column: string) => weights[column] ?? 1;
  const rewards = new Array<number>(length).fill(0);
  const parts: Record<string, number> = {};
  const put = (name: string, list: readonly number[]) => {
    const w = weightOf(name);
    let total = 0;
    for (let t = 0; t < length; t++) {
      rewards[t] += w * list[t];
      total += w * list[t];
    }
    parts[name] = total;
  };
  if (stepRewards && stepColumn !== null) put(stepColumn, stepRewards);
  for (const [name, list] of Object.entries(stepDims ?? {})) put(name, list);
  if (addsScalars || stepRewards === null) {
    for (const [name, value] of Object.entries(scalars)) {
      parts[name] = weightOf(name) * value;
      if (length > 0) rewards[length - 1] += parts[name];
    }
    if (stepRewards === null && Object.keys(scalars).length === 0 && stepDims === null && length > 0) {
      const whole = dims ? Object.values(dims).reduce((a, b) => a + b, 0) : typeof fields['outcome'] === 'number' ? fields['outcome'] : 0;
      rewards[length - 1] += whole;
    }
  }
  const bag = { ...(fields['extra'] as object | undefined), ...extra };
  const given = Object.hasOwn(bag, 'rewardDims') ? (bag as { rewardDims: unknown }).rewardDims : null;
  const rewardDims = given ?? dims ?? (Object.keys(parts).length > 0 ? parts : { reward: rewards.reduce((a, b) => a + b, 0) });
  return { group, length, rewards, rewardDims, ...fields, ...(Object.keys(bag).length > 0 ? { extra: bag } : {}) };
}

function loggedColumn(rows: readonly ReadRow[], { maxLen, nTraj, length }: Batch): Float64Array | null {
  if (!rows.every(({ advantage, length: T }) => typeof advantage === 'number' || (advantage !== null && advantage.length === T))) return null;
  const column = new Float64Array(nTraj * maxLen);
  rows.forEach(({ advantage }, i) => {
    for (let t = 0; t < length[i]; t++) column[i * maxLen + t] = typeof advantage === 'number' ? advantage : advantage![t];
  });
  return column;
}

function countedSkips(rows: readonly ReadRow[]): { column: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { skipped } of rows) for (const column of skipped) counts.set(column, (counts.get(column) ?? 0) + 1);
  return [...counts].map(([column, count]) => ({ column, count }));
}
