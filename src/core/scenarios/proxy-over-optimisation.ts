import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { sigmoid } from '../math/elementary';
import { fitPreferences } from '../math/preference-fit';
import { mixSeed, nextUniform, type Stream } from '../math/random';
import { compileTable } from '../mdp/compile-table';

const KINDS = ['plain', 'good', 'flourish', 'bad'];
const TOKENS = 8;
const MEMBERS = 8;
/** First word of the streams that draw preferences and bootstrap samples. */
const [PREFERENCES, BOOTSTRAP] = [0x70726f78, 0x626f6f74];

/** How many good, flourish and bad tokens an answer of `length` tokens holds; the rest is plain. */
interface Counts {
  readonly length: number;
  readonly good: number;
  readonly flourish: number;
  readonly bad: number;
}

/** All counts, by length, then good, flourish and bad. */
const STATES: readonly Counts[] = (() => {
  const states: Counts[] = [];
  for (let length = 0; length <= TOKENS; length++) {
    for (let good = 0; good <= length; good++) {
      for (let flourish = 0; flourish <= length - good; flourish++) {
        for (let bad = 0; bad <= length - good - flourish; bad++) states.push({ length, good, flourish, bad });
      }
    }
  }
  return states;
})();
const S = STATES.length;
const keyOf = ({ length, good, flourish, bad }: Counts) => ((length * 9 + good) * 9 + flourish) * 9 + bad;
const NUMBER = new Map(STATES.map((counts, state) => [keyOf(counts), state]));

/** What people want: good tokens, a few flourishes, nothing bad. */
const goldOf = ({ good, flourish, bad }: Counts) => 0.2 * good + 1.4 * flourish - 0.2 * flourish * flourish - 0.5 * bad;

const FEATURES = {
  linear: ({ good, flourish, bad }: Counts) => [good, flourish, bad],
  quadratic: ({ good, flourish, bad }: Counts) => [good, flourish, bad, (good * good) / 8, (flourish * flourish) / 8, (bad * bad) / 8, (good * flourish) / 8],
};

interface Params {
  readonly model: keyof typeof FEATURES;
  readonly pairs: number;
  readonly penalty: number;
  readonly seed: number;
}

/** A finished answer of tokens drawn alike from the four kinds. */
function drawAnswer(stream: Stream): Counts {
  const count = [0, 0, 0, 0];
  for (let t = 0; t < TOKENS; t++) count[Math.floor(4 * nextUniform(stream))] += 1;
  return { length: TOKENS, good: count[1], flourish: count[2], bad: count[3] };
}

/** Scores of every state by reward models fitted to preferences: one on all of them, and some on samples of them with replacement. */
function rewardModels({ model, pairs, penalty, seed }: Params): { proxy: Float64Array; members: Float64Array[] } {
  const featuresOf = FEATURES[model];
  const width = featuresOf(STATES[0]).length;
  const stream = mixSeed(PREFERENCES, seed);
  const difference = new Float64Array(pairs * width);
  for (let i = 0; i < pairs; i++) {
    const [first, second] = [drawAnswer(stream), drawAnswer(stream)];
    const preferred = nextUniform(stream) < sigmoid(goldOf(first) - goldOf(second)) ? 1 : -1;
    const [x, y] = [featuresOf(first), featuresOf(second)];
    for (let j = 0; j < width; j++) difference[i * width + j] = preferred * (x[j] - y[j]);
  }
  const score = (weights: Float64Array) => Float64Array.from(STATES, (counts) => featuresOf(counts).reduce((sum, x, j) => sum + weights[j] * x, 0));
  const members = Array.from({ length: MEMBERS }, (_, member) => {
    const again = mixSeed(BOOTSTRAP, seed, member);
    const sample = new Float64Array(pairs * width);
    for (let i = 0; i < pairs; i++) {
      const from = Math.floor(pairs * nextUniform(again)) * width;
      sample.set(difference.subarray(from, from + width), i * width);
    }
    return score(fitPreferences(sample, width, penalty));
  });
  return { proxy: score(fitPreferences(difference, width, penalty)), members };
}

