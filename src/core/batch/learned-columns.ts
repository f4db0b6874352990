import type { Column, ColumnSource, Shape } from '../contracts/columns';

/** Columns that no table has and that models are fitted for when a scheme reads them. */
export const LEARNED_COLUMNS = ['learnedReward', 'learnedSpread', 'learnedSingle'] as const;

/** What models learned of a table, by column name: a number per table row, [rows]. */
export type LearnedColumns = Readonly<Record<string, Float64Array>>;

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
