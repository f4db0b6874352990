import { cells } from './cells';
import { acceptedMedian, CLICK_MEDIANS, CREDITS, firstHits, measureCredits, median, NEVER } from './closed-form';
import { COVERAGE, coverage } from './coverage';
import { cosineTolerance, diagnosisTables, estimatorNames, measureDiagnosis } from './diagnostics';
import { summary } from '../../src/cli/run';
import { allLessons, ClaimCheck } from '../lessons/claims';
import { measure } from './measure';
import { ONLINE_CELLS, trainOnline } from './online-reward-model';
import { ACCEPTED_SCORES, PROCESS_TASKS, scoreFigures } from './process-model';

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

/** Every claim of every lesson over all seeds, in the lesson's order: 1 where it holds. */
const lessonTasks = (await allLessons()).map(
  (one): Task => ({
    id: `lesson ${one.lesson.id}`,
    slow: false,
    async run(seeds) {
      const check = new ClaimCheck(one, seeds);
      const figures: Figure[] = [];
      for (const [k, claim] of one.lesson.claims.entries()) {
        figures.push({ name: `lesson ${one.lesson.id} claim ${k + 1}`, mean: (await check.holds(claim)) ? 1 : 0, spread: 0, reference: '1', accept: [1, 1] });
      }
      return figures;
    },
  }),
);

export const tasks: readonly Task[] = [
  ...lessonTasks,
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
  ...Object.entries(COVERAGE).map(
    ([scheme, reference]): Task => ({
      id: `exploration-maze ${scheme} coverage`,
      slow: false,
      async run(seeds) {
        const { mean, sd } = summary(await coverage(scheme as keyof typeof COVERAGE, seeds));
        return [{ name: `exploration-maze ${scheme} cells seen by update 50`, mean, spread: sd, reference: String(reference) }];
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
  ...CLICK_MEDIANS.flatMap(([width, medians]) =>
    Object.entries(medians).map(
      ([scheme, reference]): Task => ({
        id: `gui-click ${scheme} width=${width}`,
        slow: false,
        async run(seeds) {
          const first = await firstHits(width, scheme, seeds);
          const found = { mean: median(first), spread: summary(first).sd, reference: reference === NEVER ? 'never' : String(reference), accept: acceptedMedian(reference) };
          return [{ name: `gui-click ${scheme} width=${width} median updates to 0.9`, ...found }];
        },
      }),
    ),
  ),
  ...PROCESS_TASKS.map(
    (task): Task => ({
      id: `process model scores ${task}`,
      slow: false,
      async run(seeds) {
        const found = await scoreFigures(task, Math.min(seeds, 10));
        return Object.entries(found).flatMap(([method, models]) => {
          const { correlation, sign } = ACCEPTED_SCORES[task][method] ?? {};
          const figure = (name: string, values: readonly number[], accepted?: { readonly reference: string; readonly accept?: readonly [number, number] }) => {
            const { mean, sd } = summary(values);
            return { name: `${task} ${method} ${name}`, mean, spread: sd, reference: '', ...accepted };
          };
          return [
            figure('correlation', models.map((model) => model.correlation), correlation),
            figure('sign', models.map((model) => model.signAgreement), sign),
            figure('share scored', models.map((model) => 1 - model.silent)),
          ];
        });
      },
    }),
  ),
  {
    id: 'key-door reward model refitted online',
    slow: false,
    async run(seeds) {
      const figures: Figure[] = [];
      const solvedBy: number[] = [];
      for (const [name, cell] of Object.entries(ONLINE_CELLS)) {
        const learners = await Promise.all(Array.from({ length: Math.min(seeds, 10) }, (_, learner) => trainOnline(cell, learner)));
        const solved = summary(learners.map(({ success }) => (success > 0.5 ? 1 : 0)));
        const utility = summary(learners.map((learner) => learner.utility));
        if (cell.rounds > 1) solvedBy.push(solved.mean);
        figures.push(
          { name: `key-door ${name} solved`, mean: solved.mean, spread: solved.sd, reference: cell.reference[0], ...(cell.solved && { accept: cell.solved }) },
          { name: `key-door ${name} U`, mean: utility.mean, spread: utility.sd, reference: cell.reference[1], ...(cell.utility && { accept: cell.utility }) },
        );
      }
      const isMonotone = solvedBy.every((share, k) => k === 0 || share >= solvedBy[k - 1]);
      return [...figures, { name: 'key-door online: more comparisons never solve less', mean: isMonotone ? 1 : 0, spread: 0, reference: '1', accept: [1, 1] }];
    },
  },
  {
    id: 'denoiser credits',
    slow: false,
    async run() {
      const measured = await measureCredits(BATCHES);
      return Object.entries(CREDITS).flatMap(([name, [correlation, cosine, cosineOfMean]]) => {
        const near = (figure: string, mean: number, spread: number, reference: number) => ({ name: `denoiser ${name} ${figure}`, mean, spread, reference: String(reference) });
        return [
          { ...near('correlation', measured[name].correlation, 0, correlation), accept: [correlation - 0.03, correlation + 0.03] as const },
          { ...near('batch cosine', measured[name].cosine, measured[name].cosineError, cosine), accept: [cosine - 0.03, cosine + 0.03] as const },
          near('cosine of mean', measured[name].cosineOfMean, 0, cosineOfMean),
        ];
      });
    },
  },
];
