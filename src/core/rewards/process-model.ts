import { explained, list, rewardLine, step } from '../contracts/explain-reward';
import type { PlayOn } from '../contracts/columns';
import { operand, printed, type ExplanationLine } from '../contracts/explanation';
import { asNumberLists, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { completionOutcomes, MAX_COMPLETIONS } from '../mdp/completions';
import { nextUniform, seedPrefix, startStream, STREAM } from '../math/random';

type Labels = 'share' | 'any';
type Network = 'model' | 'outcomes' | 'implicit';

/** What networks say of steps, and how they came to it. */
const NETWORKS = {
  model: { column: 'learnedProgress', formula: 'V̂(s′) − V̂(s)', words: 'V̂ is a network fitted once to completions of the starting policy: an estimate, and of that policy.' },
  outcomes: { column: 'learnedOutcomeProgress', formula: 'V̂(s′) − V̂(s)', words: 'V̂ is a network fitted once to the outcomes of the starting policy: an estimate, and of that policy.' },
  implicit: { column: 'learnedRatio', formula: 'β (log π_φ − log π_ref)', words: 'π_φ was fitted once so that its log-ratios to the starting policy say how trajectories end; β is 2.' },
} as const;

/**
 * A process model's score of a step: how much it raised the estimated chance of success.
 *
 *     r_t = V̂(s_{t+1}) − V̂(s_t), with the outcome in the place of V̂ after the last step
 *     share: V̂(s) = mean of what k completions from s came to     any: V̂(s) = 1 if one of them succeeded
 *
 * Either the labels themselves, k completions of every visited state by the policy that made the batch, or a network that was
 * fitted once to such labels of the starting policy, or to outcomes alone, and reads the state; or an implicit process model's log-ratios.
 */
export default defineReward({
  id: 'process-model',
  title: 'Process model',
  summary: 'Pays each step for how much it raised the chance of success, as completions or a network trained on them estimate it.',
  formula: String.raw`r_t = \hat V(s_{t+1}) - \hat V(s_t),\qquad \hat V(s) = \tfrac1k \sum_{j \le k} R_j(s)\;\Big|\;\mathbb 1[\max_j R_j(s) > 0]\;\Big|\;\sigma(f_\phi(s))`,
  provenance: 'own',
  cite: [
    { title: 'Math-Shepherd: Verify and Reinforce LLMs Step-by-step without Human Annotations (the labels)', source: 'arXiv:2312.08935' },
    { title: "Let's Verify Step by Step (process and outcome models)", source: 'arXiv:2305.20050' },
    { title: 'Free Process Rewards without Process Labels (log-ratios)', source: 'arXiv:2412.01981' },
  ],
  useWhen: 'Nobody labels steps, outcomes can be checked, and it is possible to go back to a state and play on from there.',
  breaksWhen:
    'The policy rarely succeeds: most completions fail before a step and after it, the score is 0 − 0, and more labels cost k times the steps. Differences add up to the outcome, so they change how noisy the update is and not what is best; labels that are wrong by more than chance do.',
  category: 'learned',
  params: {
    source: {
      kind: 'choice',
      default: 'completions',
      help: 'Where the estimate of a state’s chance of success comes from.',
      options: [
        { value: 'completions', title: 'completions', help: 'Monte-Carlo labels: every visited state is played on from, each time anew.' },
        { value: 'model', title: 'a network fitted to completions', help: 'Trained once, on labelled trajectories of the starting policy.' },
        { value: 'outcomes', title: 'a network fitted to outcomes', help: 'An outcome model read step by step: trained once, on how trajectories of the starting policy ended.' },
        { value: 'implicit', title: 'a network’s log-ratios', help: 'An implicit process model: a policy trained once so that its log-ratios to the starting policy add up to how a trajectory ended. What it pays is β = 2 times a ratio, and no difference of chances.' },
        { value: 'logged', title: 'logged completions', help: 'What completions came to, as the log holds it.' },
      ],
    },
    completions: { kind: 'integer', default: 4, min: 1, max: MAX_COMPLETIONS, symbol: 'k', help: 'Completions of each state that count; for labels, not for networks.' },
    labels: {
      kind: 'choice',
      default: 'share',
      help: 'What completions say of a state; for labels, not for networks.',
      options: [
        { value: 'share', title: 'the share that succeeds', help: 'Soft labels: the mean of what they came to.' },
        { value: 'any', title: 'whether any succeeds', help: 'Hard labels: the more completions, the kinder.' },
      ],
    },
    flips: { kind: 'number', default: 0, min: 0, max: 1, step: 0.01, symbol: 'q', help: 'Chance that a step’s score has the wrong sign; for labels, not for networks.' },
  },
  needs: { outcome: 'trajectory', playOn: 'play-on', continuations: 'json', learnedProgress: 'step', learnedOutcomeProgress: 'step', learnedRatio: 'step' },
  reads: ({ source }) => {
    if (source === 'completions') return ['outcome', 'playOn'];
    if (source === 'logged') return ['outcome', 'continuations'];
    return [NETWORKS[source].column];
  },
  logDefaults: { source: 'logged' },
  outputs: { labels: 'state', sign: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Of four completions one succeeds from the start, two after the first step; then the outcome.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { continuations: [[0, 1, 0, 0], [1, 1, 0, 0]] } }] },
      params: { source: 'logged', completions: 4 },
      expect: [[0.25, 0.5]],
    },
    {
      why: 'The first completion alone: 0 − 0 where it fails before and after.',
      input: { trajectories: [{ group: 0, length: 3, signals: {}, outcome: 1, extra: { continuations: [[0, 1, 0, 0], [0, 1, 1, 0], [1, 1, 1, 1]] } }] },
      params: { source: 'logged', completions: 1 },
      expect: [[0, 1, 0]],
    },
    {
      why: 'Hard labels do not see that the first step doubled the chance; with every sign turned.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { continuations: [[0, 1, 0, 0], [1, 1, 0, 0]] } }] },
      params: { source: 'logged', completions: 4, labels: 'any', flips: 1 },
      expect: [[0, 1]],
    },
    {
      why: 'A network’s scores are paid as they are.',
      input: { trajectories: [{ group: 0, length: 2, signals: { learnedProgress: [0.1, 0.7], learnedOutcomeProgress: [0.2, 0.5], learnedRatio: [-1, 3] }, outcome: 1, extra: {} }] },
      params: { source: 'model' },
      expect: [[0.1, 0.7]],
    },
  ],
  price(columns, { source, completions, labels, flips }, { buffer, iteration }) {
    if (source in NETWORKS) {
      const score = columns[NETWORKS[source as Network].column];
      return { reward: payEveryStep(columns, buffer, (_i, _t, k) => score[k]) };
    }
    const { nTraj, maxLen, length, outcome } = columns;
    const came = source === 'completions' ? playedOn(columns.playOn, maxLen, completions) : logged(columns.continuations, length, completions);
    const value = buffer(nTraj * (maxLen + 1)).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]; t++) value[i * (maxLen + 1) + t] = labelOf(came(i, t), labels);
      if (length[i] > 0) value[i * (maxLen + 1) + length[i]] = outcome[i];
    }
    const turn = signs(flips, source === 'completions' ? columns.playOn.stream : { seed: 0, learner: 0, iteration });
    const sign = payEveryStep(columns, buffer, turn);
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const before = i * (maxLen + 1) + t;
      return sign[k] * (value[before + 1] - value[before]);
    });
    return { reward, labels: value, sign };
  },
  explain(columns, { source, completions, labels, flips }, { reward, labels: value, sign }, i, t) {
    const k = i * columns.maxLen + t;
    if (!value || !sign) {
      const { formula, words } = NETWORKS[source as Network];
      return explained([rewardLine(formula, printed(reward[k]), reward[k])], words);
    }
    const isLast = t === columns.length[i] - 1;
    const at = i * (columns.maxLen + 1) + t;
    const came = source === 'completions' ? playedOn(columns.playOn, columns.maxLen, completions) : logged(columns.continuations, columns.length, completions);
    const line = (label: string, symbol: string, y: readonly number[], v: number): ExplanationLine =>
      labels === 'share' ? step(label, symbol, 'mean R', `mean(${list(y)})`, v) : step(label, symbol, 'max 1[R > 0]', `max(${list(y.map((x) => (x > 0 ? 1 : 0)))})`, v);
    const after = isLast ? step('After the step: the outcome', 'R', 'R', printed(columns.outcome[i]), columns.outcome[i]) : line('After the step', 'V̂′', came(i, t + 1), value[at + 1]);
    const difference = `${printed(value[at + 1])} − ${operand(value[at])}`;
    return explained(
      [
        line('Before the step', 'V̂', came(i, t), value[at]),
        after,
        rewardLine(sign[k] < 0 ? '−(V̂′ − V̂)' : 'V̂′ − V̂', sign[k] < 0 ? `−(${difference})` : difference, reward[k]),
      ],
      flips > 0 ? `Each step’s sign is turned with the chance ${printed(flips)}.` : undefined,
    );
  },
});

