import type { SchemeSpec } from '../../../src/core/scheme/scheme-spec';
import { differenceOf, SignalKernels, type DevicePriced, type PricedSignals, type SignalDifference } from '../../../src/engine/signal-comparison';
import type { SignalPlan } from '../../../src/engine/signal-plan';
import { gated, pricedProblem, schemeOf, shaped, type PricedProblem, type ProblemSize } from '../../engine/priced-problem';
import { relativeDistance } from '../../engine/reference-network';
import { expose } from './expose';

let shared: Promise<GPUDevice> | undefined;
const device = () => (shared ??= navigator.gpu.requestAdapter().then((adapter) => adapter!.requestDevice()));

/** How a batch is priced wrongly on purpose. */
const FAULTS = {
  none: (plan) => plan,
  discount: (plan) => ({ ...plan, rule: { ...plan.rule, gamma: plan.rule.gamma * 0.9999 } }),
  trace: (plan) => ({ ...plan, rule: { ...plan.rule, lambda: plan.rule.lambda! - 0.0001 } }),
  row: (plan) => ({ ...plan, within: { shut: shifted(plan.within.shut), open: shifted(plan.within.open) } }),
  last: (plan) => ({ ...plan, last: plan.within }),
  gate: (plan) => ({ ...plan, gates: plan.gates.map((rule) => ({ ...rule, limit: rule.limit + 1 })) }),
  every: (plan) => ({ ...plan, any: !plan.any }),
  ddof: (plan) => ({ ...plan, rule: { ...plan.rule, ddof: 1 - plan.rule.ddof } }),
  epsilon: (plan) => ({ ...plan, rule: { ...plan.rule, epsilon: plan.rule.epsilon + 1e-3 } }),
  alone: (plan) => ({ ...plan, rule: { ...plan.rule, raw: !plan.rule.raw } }),
  groups: (plan) => ({ ...plan, rule: { ...plan.rule, wholeBatch: !plan.rule.wholeBatch } }),
  finished: (plan) => ({ ...plan, rule: { ...plan.rule, finishedCount: !plan.rule.finishedCount } }),
  clip: (plan) => ({ ...plan, clip: null }),
} satisfies Record<string, (plan: SignalPlan) => SignalPlan>;

const shifted = (column: Float64Array) => column.map((x, row) => (row % 7 === 0 ? x + 1e-4 : x));

export type Fault = keyof typeof FAULTS;

export interface SchemeCase {
  readonly estimator: string;
  readonly params?: SchemeSpec['estimator']['params'];
  readonly more?: Partial<SchemeSpec>;
  readonly kind?: 'plain' | 'gated' | 'shaped';
}

export interface PricedOnDevice extends SignalDifference {
  /** Distance of the advantages as a share of the largest of them. */
  readonly ofLargest: number;
  /** Rewards that are not TypeScript's, rounded to single precision. */
  readonly otherRewards: number;
  /** How many times the stated bound the sums are away from exact sums of the device's own advantages. */
  readonly ofBound: number;
}

const KINDS = { plain: {}, gated, shaped };
const problemOf = (size: ProblemSize, { estimator, params = {}, more, kind = 'plain' }: SchemeCase) => pricedProblem(size, schemeOf(estimator, params, { ...KINDS[kind], ...more }));

async function onDevice({ table, priced, aggregates }: PricedProblem, fault: Fault): Promise<{ own: DevicePriced; given: PricedSignals }> {
  const kernels = new SignalKernels(await device(), table);
  const given = kernels.take(priced, aggregates);
  if (typeof given === 'string') throw new Error(given);
  // V is read off what pricing saw of it: whatever became of it since is of no matter.
  priced.side.value?.fill(NaN);
  const own = await kernels.price({ ...given, plan: FAULTS[fault](given.plan) }, 'checks');
  kernels.dispose();
  return { own, given };
}

/** A batch priced by TypeScript and by the kernels. */
async function price(size: ProblemSize, scheme: SchemeCase, fault: Fault = 'none'): Promise<PricedOnDevice> {
  const problem = problemOf(size, scheme);
  const { own, given } = await onDevice(problem, fault);
  const isPaid = given.advantage.some((x) => x !== 0);
  return {
    ...differenceOf(own, given, size.T),
    ofLargest: isPaid ? relativeDistance(own.advantage, given.advantage) : Number(own.advantage.some((x) => x !== 0)),
    otherRewards: own.reward.reduce((count, x, k) => count + Number(x !== Math.fround(given.reward[k])), 0),
    ofBound: boundUsed(problem, own),
  };
}

/** Every scheme in batches of every size. */
async function priceAll(sizes: readonly ProblemSize[], schemes: Readonly<Record<string, SchemeCase>>): Promise<(PricedOnDevice & { readonly where: string })[]> {
  const seen: (PricedOnDevice & { readonly where: string })[] = [];
  for (const [name, scheme] of Object.entries(schemes)) {
    for (const size of sizes) seen.push({ where: `${name}, ${JSON.stringify(size)}`, ...(await price(size, scheme)) });
  }
  return seen;
}

/** Sums of the device's own advantages in double precision, against which its sums keep the bound of n·2⁻²⁴·max |Â|. */
function boundUsed({ batch: { nTraj, maxLen, length, row }, table }: PricedProblem, { advantage, sums }: DevicePriced): number {
  const exact = { positive: sums.positive.map(() => 0), negative: sums.negative.map(() => 0) };
  let most = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen; k < i * maxLen + length[i]; k++) {
      const pair = table.rowState[row[k]] * table.A + table.rowAction[row[k]];
      exact[advantage[k] > 0 ? 'positive' : 'negative'][pair] += Math.abs(advantage[k]);
      most = Math.max(most, Math.abs(advantage[k]));
    }
  }
  let worst = 0;
  for (const side of ['positive', 'negative'] as const) {
    sums[side].forEach((sum, pair) => {
      const bound = sums.count[pair] * 2 ** -24 * most;
      if (bound > 0) worst = Math.max(worst, Math.abs(sum - exact[side][pair]) / bound);
    });
  }
  return worst;
}

/** Whether the sums are the same bits when the trajectories come in the opposite order. */
async function sumsInEitherOrder(size: ProblemSize): Promise<boolean> {
  const problem = problemOf(size, { estimator: 'mc-return' });
  const { nTraj, maxLen } = problem.batch;
  const forwards = await onDevice(problem, 'none');
  const { row, length } = problem.rollout;
  const [rows, lengths] = [row.slice(), length.slice()];
  for (let i = 0; i < nTraj; i++) {
    row.set(rows.subarray((nTraj - 1 - i) * maxLen, (nTraj - i) * maxLen), i * maxLen);
    length[i] = lengths[nTraj - 1 - i];
  }
  const backwards = await onDevice(problem, 'none');
  return (['positive', 'negative', 'count'] as const).every((side) => forwards.own.sums[side].every((x, k) => x === backwards.own.sums[side][k]));
}

expose({ price, priceAll, sumsInEitherOrder });
