/** One measurement, and how the bench's table writes it down. */
export interface SpeedRow {
  readonly name: string;
  /** Null where nothing was measured; `note` says why. */
  readonly value: number | null;
  readonly unit: string;
  /** How many times faster than each baseline of the same run. */
  readonly ratios?: readonly { readonly times: number; readonly than: string }[];
  readonly note?: string;
}

export function formatNumber(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Cells of a row: ratios, value with its unit, what was measured, note. */
export function cells({ name, value, unit, ratios = [], note = '' }: SpeedRow): readonly [string, string, string, string] {
  return [
    ratios.map(({ times, than }) => `${formatNumber(times)}× ${than}`).join(', '),
    value === null ? 'skipped' : `${formatNumber(value)} ${unit}`,
    name,
    note,
  ];
}

/** A table for the terminal. */
export function tableText(rows: readonly SpeedRow[]): string {
  const all = [['times faster than', 'measured', 'what', ''] as const, ...rows.map(cells)];
  const hasRatios = rows.some(({ ratios }) => ratios);
  const width = (column: number) => Math.max(...all.map((row) => row[column].length));
  const [first, second] = [width(0), width(1)];
  return all
    .map(([ratios, value, name, note]) => `${hasRatios ? `${ratios.padEnd(first)}  ` : ''}${value.padStart(second)}  ${name}${note && ` (${note})`}\n`)
    .join('');
}

/** The same table in Markdown. */
export function tableMarkdown(rows: readonly SpeedRow[]): string {
  const hasRatios = rows.some(({ ratios }) => ratios);
  const line = (parts: readonly string[]) => `| ${parts.map((part) => part.replaceAll('|', '\\|')).join(' | ')} |`;
  const columns = ['Times faster than', 'Measured', 'What', 'Note'];
  const kept = (row: readonly string[]) => (hasRatios ? row : row.slice(1));
  return [line(kept(columns)), line(kept(columns.map(() => '---'))), ...rows.map((row) => line(kept(cells(row))))].join('\n');
}

/** The k-th shortest of the given times, 0 ≤ share ≤ 1 of the way from the shortest to the longest. */
export function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