const FACTORIAL = [1, 1, 2, 6, 24, 120, 720, 5040, 40320];
/** Probability of a finished answer's counts under the reference, which draws the four kinds alike; 0 for unfinished ones. */
const REFERENCE = Float64Array.from(STATES, ({ length, good, flourish, bad }) =>
  length < TOKENS
    ? 0
    : FACTORIAL[TOKENS] / (FACTORIAL[good] * FACTORIAL[flourish] * FACTORIAL[bad] * FACTORIAL[TOKENS - good - flourish - bad]) / 65536,
);

const SIGNALS = {
  proxy: { title: 'Proxy', help: 'The reward model’s score of the finished answer, less its mean over reference answers; paid on the last token.' },
  gold: { title: 'Gold', help: 'What people really want of the finished answer; paid on the last token.' },
  ensembleMean: { title: 'Mean of eight models', help: 'Mean score of eight reward models fitted to samples of the preferences, centred alike.' },
  ensembleMin: { title: 'Worst of eight models', help: 'The lowest of the eight centred scores.' },
  ensembleCautious: { title: 'Mean less two deviations', help: 'Mean of the eight scores less twice their standard deviation.' },
  preference: { title: 'Preference', help: 'σ(proxy): how surely the answer beats the mean reference answer.' },
  clipped: { title: 'Clipped proxy', help: 'The centred proxy, held between −1 and 1.' },
};

function table(params: Params): Table {
  const { proxy, members } = rewardModels(params);
  const centred = (score: Float64Array) => {
    const mean = score.reduce((sum, x, state) => sum + REFERENCE[state] * x, 0);
    return score.map((x) => x - mean);
  };
  const own = centred(proxy);
  const eight = members.map(centred);
  return compileTable({
    S,
    A: KINDS.length,
    horizon: TOKENS,
    signals: Object.keys(SIGNALS),
    metrics: ['goldReward', 'proxyReward', 'goodTokens', 'flourishes', 'badTokens'],
    truth: 'goldReward',
    stateTables: {
      goldSoFar: STATES.map((counts) => (counts.length === TOKENS ? 0 : goldOf(counts))),
      proxySoFar: STATES.map(({ length }, state) => (length === TOKENS ? 0 : proxy[state])),
    },
    start: { state: [0], probability: [1] },
    absorbing: STATES.flatMap(({ length }, state) => (length === TOKENS ? [state] : [])),
    features: (state) => {
      const { length, good, flourish, bad } = STATES[state];
      return [length / TOKENS, good / TOKENS, flourish / TOKENS, bad / TOKENS];
    },
    transitions: (state, kind) => {
      const { length, good, flourish, bad } = STATES[state];
      const counts = { length: length + 1, good: good + (kind === 1 ? 1 : 0), flourish: flourish + (kind === 2 ? 1 : 0), bad: bad + (kind === 3 ? 1 : 0) };
      const next = NUMBER.get(keyOf(counts))!;
      const tokens = { goodTokens: kind === 1 ? 1 : 0, flourishes: kind === 2 ? 1 : 0, badTokens: kind === 3 ? 1 : 0 };
      if (counts.length < TOKENS) return [{ probability: 1, next, metrics: tokens }];
      const scores = eight.map((score) => score[next]);
      const mean = scores.reduce((sum, x) => sum + x, 0) / MEMBERS;
      const deviation = Math.sqrt(scores.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / MEMBERS);
      return [
        {
          probability: 1,
          next,
          done: true,
          signals: {
            proxy: own[next],
            gold: goldOf(counts),
            ensembleMean: mean,
            ensembleMin: Math.min(...scores),
            ensembleCautious: mean - 2 * deviation,
            preference: sigmoid(own[next]),
            clipped: Math.min(1, Math.max(-1, own[next])),
          },
          metrics: { goldReward: goldOf(counts), proxyReward: own[next], ...tokens },
        },
      ];
    },
  });
}