/** What the completions of a state came to. */
type Came = (i: number, t: number) => readonly number[];

function playedOn(from: PlayOn, maxLen: number, count: number): Came {
  const outcomes = completionOutcomes(from, count);
  return (i, t) => outcomes.map((of) => of[i * maxLen + t]);
}

function logged(lists: readonly unknown[], length: Int32Array, count: number): Came {
  let at = -1;
  let now: readonly (readonly number[])[] = [];
  return (i, t) => {
    if (i !== at) now = asNumberLists(lists[(at = i)], fieldOf('continuations', i), length[i]);
    return now[t].slice(0, count);
  };
}

/** Of a state without completions nothing is known: 0. */
function labelOf(came: readonly number[], labels: Labels): number {
  if (labels === 'any') return came.some((x) => x > 0) ? 1 : 0;
  let sum = 0;
  for (const x of came) sum += x;
  return came.length === 0 ? 0 : sum / came.length;
}

/** −1 with the chance `flips`, else 1, from a stream of the step's own. */
function signs(flips: number, { seed, learner, iteration }: PlayOn['stream']): (i: number, t: number) => number {
  if (flips === 0) return () => 1;
  const prefix = seedPrefix(seed, learner, iteration, STREAM.label);
  const stream = { state: 0, increment: 1 };
  let at = -1;
  return (i) => {
    if (i !== at) startStream(prefix, (at = i), stream);
    return nextUniform(stream) < flips ? -1 : 1;
  };
}
