import { epsilon } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { positionLines, positionMembers } from '../math/group-explanation';
import { positionScores, type Buffer } from '../math/group-statistics';

const needs = { outcome: 'trajectory', odeRewards: 'state', group: 'group' } as const;

interface Settings {
  readonly eta: number;
  readonly takeDeltaGlobalAsMain: boolean;
  readonly useDeltaGlobal: boolean;
  readonly useSdeMinusRt: boolean;
  readonly dropMain: boolean;
  readonly consistentOnly: boolean;
  readonly applyFirstStepBonus: boolean;
}

/** R_k, R_{k+1}, the gain between them and whether the step is a turning point. */
function stepFacts({ outcome, odeRewards, maxLen }: Columns<typeof needs>, settings: Settings, i: number, t: number) {
  const at = i * (maxLen + 1) + t;
  const overall = outcome[i] - odeRewards[i * (maxLen + 1)];
  const gain = odeRewards[at + 1] - odeRewards[at];
  const agrees = Math.sign(gain) * Math.sign(overall) > 0;
  const consistent = Math.sign(gain) * Math.sign(outcome[i] - odeRewards[at + 1]) > 0;
  const disagreedBefore = t > 0 && Math.sign(odeRewards[at] - odeRewards[at - 1]) * Math.sign(overall) < 0;
  const turning =
    t === 0
      ? settings.applyFirstStepBonus && (settings.consistentOnly ? consistent : agrees)
      : disagreedBefore && agrees && (!settings.consistentOnly || consistent);
  return { before: odeRewards[at], gain, overall, turning };
}

function bonusOf(facts: ReturnType<typeof stepFacts>, outcome: number, settings: Settings): number {
  if (settings.takeDeltaGlobalAsMain) return facts.gain;
  if (settings.useSdeMinusRt) return outcome - facts.before;
  return settings.useDeltaGlobal ? facts.overall : outcome;
}

function processRewardsOf(columns: Columns<typeof needs>, settings: Settings, buffer: Buffer): Float64Array {
  const { nTraj, maxLen, length, outcome } = columns;
  const rewards = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0; t < length[i]; t++) {
      const facts = stepFacts(columns, settings, i, t);
      const main = settings.takeDeltaGlobalAsMain ? facts.overall : facts.gain;
      const bonus = facts.turning ? settings.eta * bonusOf(facts, outcome[i], settings) : 0;
      rewards[i * maxLen + t] = (settings.dropMain && facts.turning ? 0 : main) + bonus;
    }
  }
  return rewards;
}

/**
 * TurningPoint-GRPO: a denoising step that turns a falling path into a rising one is paid for what follows from it.
 *
 *     d_k = R_{k+1} − R_k,  Δ = R_sde − R_0,  s_k = sign(d_k)·sign(Δ)
 *     turning point: s_{k−1} < 0 and s_k > 0;  first step: s_0 > 0
 *     p_k = d_k + η·[turning]·bonus,   Â = (p − μ_k)/(σ_k + ε) over the group at step k
 *
 * R_sde is the outcome, which is not the last of `odeRewards`. The bonus is Δ, R_sde or R_sde − R_k; with `takeDeltaGlobalAsMain` Δ is
 * the main part and d_k the bonus. `dropMain` leaves the main part out at turning points. Population deviation; a group of one
 * gets 0. `processRewards` = p.
 */
