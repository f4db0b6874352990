import { ddof, discount, epsilon, weight } from '../contracts/common-parameters';
import type { Frame, GroupLayout } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { membersOf, type Buffer } from '../math/group-statistics';

interface Settings {
  readonly normMode: 'joint' | 'separate';
  readonly ddof: number;
  readonly epsilon: number;
  readonly epsilonVar: number;
  readonly outcomeWeight: number;
  readonly gainWeight: number;
}

type Input = Frame & { readonly reward: Float64Array; readonly group: GroupLayout };

/** Pool of a step: 0 the outcome, 1 the gains (0 too when joint), −1 for a gain of 0, which is left out. */
const poolOf = (reward: number, last: boolean, joint: boolean) => (last ? 0 : reward === 0 ? -1 : joint ? 0 : 1);

const weighted = (reward: number, last: boolean, { outcomeWeight, gainWeight }: Settings) => reward * (last ? outcomeWeight : gainWeight);

/** Standardised rewards, 0 where a step is left out, [nTraj × maxLen]. */
function standardised({ nTraj, maxLen, length, reward, group }: Input, settings: Settings, buffer: Buffer): Float64Array {
  const joint = settings.normMode === 'joint';
  const pools = 2 * group.count;
  const count = buffer(pools).fill(0);
  const mean = buffer(pools).fill(0);
  const spread = buffer(pools).fill(0);
  const z = buffer(nTraj * maxLen).fill(0);
  const visit = (act: (pool: number, x: number, k: number) => void) => {
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        const last = t === length[i] - 1;
        const pool = poolOf(reward[k], last, joint);
        if (pool >= 0) act(2 * group.id[i] + pool, weighted(reward[k], last, settings), k);
      }
    }
  };
  visit((pool, x) => {
    count[pool] += 1;
    mean[pool] += x;
  });
  for (let pool = 0; pool < pools; pool++) if (count[pool] > 0) mean[pool] /= count[pool];
  visit((pool, x) => (spread[pool] += (x - mean[pool]) * (x - mean[pool])));
  for (let pool = 0; pool < pools; pool++) {
    spread[pool] = count[pool] > 1 ? Math.sqrt(spread[pool] / (count[pool] - settings.ddof) + settings.epsilonVar) : 1;
  }
  visit((pool, x, k) => (z[k] = (x - mean[pool]) / (spread[pool] + settings.epsilon)));
  return z;
}

/**
 * IGPO: each turn is paid the information it gained about the answer, the last turn the outcome; both are
 * standardised over the group and accumulated.
 *
 *     z = (w·r − mean) / (sqrt(var + ε_v) + ε)   over the pool of the group
 *     Â_t = z_t + γ·(Â of the next boundary)
 *
 * `joint` pools gains and outcomes, `separate` keeps two pools. A gain of exactly 0 is in no pool and, like a z of
 * exactly 0, is no boundary: its step takes the Â of the next one, and γ counts once per boundary. A pool of one entry
 * has deviation 1. The rewards themselves are the differences of answer probability (see the reward of
 * that name). This is the newer released code.
 */
