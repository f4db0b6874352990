import { readNeed, type Shape } from '../../src/core/contracts/columns';
import type { EstimatorPlugin } from '../../src/core/contracts/estimator';
import { mixSeed, nextUniform, type Stream } from '../../src/core/math/random';

export type Trajectory = Record<string, unknown> & { rewards: number[]; group: number; outcome: number };
export interface TrajectoryList {
  trajectories: Trajectory[];
}

export interface Shaping {
  /** Also groups of one, empty trajectories and groups whose rewards are all equal. */
  readonly degenerate?: boolean;
  /** Every member of a group is the same trajectory. */
  readonly clones?: boolean;
}

/** A random number, rounded so that sums and ties stay readable. */
const grain = (x: number) => Math.round(x * 1e4) / 1e4;

class Source {
  readonly stream: Stream;
  constructor(seed: number, salt: number) {
    this.stream = mixSeed(seed, salt);
  }
  uniform = (low = 0, high = 1) => grain(low + (high - low) * nextUniform(this.stream));
  integer = (low: number, high: number) => low + Math.floor(nextUniform(this.stream) * (high - low + 1));
  chance = (p: number) => nextUniform(this.stream) < p;
  normal = () => {
    let total = -6;
    for (let k = 0; k < 12; k++) total += nextUniform(this.stream);
    return grain(total);
  };
  list = <T>(n: number, make: (k: number) => T): T[] => Array.from({ length: n }, (_, k) => make(k));
}

/** Columns whose numbers mean something; any other column is made from its shape alone. */
const BY_NAME: Readonly<Record<string, (random: Source, T: number, trajectory: Trajectory) => unknown>> = {
  logProbs: (random, T) => random.list(T, () => random.uniform(-3, -0.01)),
  oldLogProbs: (random, T) => random.list(T, () => random.uniform(-3, -0.01)),
  refLogProbs: (random, T) => random.list(T, () => random.uniform(-3, -0.01)),
  sumPiSquared: (random, T) => random.list(T, () => random.uniform(0.2, 1)),
  qBase: (random, T) => random.list(T + 1, () => random.uniform()),
  stepTokens: (random, T) => random.list(T, () => random.integer(1, 9)),
  tokenCount: (random) => random.integer(1, 60),
  verifiable: (random) => random.integer(0, 1),
  offPolicy: (random) => random.chance(0.3),
  replayed: (random) => random.chance(0.3),
  answer: (random) => random.integer(0, 2),
  invalidScore: (random, T) => random.list(T, () => random.chance(0.2)),
  similarity: (random, T) => random.list(T, () => random.list(3, () => random.uniform())),
  logDist: (random, T) =>
    random.list(T, () => {
      const weight = random.list(3, () => random.uniform(0.05, 1));
      const total = weight.reduce((a, b) => a + b, 0);
      return weight.map((w) => Math.log(w / total));
    }),
  passed: (random, T) => random.list(T, () => random.list(3, () => random.integer(0, 1))),
  labels: (random, T, { outcome }) => random.list(T, () => (random.chance(0.5) ? (outcome > 0 ? 'correct' : 'matching') : outcome > 0 ? 'incorrect' : 'mismatched')),
  prefix: (random) => random.list(random.integer(0, 2), () => random.integer(0, 1)),
  candidates: (random, T) =>
    random.list(T, (t) =>
      random.list(3, () => ({ type: t === T - 1 ? 'answer' : 'search', think: random.integer(-1, 1), action: random.integer(-1, 1) })),
    ),
  selected: (random, T) => random.list(T, () => random.integer(0, 2)),
};

const BY_SHAPE: Readonly<Record<Shape, (random: Source, T: number) => unknown>> = {
  trajectory: (random) => random.normal(),
  step: (random, T) => random.list(T, random.normal),
  state: (random, T) => random.list(T + 1, random.normal),
  'trajectory-id': (random) => random.integer(0, 3),
  'step-id': (random, T) => random.list(T, () => random.integer(0, 2)),
  'state-id': (random, T) => random.list(T + 1, () => random.integer(0, 3)),
  group: () => 0,
  named: (random) => ({ first: random.normal(), second: random.integer(0, 1) }),
  'step-vector': (random, T) => random.list(T, () => random.list(3, random.normal)),
  'play-on': () => null,
  json: () => null,
};