export default defineEstimator({
  id: 'turning-point-grpo',
  title: 'TurningPoint-GRPO',
  summary: 'Pays denoising steps for turning a falling path into a rising one.',
  formula: String.raw`p_k = d_k + \eta\,[\text{turning}]\,\Delta,\quad \hat A_k = \frac{p_k - \mu_k}{\sigma_k + \varepsilon}`,
  family: 'denoising',
  provenance: 'code',
  cite: [
    { title: 'Alleviating Sparse Rewards by Modeling Step-Wise and Long-Term Sampling Effects in Flow-Based GRPO', source: 'arXiv:2602.06422' },
    { title: 'TurningPoint-GRPO, released code', source: 'YunzeTong/TurningPoint-GRPO@994d26a6' },
  ],
  useWhen: 'Single steps change the course of a picture and deserve credit for what they made possible.',
  breaksWhen: 'Intermediate rewards are noisy: turning points are then found at random.',
  params: {
    eta: { kind: 'number', default: 1, min: 0, max: 5, step: 0.05, symbol: 'η', help: 'Weight of the bonus at turning points.' },
    takeDeltaGlobalAsMain: { kind: 'boolean', default: false, title: 'Overall gain as main part', help: 'Pay every step the overall gain and turning points their own gain on top.' },
    useDeltaGlobal: { kind: 'boolean', default: true, title: 'Bonus: overall gain', help: 'The bonus is the overall gain; otherwise the final reward itself.' },
    useSdeMinusRt: { kind: 'boolean', default: false, title: 'Bonus: gain from here', help: 'The bonus is the final reward minus the reward before the step.' },
    dropMain: { kind: 'boolean', default: false, title: 'Bonus replaces the gain', help: 'At turning points leave the step’s own gain out.' },
    consistentOnly: { kind: 'boolean', default: false, title: 'Consistent ones only', help: 'Count a turning point only when the path keeps its direction to the end.' },
    applyFirstStepBonus: { kind: 'boolean', default: false, title: 'First step too', help: 'Let the first step earn the bonus when it starts in the right direction.' },
    epsilon: epsilon(1e-4),
  },
  needs,
  outputs: { processRewards: 'step' },
  flavours: {
    paper: { title: 'Paper', params: { takeDeltaGlobalAsMain: false, useSdeMinusRt: true, dropMain: true }, help: 'At turning points the gain to the end replaces the step’s own.' },
    repository: { title: 'Configurations of the code', params: { takeDeltaGlobalAsMain: true }, help: 'Every step is paid the overall gain, turning points their own on top.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'R = 2, 1, 4 with outcome 5: Δ = 3, d = −1, 3; step 1 turns, p = (−1, 3 + ½·3). The other rises all the way: p = (1, 1). μ = 0, 2.75, σ = 1, 1.75; ε = 1.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0], outcome: 5, extra: { odeRewards: [2, 1, 4] } },
          { group: 0, rewards: [0, 0], outcome: 3, extra: { odeRewards: [0, 1, 2] } },
        ],
      },
      params: { eta: 0.5, epsilon: 1 },
      expect: [[-0.5, 0.6363636364], [0.5, -0.6363636364]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const processRewards = processRewardsOf(columns, params, buffer);
    return { advantage: positionScores(processRewards, columns, columns.group, params.epsilon, buffer), processRewards };
  },
  explain(columns, params, { processRewards }, i, t) {
    const { outcome, group, maxLen } = columns;
    const facts = stepFacts(columns, params, i, t);
    const at = i * (maxLen + 1) + t;
    const { odeRewards } = columns;
    const gain = line('Gain of the step', 'd', 'R_{k+1} − R_k', fill`${odeRewards[at + 1]} − ${odeRewards[at]}`, facts.gain);
    const overall = line('Overall gain', 'Δ', 'R_sde − R_0', fill`${outcome[i]} − ${odeRewards[i * (maxLen + 1)]}`, facts.overall);
    const main = params.dropMain && facts.turning ? 0 : params.takeDeltaGlobalAsMain ? facts.overall : facts.gain;
    const bonus = facts.turning ? bonusOf(facts, outcome[i], params) : 0;
    const own = line('Process reward', 'p', facts.turning ? 'main + η × bonus' : 'main', facts.turning ? fill`${main} + ${params.eta} × ${bonus}` : fill`${main}`, processRewards![i * maxLen + t], 'reward');
    return explanation([gain, overall, own, ...positionLines(processRewards!, columns, group, i, t, params.epsilon, 'p')], {
      members: positionMembers(processRewards!, columns, group, i, t, 'Process rewards of the group at this step'),
      note: facts.turning ? 'This step is a turning point.' : 'This step is no turning point.',
    });
  },
});
