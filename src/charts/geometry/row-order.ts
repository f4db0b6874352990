/** Which trajectories are drawn as rows, and in which order; the same in every panel. */

/** How a trajectory ended. The numbers are the order of the blocks in a panel. */
export const FINISHED = 0;
export const OUT_OF_TIME = 1;
export const FAILED = 2;
export type Status = typeof FINISHED | typeof OUT_OF_TIME | typeof FAILED;

/** A break between blocks of rows. */
export const BREAK = -1;

export interface RowSource {
  /** [nTraj] how each trajectory ended. */
  readonly status: ArrayLike<number>;
  /** [nTraj] */
  readonly length: ArrayLike<number>;
  /** [nTraj] group number. */
  readonly group: ArrayLike<number>;
}

export type SortBy = 'outcome' | 'group';

/**
 * Status of every trajectory: finished where it ended with at least the outcome that counts as
 * success, failed where it ended with less, out of time where it did not end.
 */
export function trajectoryStatus(outcome: ArrayLike<number>, terminated: ArrayLike<number>, success: number): Uint8Array {
  return Uint8Array.from(outcome, (value, i) => (terminated[i] ? (value >= success - 1e-9 ? FINISHED : FAILED) : OUT_OF_TIME));
}

/** All trajectories in drawing order, no breaks: by outcome then length, or by group then outcome. */
export function fullOrder(source: RowSource, sort: SortBy): Int32Array {
  const { status, length, group } = source;
  const all = Int32Array.from({ length: length.length }, (_, i) => i);
  const byOutcome = (a: number, b: number) => status[a]! - status[b]! || length[a]! - length[b]! || group[a]! - group[b]! || a - b;
  return all.sort(sort === 'outcome' ? byOutcome : (a, b) => group[a]! - group[b]! || byOutcome(a, b));
}

/**
 * The rows of the panels: at most `limit` trajectories, sampled evenly over outcomes and, within an
 * outcome, over groups; sorted, with BREAK between outcomes (or between groups, while there are at
 * most eight). `include` is always among them: a selected trajectory never leaves the screen.
 */
export function rowOrder(
  source: RowSource,
  { sort, limit = 32, include }: { sort: SortBy; limit?: number; include?: number | undefined },
): Int32Array {
  const shown = sampleRows(source, limit, include);
  const rows = fullOrder(source, sort).filter((i) => shown.has(i));
  const block = sort === 'outcome' ? source.status : source.group;
  const blocks = new Set(Array.from(rows, (i) => block[i]!));
  if (blocks.size > 8) return rows;
  const order: number[] = [];
  rows.forEach((i, k) => {
    if (k > 0 && block[i] !== block[rows[k - 1]!]) order.push(BREAK);
    order.push(i);
  });
  return Int32Array.from(order);
}

/**
 * Row orders of a page over time: while they hold the row that must be among them, the rows of a source, a sorting
 * and a limit stay, so that a row that one leaves can be gone back to.
 */
export class SteadyRows {
  #last: { readonly source: RowSource; readonly sort: SortBy; readonly limit: number; readonly order: Int32Array } | null = null;

  order(source: RowSource, { sort, limit, include }: { sort: SortBy; limit: number; include: number | undefined }): Int32Array {
    const last = this.#last;
    const isSame = last?.source === source && last.sort === sort && last.limit === limit;
    if (isSame && (include === undefined || last.order.includes(include))) return last.order;
    this.#last = { source, sort, limit, order: rowOrder(source, { sort, limit, include }) };
    return this.#last.order;
  }
}

function sampleRows(source: RowSource, limit: number, include: number | undefined): Set<number> {
  const nTraj = source.length.length;
  if (nTraj <= limit) return new Set(Array.from({ length: nTraj }, (_, i) => i));
  const blocks = [FINISHED, OUT_OF_TIME, FAILED].map((status) => {
    const members: number[] = [];
    for (let i = 0; i < nTraj; i++) if (source.status[i] === status) members.push(i);
    return members.sort((a, b) => source.group[a]! - source.group[b]! || a - b);
  });
  const quota = shareOut(
    blocks.map((members) => members.length),
    limit,
  );
  const shown = new Set<number>();
  blocks.forEach((members, k) => {
    const picks = evenly(members, quota[k]!);
    if (include !== undefined && members.includes(include) && !picks.includes(include)) {
      picks[nearestIndex(picks, members, include)] = include;
    }
    for (const i of picks) shown.add(i);
  });
  return shown;
}

/** `places` places over blocks in proportion to their sizes; every block that has members gets one. */
function shareOut(sizes: readonly number[], places: number): number[] {
  const total = sizes.reduce((a, b) => a + b, 0);
  const quota = sizes.map((size) => (size === 0 ? 0 : Math.max(1, Math.floor((size / total) * places))));
  const left = () => places - quota.reduce((a, b) => a + b, 0);
  const lack = (k: number) => (sizes[k]! / total) * places - quota[k]!;
  while (left() !== 0) {
    const step = Math.sign(left());
    const candidates = quota.map((_, k) => k).filter((k) => (step > 0 ? quota[k]! < sizes[k]! : quota[k]! > 1));
    const k = candidates.reduce((best, other) => (step * lack(other) > step * lack(best) ? other : best));
    quota[k]! += step;
  }
  return quota;
}

/** `places` members at even distances, from the middle of each stretch. */
function evenly(members: readonly number[], places: number): number[] {
  return Array.from({ length: places }, (_, k) => members[Math.floor(((k + 0.5) * members.length) / places)]!);
}

function nearestIndex(picks: readonly number[], members: readonly number[], include: number): number {
  const position = new Map(members.map((i, k) => [i, k]));
  const at = position.get(include)!;
  const distance = (i: number) => Math.abs(position.get(i)! - at);
  return picks.reduce((best, i, k) => (distance(i) < distance(picks[best]!) ? k : best), 0);
}
