import type { Column, ColumnSource, Needs, Shape } from '../contracts/columns';

/** Columns that no table has and that models are fitted for when a scheme reads them. */
export const LEARNED_COLUMNS = ['learnedReward', 'learnedSpread', 'learnedSingle', 'learnedProgress', 'learnedOutcomeProgress', 'learnedRatio'] as const;

/** What models learned of a table, by column name: a number per table row, [rows]. */
export type LearnedColumns = Readonly<Record<string, Float64Array>>;

interface Reader {
  readonly plugin: { readonly needs: Needs; readonly reads?: (params: never) => readonly string[] };
  readonly params: Record<string, unknown>;
}

/** The learned columns that terms read at their parameters. */
export function learnedByTerms({ terms }: { readonly terms: readonly Reader[] }): string[] {
  const read = terms.flatMap(({ plugin, params }) => plugin.reads?.(params as never) ?? Object.keys(plugin.needs));
  return LEARNED_COLUMNS.filter((name) => read.includes(name));
}

/** Learned columns as a batch brings them, shape `step`; `gather` looks a column up by the table row of each step. */
export class LearnedRows implements ColumnSource {
  constructor(
    private readonly columns: LearnedColumns,
    private readonly gather: (perRow: Float64Array) => Float64Array,
  ) {}

  column(name: string, shape: Shape): Column | string {
    return shape === 'step' && Object.hasOwn(this.columns, name) ? this.gather(this.columns[name]) : '';
  }
}