export default defineEstimator({
  id: 'igpo',
  title: 'IGPO',
  summary: 'Standardises information gains and outcomes over the group and adds up what is still to come.',
  formula: String.raw`\hat A_t = z_t + \gamma \hat A_{t'},\quad z = \frac{w r - \mu}{\sqrt{v + \varepsilon_v} + \varepsilon}`,
  family: 'turns',
  provenance: 'code',
  cite: [
    { title: 'Information Gain-based Policy Optimization', source: 'arXiv:2510.14967' },
    { title: 'IGPO, newer released code', source: 'debajoycs98/IGPO@86601963:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Every turn can be asked how likely the right answer has become.',
  breaksWhen: 'Gains are tiny and noisy: standardising them makes them as loud as the outcome.',
  params: {
    normMode: {
      kind: 'choice',
      default: 'joint',
      title: 'Pools',
      options: [
        { value: 'joint', title: 'One pool' },
        { value: 'separate', title: 'Outcome and gains apart' },
      ],
      help: 'Whether outcomes and gains are standardised together.',
    },
    gamma: discount(1),
    outcomeWeight: weight(1, 'Factor of the outcome before standardising.', { title: 'Outcome weight', advanced: true }),
    gainWeight: weight(1, 'Factor of the gains before standardising.', { title: 'Gain weight', advanced: true }),
    epsilon: epsilon(1e-6),
    epsilonVar: { kind: 'number', default: 1e-8, min: 0, max: 0.1, step: 1e-8, symbol: 'ε_v', advanced: true, help: 'Added to the variance, inside the root.' },
    ddof: ddof(0),
  },
  needs: { reward: 'step', group: 'group' },
  alsoPublished: [
    { id: 'igpo-code', why: 'First released code: against the mean at the same turn, no division.' },
    { id: 'igpo-code-discounted', why: 'Unused helper of that code: against the first turns alone, γ = ½.' },
  ],
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'One pool of 1, 3, 2, 2 (the gain 0 is left out): mean 2, variance ½; ε_v = ½ makes the root 1. z = −1, ·, 1 and 0, 0. The zero gain and the zero z repeat what follows; γ = ½ counts once.',
      input: { trajectories: [{ group: 0, rewards: [1, 0, 3] }, { group: 0, rewards: [2, 2] }] },
      params: { gamma: 0.5, epsilonVar: 0.5, epsilon: 1e-12 },
      expect: [[-0.5, 1, 1], [0, 0]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length } = columns;
    const advantage = standardised(columns, params, buffer);
    for (let i = 0; i < nTraj; i++) {
      let following = 0;
      for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) {
        if (advantage[k] !== 0) following = advantage[k] + params.gamma * following;
        advantage[k] = following;
      }
    }
    return { advantage };
  },
  explain(columns, params, { advantage }, i, t) {
    const { reward, maxLen, length, group } = columns;
    const k = i * maxLen + t;
    const z = standardised(columns, params, (size) => new Float64Array(size));
    const following = t + 1 < length[i] ? advantage[k + 1] : 0;
    if (z[k] === 0) {
      return explanation([line('Advantage', 'Â', 'Â of the next boundary', fill`${advantage[k]}`, advantage[k], 'advantage')], {
        note: 'This step gained nothing of its own, so it takes the advantage of the step after it.',
      });
    }
    const joint = params.normMode === 'joint';
    const lastStep = t === length[i] - 1;
    const pool = poolOf(reward[k], lastStep, joint);
    const entries = Array.from(membersOf(group, i)).flatMap((j) =>
      Array.from({ length: length[j] }, (_, s) => ({ trajectory: j, step: s, r: reward[j * maxLen + s], last: s === length[j] - 1 }))
        .filter(({ r, last }) => poolOf(r, last, joint) === pool)
        .map(({ trajectory, step, r, last }) => ({ trajectory, step, value: weighted(r, last, params) })),
    );
    const values = entries.map(({ value }) => value);
    const own = weighted(reward[k], lastStep, params);
    const mean = meanLine('Mean of the pool', 'μ', 'mean(w × r)', values);
    const squares = values.reduce((sum, x) => sum + (x - mean.value) * (x - mean.value), 0);
    const variance = squares / (values.length - params.ddof);
    const spread = line('Spread of the pool', 's', 'sqrt(v + ε_v)', fill`sqrt(${squares} / ${values.length - params.ddof} + ${params.epsilonVar})`, Math.sqrt(variance + params.epsilonVar));
    return explanation(
      [
        mean,
        spread,
        line('Standardised reward', 'z', '(w × r − μ) / (s + ε)', fill`(${own} − ${mean.value}) / (${spread.value} + ${params.epsilon})`, z[k]),
        line('Advantage', 'Â', 'z + γ × Â of the next boundary', fill`${z[k]} + ${params.gamma} × ${following}`, advantage[k], 'advantage'),
      ],
      { members: { title: 'Rewards of the pool', baseline: mean.value, values: entries } },
    );
  },
});
