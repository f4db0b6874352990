import { weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { exp } from '../math/elementary';
import { groupMembers, groupValues } from '../math/group-explanation';
import { groupMoments, groupStepMoments, membersOf, stepsOf, type Buffer } from '../math/group-statistics';

const needs = { group: 'group', passed: 'step-vector' } as const;

interface Settings {
  readonly alpha: number;
  readonly sigma: number;
  readonly delta: number;
  readonly gamma: number;
  readonly beta: number;
}

interface TestWeights {
  readonly passRate: number[];
  readonly density: number[];
  readonly weights: number[];
}

const testsOf = ({ group, passed }: Columns<typeof needs>, g: number) => {
  let tests = 0;
  for (let m = group.start[g]; m < group.start[g + 1]; m++) tests = Math.max(tests, passed.size[group.member[m]]);
  return tests;
};

/** Pass rates of a group's tests over all turns, how crowded each rate is, and the weights. */
function testWeights(columns: Columns<typeof needs>, g: number, { alpha, sigma, delta }: Settings): TestWeights {
  const { group, length, maxLen, passed } = columns;
  const J = testsOf(columns, g);
  const passRate = Array<number>(J).fill(0);
  let turns = 0;
  for (let m = group.start[g]; m < group.start[g + 1]; m++) {
    const i = group.member[m];
    turns += length[i];
    for (let t = 0; t < length[i]; t++) for (let j = 0; j < J; j++) passRate[j] += passed.data[(i * maxLen + t) * passed.width + j];
  }
  for (let j = 0; j < J; j++) passRate[j] /= turns || 1;
  const density = passRate.map((own) => passRate.reduce((sum, other) => sum + exp(-((own - other) * (own - other)) / (2 * sigma * sigma)), 0));
  return { passRate, density, weights: passRate.map((rate, j) => exp(-alpha * rate) / (density[j] + delta)) };
}

function power(base: number, n: number): number {
  let product = 1;
  for (let k = 0; k < n; k++) product *= base;
  return product;
}

function rewardsOf(columns: Columns<typeof needs>, settings: Settings, buffer: Buffer) {
  const { nTraj, maxLen, length, group, passed } = columns;
  const groups = Array.from({ length: group.count }, (_, g) => testWeights(columns, g, settings));
  const localRewards = buffer(nTraj * maxLen).fill(0);
  const globalRewards = buffer(nTraj);
  for (let i = 0; i < nTraj; i++) {
    const { weights } = groups[group.id[i]];
    let solved = false;
    for (let t = 0; t < length[i]; t++) {
      const row = (i * maxLen + t) * passed.width;
      let [local, failed] = [0, weights.length === 0];
      for (let j = 0; j < weights.length; j++) {
        const p = passed.data[row + j];
        local += weights[j] * p;
        if (p === 0) failed = true;
      }
      localRewards[i * maxLen + t] = local;
      solved = !failed;
    }
    globalRewards[i] = solved ? power(settings.gamma, length[i]) : 0;
  }
  return { groups, localRewards, globalRewards };
}

/**
 * VeRPO: partial credit for passed tests, weighted towards rare and hard ones, beside the reward for passing all.
 *
 *     w_j = exp(−α ρ_j) / (N_j + δ),   N_j = Σ_{j'} exp(−(ρ_j − ρ_{j'})² / 2σ²)
 *     Â_{i,t} = (G_i − mean G) + β (Σ_j w_j p_{t,j} − mean over all turns of the group)
 *
 * ρ_j is the pass rate of test j over all turns of the group; G_i = γ^T if all tests pass at the LAST turn, else 0. Weights are not normalised.
 * `passed` holds 0 or 1 per turn and test.
 */
export default defineEstimator({
  id: 'verpo',
  title: 'VeRPO',
  summary: 'Gives partial credit for passed tests, more for hard and unusual ones.',
  formula: String.raw`\hat A_{i,t} = (G_i - \bar G) + \beta\,\Bigl(\sum_j w_j p_{t,j} - \overline{\textstyle\sum_j w_j p_j}\Bigr)`,
  family: 'turns',
  provenance: 'read',
  cite: [{ title: 'VeRPO', source: 'arXiv:2601.03525' }],
  useWhen: 'Code is checked by many tests and turns improve step by step.',
  breaksWhen: 'Tests are near-duplicates with different pass rates: crowding does not see that they are the same.',
  params: {
    beta: weight(0.3, 'Weight of the partial credit.', { symbol: 'β' }),
    alpha: { kind: 'number', default: 1, min: 0, max: 10, step: 0.1, symbol: 'α', help: 'How much easy tests are discounted.' },
    sigma: { kind: 'number', default: 0.1, min: 0.01, max: 1, step: 0.01, symbol: 'σ', help: 'Width within which pass rates count as crowded.' },
    delta: { kind: 'number', default: 1e-6, min: 1e-9, max: 10, step: 0.001, scale: 'log', symbol: 'δ', advanced: true, help: 'Added to the crowding.' },
    gamma: { kind: 'number', default: 0.95, min: 0, max: 1, step: 0.01, symbol: 'γ', title: 'Turn discount', help: 'Factor of the full reward for every turn used.' },
  },
  needs,
  outputs: { localRewards: 'step', globalRewards: 'trajectory', groups: 'groups' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'One test: ρ = 2/3 over three turns, N = 1; α = 0 and δ = 1 give w = 1/(1 + 1). Local ½, ½, 0, mean ⅓. Full: γ² = ¼ and 0, mean 1/8. β = 3.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0], extra: { passed: [[1], [1]] } },
          { group: 0, rewards: [0], extra: { passed: [[0]] } },
        ],
      },
      params: { alpha: 0, delta: 1, gamma: 0.5, beta: 3 },
      expect: [[0.625, 0.625], [-1.125]],
    },
  ],
  estimate(columns, params, { buffer, detail }) {
    const { nTraj, maxLen, length, group } = columns;
    const { groups, localRewards, globalRewards } = rewardsOf(columns, params, buffer);
    const overall = groupMoments(globalRewards, group, 0, buffer);
    const local = groupStepMoments(localRewards, columns, group, 0, buffer);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const level = globalRewards[i] - overall.mean[g];
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = level + params.beta * (localRewards[k] - local.mean[g]);
    }
    return detail ? { advantage, localRewards, globalRewards, groups } : { advantage };
  },
  explain(columns, params, { advantage }, i, t) {
    const { group, maxLen, length, passed } = columns;
    const { groups, localRewards, globalRewards } = rewardsOf(columns, params, (size) => new Float64Array(size));
    const k = i * maxLen + t;
    const { weights } = groups[group.id[i]];
    const row = k * passed.width;
    const terms = weights.filter((_, j) => passed.data[row + j] !== 0);
    const turns = Array.from(membersOf(group, i)).flatMap((j) => Array.from(stepsOf(localRewards, columns, j)));
    const overall = meanLine('Mean full reward of the group', 'μ_G', 'mean(G)', groupValues(globalRewards, group, i));
    const local = meanLine('Mean partial credit of the group', 'μ_r', 'mean over all turns', turns);
    const solved = globalRewards[i] !== 0;
    const product = Array.from({ length: length[i] }, () => fill`${params.gamma}`).join(' × ');
    return explanation(
      [
        line('Full reward', 'G', solved ? 'γ^T' : '0, not all tests pass at the end', solved ? product : '0', globalRewards[i], 'reward'),
        overall,
        line('Partial credit', 'r', 'Σ w_j over passed tests', terms.length > 0 ? fill`sum(${terms})` : '0', localRewards[k], 'reward'),
        local,
        line('Advantage', 'Â', '(G − μ_G) + β × (r − μ_r)', fill`(${globalRewards[i]} − ${overall.value}) + ${params.beta} × (${localRewards[k]} − ${local.value})`, advantage[k], 'advantage'),
      ],
      { members: groupMembers(globalRewards, group, i, 'Full rewards of the group') },
    );
  },
});
