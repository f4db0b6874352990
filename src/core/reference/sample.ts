/**
 * The small batch on which every reference page shows its plug-in: three attempts of unequal length, two with equal
 * rewards, and one without company. Those are the places where published code disagrees.
 */
export interface Situation {
  readonly group: string;
  readonly title: string;
}

export const SITUATIONS: readonly Situation[] = [
  { group: 'ragged', title: 'Three attempts, unequal length' },
  { group: 'equal', title: 'Equal rewards' },
  { group: 'alone', title: 'Group of one' },
];

/** In the form of the headless command. */
export const SAMPLE = {
  trajectories: [
    attempt('ragged', [0, 0.2, 0, 1], [0.4, 0.5, 0.7, 0.9], { actions: [1, 2, 1, 3], outcome: 1, answer: 7 }),
    attempt('ragged', [0, 0.2], [0.4, 0.5], { actions: [1, 2], outcome: 0, answer: 3 }),
    attempt('ragged', [0, -0.2, 0.1, 0, 0.5], [0.4, 0.3, 0.3, 0.5, 0.6], { actions: [1, 3, 2, 1, 1], outcome: 0.5, answer: 3, terminated: false }),
    attempt('equal', [0, 0, 1], [0.8, 0.9, 0.9], { actions: [2, 1, 3], outcome: 1, answer: 7 }),
    attempt('equal', [0, 0, 1], [0.8, 0.8, 0.9], { actions: [2, 3, 3], outcome: 1, answer: 7 }),
    attempt('alone', [0, 0.6], [0.3, 0.5], { actions: [3, 1], outcome: 0.6, answer: 5 }),
  ],
} as const;

interface Own {
  readonly actions: readonly number[];
  readonly outcome: number;
  readonly answer: number;
  readonly terminated?: boolean;
}

/** The columns that most plug-ins read, told from the rewards and the values so that no two of them agree by accident. */
function attempt(group: string, rewards: readonly number[], values: readonly number[], { actions, outcome, answer, terminated = true }: Own) {
  const total = rewards.reduce((a, b) => a + b, 0);
  const each = (of: (t: number) => number) => rewards.map((_, t) => of(t));
  const visited = each((t) => actions.slice(0, t).reduce((code, action) => 4 * code + action, 0));
  const end = actions.reduce((code, action) => 4 * code + action, 0);
  return {
    group,
    rewards,
    outcome,
    terminated,
    actions,
    states: [...visited, end],
    values: [...values, terminated ? 0 : 0.4],
    rewardDims: { accuracy: outcome, format: Number((total - outcome).toFixed(3)) },
    logProbs: each((t) => -0.2 - 0.3 * actions[t]),
    oldLogProbs: each((t) => -0.3 - 0.25 * actions[t]),
    refLogProbs: each((t) => -0.5 - 0.2 * actions[t]),
    logRhos: each((t) => 0.1 - 0.05 * actions[t]),
    answer,
    extra: {
      greedyReward: 0.5,
      sumPiSquared: each((t) => 0.3 + 0.1 * actions[t]),
      tokenScores: each((t) => 0.2 * actions[t]),
      stepScores: each((t) => 0.5 - 0.1 * actions[t]),
      hiddenReward: each((t) => 0.3 - 0.2 * actions[t]),
      offPolicy: 0,
      distance: 1 - outcome,
      qBase: [...values, outcome],
      odeRewards: [...values, outcome],
    },
  };
}
