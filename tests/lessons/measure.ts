/** Trains the arms of a lesson without a page and measures what its claims and its prose speak of. */
import { allPlugins } from '../../src/core/all-plugins';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import { expectedMetrics, occupancy } from '../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { summary } from '../../src/cli/run';
import type { LessonCard } from '../../src/lessons/card';
import { armExperiment, armsOf, withoutReward } from '../../src/lessons/experiment';
import type { Arm, Lesson, Measured } from '../../src/lessons/lesson';
import type { RecordedArm, RecordedCurve, Recording, Summary, Unit } from '../../src/lessons/recording';
import { METRICS, type Metric } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';

const plugins = allPlugins();
/** Figures of the first batch, which a scheme's reward and estimator decide before anything is learned. */
const FIRST: readonly Metric[] = ['cosine', 'wrongSign', 'zeroGroups'];
const POINTS = 60;

/** One seed, or several of one scenario: figures by name, curves as [seed][iteration]. */
interface Trained {
  readonly figures: Record<string, number[]>;
  readonly truth: Float64Array[];
  readonly proxy: Float64Array[];
}

/** Measures one arm over seeds 0 … n − 1. */
export async function measureArm(card: LessonCard, lesson: Lesson, arm: Arm, { seeds, curves = false, isZero = false }: { seeds: number; curves?: boolean; isZero?: boolean }): Promise<RecordedArm> {
  const at = [0, ...(lesson.at ?? []), arm.iterations ?? lesson.iterations];
  const specOf = async (first: number, count: number) => {
    const spec = await armExperiment(card, lesson, arm, first);
    const seeded = { ...spec, training: { ...spec.training, engine: 'ts' as const, seeds: { first, count } } };
    return isZero ? withoutReward(seeded) : seeded;
  };
  const parts = arm.perSeed
    ? await inTurn(Array.from({ length: seeds }, (_, seed) => async () => train(await specOf(seed, 1), at, curves)))
    : [await train(await specOf(0, seeds), at, curves)];
  const figures: Record<string, Summary> = {};
  for (const name of Object.keys(parts[0]!.figures)) figures[name] = summary(parts.flatMap((part) => part.figures[name]!));
  const iterations = at.at(-1)!;
  const curve = curves ? curveOf(parts.flatMap((part) => part.truth), parts.flatMap((part) => part.proxy), iterations) : undefined;
  return { iterations, figures, ...(curve && { curve }) };
}

/** Everything that a lesson's page prints. */
export async function record(card: LessonCard, lesson: Lesson, seeds: number): Promise<Recording> {
  const arms: Record<string, RecordedArm> = {};
  for (const [name, arm] of Object.entries(armsOf(card, lesson))) arms[name] = await measureArm(card, lesson, arm, { seeds, curves: name in lesson.names });
  const [first] = Object.values(armsOf(card, lesson));
  const { table, scenario } = resolveExperiment(await armExperiment(card, lesson, first!, 0), plugins);
  const units: Record<string, Unit> = { cosine: 'number', wrongSign: 'share', zeroGroups: 'share' };
  for (const [name, { unit }] of Object.entries(scenario.metrics)) units[name] = unit;
  return { lesson: lesson.id, seeds, truth: table.truth, units, arms };
}

/** What a claim reads, from arms that were measured. */
export function measuredFrom(arms: Readonly<Record<string, RecordedArm>>): Measured {
  const find = (arm: string, figure: string) => {
    const values = arms[arm]?.figures[figure];
    if (!values) throw new Error(`${arm} ${figure} was not measured.`);
    return values;
  };
  return { mean: (arm, figure) => find(arm, figure).mean, values: (arm, figure) => find(arm, figure).values };
}

async function train(spec: ExperimentSpec, at: readonly number[], curves: boolean): Promise<Trained> {
  const { count } = spec.training.seeds;
  const figures: Record<string, number[]> = {};
  const truth = Array.from({ length: count }, () => new Float64Array(spec.training.iterations + 1));
  const proxy = Array.from({ length: count }, () => new Float64Array(spec.training.iterations + 1).fill(Number.NaN));
  await firstBatch(spec, figures);
  const training = await Training.start(spec, { plugins, now: () => 0, figures: curves });
  const { table } = training.experiment;
  const last = at.at(-1)!;
  for (let iteration = 0; ; iteration++) {
    if (at.includes(iteration)) {
      const logits = await training.policies();
      for (const [k, values] of logits.entries()) {
        const { probability } = softmaxPolicy(values, table.S, table.A);
        const metrics = expectedMetrics(table, probability, occupancy(table, probability).visits);
        for (const [name, value] of Object.entries(metrics)) (figures[`${name}@${iteration}`] ??= [])[k] = value;
        truth[k]![iteration] = metrics[table.truth]!;
      }
    }
    if (iteration >= last) break;
    const report = await training.iterate();
    const [failure] = report?.failures ?? [];
    if (!report || failure) throw new Error(failure?.message ?? 'Training ended early.');
    if (!curves) continue;
    for (let k = 0; k < count; k++) {
      truth[k]![iteration] = report.metrics[k * METRICS.length + METRICS.indexOf('success')]!;
      proxy[k]![iteration] = report.metrics[k * METRICS.length + METRICS.indexOf('proxy')]!;
    }
  }
  training.dispose();
  return { figures, truth, proxy };
}

/** Figures of the first batch, by a run of one iteration. */
async function firstBatch(spec: ExperimentSpec, into: Record<string, number[]>): Promise<void> {
  const training = await Training.start({ ...spec, training: { ...spec.training, iterations: 1 } }, { plugins, now: () => 0 });
  const report = (await training.iterate())!;
  for (const metric of FIRST) {
    into[`${metric}@0`] = Array.from({ length: spec.training.seeds.count }, (_, k) => {
      const value = report.metrics[k * METRICS.length + METRICS.indexOf(metric)]!;
      return Number.isNaN(value) ? 0 : value;
    });
  }
  training.dispose();
}

function curveOf(truth: readonly Float64Array[], proxy: readonly Float64Array[], iterations: number): RecordedCurve {
  const every = Math.max(1, Math.round(iterations / POINTS));
  const iteration = Array.from({ length: iterations + 1 }, (_, k) => k).filter((k) => (k % every === 0 && k <= iterations - every / 2) || k === iterations);
  const over = (curves: readonly Float64Array[], pick: (values: number[]) => number) =>
    iteration.map((k) => {
      const at = curves.map((curve) => curve[k]!).filter((x) => Number.isFinite(x));
      return at.length === 0 ? Number.NaN : Number(pick(at).toPrecision(4));
    });
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const averaged = over(proxy, mean);
  // The last update has no batch after it; its dotted curve ends level.
  averaged[averaged.length - 1] = averaged.at(-2)!;
  return { iteration, mean: over(truth, mean), low: over(truth, (x) => Math.min(...x)), high: over(truth, (x) => Math.max(...x)), proxy: averaged };
}

async function inTurn<T>(work: readonly (() => Promise<T>)[]): Promise<T[]> {
  const done: T[] = [];
  for (const next of work) done.push(await next());
  return done;
}
