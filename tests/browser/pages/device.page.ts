import type { SchemeSpec } from '../../../src/core/scheme/scheme-spec';
import { completeParameters } from '../../../src/core/contracts/parameters';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import reinforce from '../../../src/core/objectives/reinforce';
import { ComputeKernel, groupsFor, ReadBack, storageBuffer, storageOf } from '../../../src/engine/compute-kernel';
import { DeviceSignals } from '../../../src/engine/device-signals';
import { gradientShader, thresholdShader } from '../../../src/engine/policy-kernels';
import { differenceOf, SignalKernels, type DevicePriced, type PricedSignals, type SignalDifference } from '../../../src/engine/signal-comparison';
import { sizeWords } from '../../../src/engine/signal-layout';
import { signalPlan, type SignalPlan } from '../../../src/engine/signal-plan';
import { gated, pricedProblem, schemeOf, shaped, type PricedProblem, type ProblemSize } from '../../engine/priced-problem';
import { relativeDistance, uniform } from '../../engine/reference-network';
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
  const own = await kernels.price({ ...given, plan: FAULTS[fault](given.plan) });
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

export interface Ends {
  /** The largest distance of a threshold, in units of 2⁻³². */
  readonly units: number;
  /** Distance of dL/dlogits from the objective's, as a share of its largest number. */
  readonly gradient: number;
  /** The same from the objective of the batch with rewards negated: what a wrong sign looks like. */
  readonly negated: number;
}

/** Policies and gradients of a batch of two learners, whose outputs lie in more rows than there are states. */
async function ends(size: ProblemSize): Promise<Ends> {
  const problems = [problemOf(size, { estimator: 'mc-return' }), problemOf(size, { estimator: 'grpo' })];
  const [{ table, batch, rollout }] = problems;
  const { S, A } = table;
  const on = await device();
  const outputRows = S + 5;
  const outputs = uniform(2 * outputRows * A, 3, 21);
  const base = uniform(S * A, 1, 22);
  const signals = new DeviceSignals(on, table, batch.group, { learners: 2, nTraj: size.nTraj, groups: batch.group.count });
  on.queue.writeBuffer(signals.sizes, 0, Uint32Array.from(sizeWords(signals.size, table, outputRows)));
  signals.setPlans(problems.map(({ priced }) => signalPlan(priced.scheme, table, 0) as SignalPlan), [null, null]);
  const played = storageOf(on, Uint32Array.from([...rollout.row, ...rollout.row, ...rollout.length, ...rollout.length]));
  const [probability, threshold, dLogits] = [0, 1, 2].map(() => storageBuffer(on, 8 * S * A));
  const encoder = on.createCommandEncoder();
  const first = encoder.beginComputePass();
  new ComputeKernel(on, thresholdShader, 'think').dispatch(first, [signals.sizes, storageOf(on, outputs), storageOf(on, base), probability, threshold], [groupsFor(2 * S)], 'checks');
  first.end();
  signals.encode(encoder, played, 'checks');
  const second = encoder.beginComputePass();
  new ComputeKernel(on, gradientShader, 'differentiate').dispatch(second, [signals.sizes, signals.sums, signals.largest, probability, dLogits], [groupsFor(2 * S)], 'checks');
  second.end();
  const back = new ReadBack(on, [threshold, dLogits]);
  back.encode(encoder);
  on.queue.submit([encoder.finish()]);
  const [thresholds, gradients] = await back.read();
  const expected = new Float64Array(2 * S * A);
  let units = 0;
  problems.forEach(({ aggregates }, m) => {
    const logits = Float64Array.from({ length: S * A }, (_, k) => Math.fround(outputs[m * outputRows * A + k] + base[k]));
    const policy = softmaxPolicy(logits, S, A);
    const own = new Uint32Array(thresholds, 4 * m * S * A, S * A);
    policy.threshold.forEach((word, k) => (units = Math.max(units, Math.abs(word - own[k]))));
    const out = expected.subarray(m * S * A, (m + 1) * S * A);
    reinforce.gradient(aggregates, { ...policy, logits, behaviour: policy.probability, reference: policy.logProbability, iteration: 0 }, completeParameters(reinforce.params, {}).values as never, out);
  });
  const seen = new Float32Array(gradients, 0, 2 * S * A);
  signals.dispose();
  return { units, gradient: relativeDistance(seen, expected), negated: relativeDistance(seen, expected.map((x) => -x)) };
}

expose({ ends, price, priceAll, sumsInEitherOrder });