function picture(): Picture {
  const levels = Array.from({ length: TOKENS + 1 }, (_, k) => String(k));
  const gauge = (of: (counts: Counts) => number) => Int32Array.from(STATES, of);
  return {
    kind: 'chain',
    unit: 'token',
    actions: [
      { label: 'A plain token', short: 'plain', role: 'work' },
      { label: 'A good token', short: 'good', role: 'finish' },
      { label: 'A flourish', short: 'flourish', role: 'risk' },
      { label: 'A bad token', short: 'bad', role: 'waste' },
    ],
    gauges: [
      { title: 'Good', of: gauge(({ good }) => good), levels },
      { title: 'Flourishes', of: gauge(({ flourish }) => flourish), levels },
      { title: 'Bad', of: gauge(({ bad }) => bad), levels },
    ],
  };
}

/**
 * Answers of eight tokens, scored by a reward model that was fitted to preferences between answers of the reference policy.
 * People like good tokens and a few flourishes; a linear model can only learn that flourishes are liked. State = numbers of good,
 * flourish and bad tokens so far, by length; the uniform policy is the reference.
 */
export default defineScenario({
  id: 'proxy-over-optimisation',
  title: 'Proxy over-optimisation',
  summary: 'A reward model learned from preferences, pushed further than its data reach.',
  formula: String.raw`o = 0.2\,g + 1.4\,f - 0.2 f^2 - 0.5\,b,\qquad \hat r \leftarrow \max_w \sum_i \log \sigma(w \cdot d_i)`,
  provenance: 'own',
  cite: [{ title: 'Scaling Laws for Reward Model Overoptimization', source: 'arXiv:2210.10760' }],
  question: 'Why does what people want rise and then fall while the learned reward only rises?',
  useWhen: 'You ask whether more data, an ensemble, a bend or an early stop keeps a learned reward from being over-optimised.',
  params: {
    model: {
      kind: 'choice',
      default: 'linear',
      help: 'What the reward model can express.',
      options: [
        { value: 'linear', title: 'Linear', help: 'Counts of good, flourish and bad tokens: misspecified, since the taste for flourishes turns.' },
        { value: 'quadratic', title: 'Quadratic', help: 'Squares and one product as well: the true objective is within reach.' },
      ],
    },
    pairs: { kind: 'integer', default: 100, min: 10, max: 2000, symbol: 'n', help: 'Preferences that the reward model is fitted to.' },
    penalty: { kind: 'number', default: 0.05, min: 0.001, max: 10, step: 0.001, scale: 'log', help: 'Penalty on the squared weights of the reward model.', advanced: true },
    seed: { kind: 'integer', default: 0, min: 0, max: 1_000_000, help: 'Which preferences are drawn.' },
  },
  signals: SIGNALS,
  stateTables: {
    goldSoFar: { title: 'Gold so far', help: 'What the tokens so far would be worth; 0 when finished.' },
    proxySoFar: { title: 'Proxy so far', help: 'The reward model’s score of the tokens so far; 0 when finished.' },
  },
  metrics: {
    goldReward: { title: 'Gold', unit: 'number' },
    proxyReward: { title: 'Proxy', unit: 'number' },
    goodTokens: { title: 'Good tokens', unit: 'count' },
    flourishes: { title: 'Flourishes', unit: 'count' },
    badTokens: { title: 'Bad tokens', unit: 'count' },
  },
  trajectoryNoun: 'answer',
  actionNames: KINDS,
  table,
  picture,
  describeState: (state) => {
    const { length, good, flourish, bad } = STATES[state];
    return `${length} of ${TOKENS} tokens: ${good} good, ${flourish} flourish, ${bad} bad`;
  },
});
