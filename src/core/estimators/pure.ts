import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine, whitenLines } from '../math/group-explanation';
import { membersOf, rewardToGo, stepsOf } from '../math/group-statistics';
import { creditedReward, softMinimumLines } from '../math/min-form-credit';
import { whiten } from '../math/statistics';

const fresh = (size: number) => new Float64Array(size);

/**
 * PURE: a chain of reasoning is worth its worst step, so process rewards are credited by their minimum,
 * not by their sum.
 *
 *     r*_t = softmax_t(−r / T₀) · r_t,  G_t = Σ_{k ≥ t} r*_k          (approx-min, G_0 ≈ min r)
 *     G_t  = min_{k ≥ t} r_k                                          (strict-min)
 *     b_i  = Σ_{j ≠ i} Σ_t G_{j,t} / ((n − 1) · width),   Â = G − b, whitened over the batch if asked
 *
 * `width` is the padded width of the batch, as the published code has it, and `strict-min` runs over that
 * padding: a trajectory shorter than it has G_t = min(0, …). A group of one has b = 0 (the code divides by
 * zero there). `sum` credits rewards as they are. `returns` has the baseline subtracted and is not whitened.
 */
export default defineEstimator({
  id: 'pure',
  title: 'PURE',
  summary: 'Credits a chain of steps by its weakest one, so that padding with good steps earns nothing.',
  formula: String.raw`r^*_t = \frac{e^{-r_t/T_0}}{\sum_k e^{-r_k/T_0}}\, r_t,\quad \hat A_t = \sum_{k \ge t} r^*_k - b_i`,
  family: 'process',
  provenance: 'code',
  cite: [
    { title: 'Cheng et al., Stop Summation: Min-Form Credit Assignment Is All Process Reward Model Needs for Reasoning', source: 'arXiv:2504.15275' },
    { title: 'PURE, branch verl', source: 'CJReinforce/PURE@83f9869c:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'A process reward scores each step in [−1, 1] and summing it pays for many harmless steps.',
  breaksWhen: 'Rewards mark success rather than correctness: the minimum of 0, 0, 0, 1 is 0 and the success is not seen.',
  params: {
    creditAssignment: {
      kind: 'choice',
      default: 'approx-min',
      title: 'Credit',
      options: [
        { value: 'approx-min', title: 'Soft minimum' },
        { value: 'strict-min', title: 'Minimum' },
        { value: 'sum', title: 'Sum' },
      ],
      help: 'How the rewards of a chain become its return.',
    },
    temperature: { kind: 'number', default: 0.1, min: 0.01, max: 2, step: 0.01, symbol: 'T₀', help: 'Small values credit only the worst step; large ones spread credit evenly.' },
    advNorm: { kind: 'boolean', default: true, title: 'Whiten', help: 'Whiten over all steps of the batch.' },
    responseLength: { kind: 'number', default: null, nullable: true, min: 1, max: 512, step: 1, title: 'Padded width', advanced: true, help: 'Width that the baseline divides by; off takes the longest trajectory that the batch could hold.' },
  },
  needs: { reward: 'step', group: 'group' },
  outputs: { returns: 'step', transformedRewards: 'step' },
  alsoPublished: [{ id: 'pure-openrlhf', why: 'The other branch of the released code: a baseline per step or token, no whitening.' }],
  laws: ['order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'T₀ = 1/ln 3 makes the weights powers of three: r = 0, −1 has weights 1/4, 3/4 and r* = 0, −0.75. The other, r = 1, keeps r* = 1. Width 2: b_1 = 1/(1·2), b_2 = (−0.75 − 0.75)/2.',
      input: { trajectories: [{ group: 0, rewards: [0, -1] }, { group: 0, rewards: [1] }] },
      params: { temperature: 0.9102392266268373, advNorm: false, responseLength: 2 },
      expect: [[-1.25, -1.25], [1.75]],
    },
    {
      why: 'Strict minimum, both as wide as the batch: G = [−1, 2] and [0.5, 0.5]; b_1 = 1/2, b_2 = 1/2.',
      input: { trajectories: [{ group: 0, rewards: [-1, 2] }, { group: 0, rewards: [3, 0.5] }] },
      params: { creditAssignment: 'strict-min', advNorm: false, responseLength: 2 },
      expect: [[-1.5, 1.5], [0, 0]],
    },
  ],
  estimate(columns, { creditAssignment, temperature, advNorm, responseLength }, { buffer }) {
    const { nTraj, maxLen, length, group, reward } = columns;
    const width = responseLength ?? maxLen;
    const transformedRewards = creditedReward(reward, columns, creditAssignment === 'approx-min' ? 'approx-min' : 'sum', temperature, buffer);
    const returns = creditAssignment === 'strict-min' ? suffixMinimum(reward, columns, width, buffer) : rewardToGo(transformedRewards, columns, 1, buffer);
    const own = buffer(nTraj);
    const sum = buffer(group.count).fill(0);
    for (let i = 0; i < nTraj; i++) {
      let total = 0;
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += returns[k];
      own[i] = total;
      sum[group.id[i]] += total;
    }
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const others = group.start[g + 1] - group.start[g] - 1;
      const baseline = others > 0 ? (sum[g] - own[i]) / (others * width) : 0;
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) returns[k] -= baseline;
    }
    const advantage = advNorm ? whiten(returns, length, maxLen, buffer(returns.length)) : returns;
    return { advantage, returns, transformedRewards };
  },
  explain(columns, { creditAssignment, temperature, advNorm, responseLength }, { returns, transformedRewards }, i, t) {
    const { reward, maxLen, length, group } = columns;
    const width = responseLength ?? maxLen;
    const k = i * maxLen + t;
    const strict = creditAssignment === 'strict-min';
    const plain = strict ? suffixMinimum(reward, columns, width, fresh) : rewardToGo(transformedRewards!, columns, 1, fresh);
    const steps = Array.from(stepsOf(reward, columns, i));
    const lines = creditAssignment === 'approx-min' ? softMinimumLines(steps, t, temperature) : [];
    if (strict) {
      const tail = steps.slice(t).concat(length[i] < width ? [0] : []);
      lines.push(line('Minimum from here on', 'G', 'min_{k ≥ t} r_k', tail.length > 1 ? fill`min(${tail})` : fill`${tail[0]}`, plain[k], 'return'));
    } else {
      lines.push(rewardToGoLine(transformedRewards!, plain, columns, 1, i, t));
    }
    const others = Array.from(membersOf(group, i)).filter((j) => j !== i);
    const total = others.reduce((sum, j) => sum + stepsOf(plain, columns, j).reduce((a, b) => a + b, 0), 0);
    const baseline = others.length > 0 ? total / (others.length * width) : 0;
    lines.push(
      others.length > 0
        ? line('Baseline from the others', 'b', 'Σ_{j ≠ i} Σ_t G_j / ((n − 1) × width)', fill`${total} / (${others.length} × ${width})`, baseline)
        : line('Baseline of a group of one', 'b', '0', '0', 0),
      line(advNorm ? 'Return minus baseline' : 'Advantage', advNorm ? 'x' : 'Â', 'G − b', fill`${plain[k]} − ${baseline}`, returns![k], advNorm ? 'plain' : 'advantage'),
    );
    return explanation(advNorm ? [...lines, ...whitenLines(returns!, columns, k, 'x')] : lines);
  },
});

interface Lengths {
  readonly nTraj: number;
  readonly maxLen: number;
  readonly length: Int32Array;
}

function suffixMinimum(reward: Float64Array, { nTraj, maxLen, length }: Lengths, width: number, buffer: (size: number) => Float64Array): Float64Array {
  const returns = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    let least = length[i] < width ? 0 : Infinity;
    for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) returns[k] = least = Math.min(least, reward[k]);
  }
  return returns;
}