/** Columns that stand beside the rewards rather than in `extra`. */
const OWN_FIELDS = new Set(['reward', 'outcome', 'terminated', 'group', 'state', 'action', 'value']);

/**
 * Random logged trajectories that hold whatever the plug-in reads. By seed, rewards are a success at the end,
 * dense and signed, or small and positive; the outcome is their sum.
 */
export function randomTrajectories(plugin: Pick<EstimatorPlugin, 'id' | 'needs'>, seed: number, shaping: Shaping = {}): TrajectoryList {
  const random = new Source(seed, 7);
  const style = seed % 3;
  const groups = random.integer(2, 3);
  const trajectories: Trajectory[] = [];
  const longest = random.integer(2, 6);
  const fixedLength = random.chance(0.3);
  for (let g = 0; g < groups; g++) {
    const alone = shaping.degenerate && g === 0;
    const members = alone ? 1 : random.integer(2, 5);
    const flat = shaping.degenerate && g === 1;
    let first: Trajectory | null = null;
    for (let m = 0; m < members; m++) {
      const T = shaping.degenerate && random.chance(0.25) ? 0 : fixedLength ? longest : random.integer(1, longest);
      const made: Trajectory = first && shaping.clones ? { ...structuredClone(first) } : oneTrajectory(plugin, random, T, style, g, flat === true);
      first ??= made;
      trajectories.push(made);
    }
  }
  return { trajectories: shuffled(trajectories, random) };
}

/** Many full trajectories in groups of one size, for measuring: actions and states repeat, so that beginnings are shared and part. */
export function largeTrajectories(plugin: Pick<EstimatorPlugin, 'needs'>, { nTraj, maxLen, groupSize }: { nTraj: number; maxLen: number; groupSize: number }): TrajectoryList {
  const random = new Source(nTraj, 13);
  return { trajectories: random.list(nTraj, (i) => oneTrajectory(plugin, random, maxLen, i % 3, Math.floor(i / groupSize), false)) };
}

function oneTrajectory(plugin: Pick<EstimatorPlugin, 'needs'>, random: Source, T: number, style: number, group: number, flat: boolean): Trajectory {
  const success = random.chance(0.5);
  const rewards = random.list(T, (t) => {
    if (flat) return t === T - 1 ? 1 : 0;
    if (style === 0) return t === T - 1 && success ? 1 : 0;
    return style === 1 ? random.normal() : random.integer(0, 9) / 10;
  });
  const trajectory: Trajectory = {
    group,
    rewards,
    outcome: rewards.reduce((a, b) => a + b, 0),
    terminated: random.chance(0.7),
    states: random.list(T + 1, () => random.integer(0, 3)),
    actions: random.list(T, () => random.integer(0, 2)),
    values: random.list(T + 1, random.normal),
    extra: {},
  };
  for (const [name, need] of Object.entries(plugin.needs)) {
    if (OWN_FIELDS.has(name)) continue;
    const make = BY_NAME[name] ?? BY_SHAPE[readNeed(need).shape];
    (trajectory['extra'] as Record<string, unknown>)[name] = make(random, T, trajectory);
  }
  return trajectory;
}

function shuffled<T>(list: readonly T[], random: Source): T[] {
  const order = [...list];
  for (let k = order.length - 1; k > 0; k--) {
    const j = random.integer(0, k);
    [order[k], order[j]] = [order[j], order[k]];
  }
  return order;
}

/** A random order of n things. */
export function randomOrder(n: number, seed: number): number[] {
  return shuffled(Array.from({ length: n }, (_, k) => k), new Source(seed, 11));
}
