import { cells } from './cells';
import { cosineTolerance, diagnosisTables, estimatorNames, measureDiagnosis } from './diagnostics';
import { measure } from './measure';

/** One figure of the full set: what was measured, beside the independent figure and the interval it must lie in. */
export interface Figure {
  readonly name: string;
  readonly mean: number;
  /** Over seeds; of a diagnosis the standard error. */
  readonly spread: number;
  readonly reference: string;
  readonly accept?: readonly [number, number];
}

/** A piece of the full set that one process works off. */
export interface Task {
  readonly id: string;
  readonly slow: boolean;
  readonly run: (seeds: number) => Promise<readonly Figure[]>;
}

/** Batches of a diagnosis in the full set: standard errors of the cosines near 0.003. */
const BATCHES = 3000;

export const tasks: readonly Task[] = [
  ...cells.map(
    (cell): Task => ({
      id: cell.id,
      slow: cell.slow ?? false,
      async run(seeds) {
        const metrics = await measure(cell, Math.min(seeds, cell.seeds ?? seeds));
        return cell.checks.map(({ metric, reference, accept }) => {
          const { mean, sd } = metrics[metric];
          return { name: `${cell.id} ${metric}`, mean, spread: sd, reference, ...(accept && { accept }) };
        });
      },
    }),
  ),
  ...diagnosisTables.map(
    (table): Task => ({
      id: `diagnosis ${table.id}`,
      slow: false,
      async run() {
        const names = estimatorNames(table);
        const figures = await measureDiagnosis(table, names, BATCHES);
        return names.flatMap((name, k) => {
          const [cosine, cosineOfMean] = table.rows[k];
          const tolerance = cosineTolerance(table, name);
          return [
            { name: `${table.id} ${name} batch cosine`, mean: figures[k].cosine, spread: figures[k].cosineError, reference: String(cosine), accept: [cosine - tolerance, cosine + tolerance] as const },
            { name: `${table.id} ${name} cosine of mean`, mean: figures[k].cosineOfMean, spread: 0, reference: String(cosineOfMean) },
          ];
        });
      },
    }),
  ),
];
