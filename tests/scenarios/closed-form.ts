/** Measured outcomes of the scenarios in closed form: how soon clicks hit, what credits of denoising steps are worth, and how fast each learns. */
import { allPlugins } from '../../src/core/all-plugins';
import { ClosedFormBatch } from '../../src/core/batch/closed-form-batch';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { loadPreset } from '../../src/core/experiment/presets';
import { resolveSpec, type ClosedFormExperiment } from '../../src/core/experiment/resolve';
import { normalDraws } from '../../src/core/math/normal';
import { EMPTY_SIDE, priceBatch, type PricedBatch } from '../../src/core/scheme/price-batch';
import { diagnoseClosedForm } from '../../src/worker/closed-form-diagnosis';
import { around, cellOf, check } from './cell';
import { measure } from './measure';

const plugins = allPlugins();

/** Median number of updates to a hit rate of 0.9, looked at every 5; NEVER where 400 were not enough. */
export const NEVER = 405;
const LOOKS = Array.from({ length: 81 }, (_, k) => 5 * k);

/** By width of the target: medians of 20 learners of an independent implementation. */
export const CLICK_MEDIANS: readonly (readonly [width: number, medians: Readonly<Record<string, number>>])[] = [
  [0.4, { binary: 15, gaussian: 15, wide: 10, distance: 10 }],
  [0.2, { binary: 40, gaussian: 25, wide: 20, distance: 20 }],
  [0.1, { binary: 105, gaussian: 40, wide: 30, distance: 30 }],
  [0.05, { binary: 322, gaussian: 70, wide: 35, distance: 35 }],
  [0.025, { binary: NEVER, gaussian: 130, wide: 43, distance: 45 }],
];

/** Ten per cent or one look; "never" is never. */
export function acceptedMedian(reference: number): readonly [number, number] {
  if (reference === NEVER) return [NEVER, NEVER];
  const margin = Math.max(5, 0.1 * reference);
  return [reference - margin, reference + margin];
}

/** First look at which each learner hits in nine of ten. */
export async function firstHits(width: number, scheme: string, seeds: number): Promise<number[]> {
  const metrics = await measure({ id: scheme, args: `gui-click --scheme ${scheme} --set width=${width} --at ${LOOKS.join(',')}`, checks: [] }, seeds);
  return Array.from({ length: seeds }, (_, seed) => LOOKS.find((k) => metrics[`hit@${k}`].values[seed] >= 0.9) ?? NEVER);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const reward = (at: number, reference: number) => check(`reward@${at}`, String(reference), around(reference, 0.02));

/** Training cells of the denoiser, all short enough for the quick set. */
export const denoiserCells = [
  cellOf('denoiser', 'broadcast', '25,50', [reward(25, 0.08), check('reward@50', '.186')], { quickSeeds: 20 }),
  cellOf('denoiser', 'gains', '25,50', [reward(25, 0.318), check('reward@50', '.417')], { quickSeeds: 20 }),
  cellOf('denoiser', 'gains-to-go', '25,50', [reward(25, 0.111), check('reward@50', '.275')], { quickSeeds: 20 }),
  cellOf('denoiser', 'turning-point', '25,50', [reward(25, 0.277), check('reward@50', '.415')], { quickSeeds: 20 }),
  cellOf('denoiser', 'turning-point-public', '25', [reward(25, 0.272)], { quickSeeds: 20 }),
  cellOf('denoiser', 'step-advantage', '25,50', [reward(25, 0.377), check('reward@50', '.418')], { quickSeeds: 20 }),
  ...(
    [
      ['broadcast', 0.083],
      ['gains', 0.452],
      ['turning-point', 0.447],
      ['step-advantage', 0.459],
    ] as const
  ).map(([scheme, reference]) => cellOf('denoiser', scheme, '25', [reward(25, reference)], { set: '/scenario/params/noise=decay', quickSeeds: 20 })),
];

export interface CreditFigures {
  /** Pearson's correlation of the credit before normalisation with the exact step advantage: at each step over all trajectories, then averaged over steps. */
  readonly correlation: number;
  /** Of the update with the exact gradient: the mean over batches, its standard error, and that of the summed update. */
  readonly cosine: number;
  readonly cosineError: number;
  readonly cosineOfMean: number;
}

/** Figures of an independent implementation at u = 0: correlation, batch cosine, cosine of the mean update. */
export const CREDITS: Readonly<Record<string, readonly [correlation: number, cosine: number, cosineOfMean: number]>> = {
  broadcast: [0.25, 0.55, 0.998],
  gains: [0.89, 0.855, 0.94],
  'gains-to-go': [0.33, 0.65, 0.975],
  'turning-point': [0.63, 0.845, 0.95],
  'turning-point-public': [0.59, 0.852, 0.96],
  'step-advantage': [1, 0.861, 1],
};

/** What the schemes of `CREDITS` are worth under the starting policy, over fresh batches. */
export async function measureCredits(batches: number): Promise<Readonly<Record<string, CreditFigures>>> {
  const { spec, library } = (await loadPreset('denoiser'))!;
  const all = [...spec.schemes, ...library];
  const schemes = Object.keys(CREDITS).map((name) => all.find((scheme) => scheme.name === name)!);
  const experiment = resolveSpec({ ...spec, schemes } as ExperimentSpec, plugins) as ClosedFormExperiment;
  const world = experiment.worlds.of(0);
  const work = diagnoseClosedForm(experiment, { logits: world.start, iteration: 0, batches });
  let step = work.next();
  while (!step.done) step = work.next();
  const figures = step.value;
  const sums = schemes.map(() => Array.from({ length: world.steps }, () => ({ x: 0, y: 0, xx: 0, yy: 0, xy: 0, n: 0 })));
  for (let b = 0; b < batches; b++) {
    const play = world.play(world.start, normalDraws({ seed: 9, learner: 0, iteration: b }, spec.training.trajectories, world.draws));
    const batch = new ClosedFormBatch(experiment.scenario, world, play, spec.training.groupSize);
    experiment.schemes.forEach((scheme, k) => {
      const credit = creditOf(priceBatch(batch, scheme!, EMPTY_SIDE));
      credit.forEach((x, j) => {
        const at = sums[k][j % world.steps];
        const y = play.advantage[j];
        at.x += x;
        at.y += y;
        at.xx += x * x;
        at.yy += y * y;
        at.xy += x * y;
        at.n += 1;
      });
    });
  }
  const correlation = (k: number) =>
    sums[k].reduce((total, { x, y, xx, yy, xy, n }) => total + (xy - (x * y) / n) / Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n)), 0) / world.steps;
  return Object.fromEntries(
    schemes.map(({ name }, k) => {
      const { cosine, cosineError, cosineOfMean } = figures[k];
      return [name, { correlation: correlation(k), cosine, cosineError, cosineOfMean }];
    }),
  );
}

/** What a scheme credits each step with, before it is compared with the group: its process rewards, or the whole return on every step. */
function creditOf({ batch, scheme, reward: paid, estimate }: PricedBatch): Float64Array {
  const process = (estimate as { processRewards?: Float64Array }).processRewards;
  if (process) return process;
  if (scheme.spec.estimator.id !== 'grpo') return paid;
  return paid.map((_, j) => {
    const from = Math.floor(j / batch.maxLen) * batch.maxLen;
    return paid.subarray(from, from + batch.maxLen).reduce((a, b) => a + b, 0);
  });
}
