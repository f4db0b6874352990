/** Parameters that objectives share, so that a name means one thing in each of them. */

export const epochs = (byDefault: number) =>
  ({ kind: 'integer', default: byDefault, min: 1, max: 20, title: 'Epochs', help: 'Updates made from one batch.' }) as const;

/** The iteration at which the learner's own policy becomes the reference. */
export const referenceFrom = {
  kind: 'integer',
  default: 0,
  min: 0,
  max: 5000,
  title: 'Reference from iteration',
  advanced: true,
  help: 'The reference is the learner’s own policy at this iteration; until then, and at 0, it is the starting policy.',
} as const;

/** Entropy bonus and KL to a reference, terms that any objective on sums can carry: `addPenalties` in `core/math` computes them. */
export const penalties = {
  entropyBonus: {
    kind: 'number',
    default: 0,
    min: 0,
    max: 1,
    step: 0.001,
    symbol: 'β',
    title: 'Entropy bonus',
    advanced: true,
    help: 'Weight of the policy entropy, summed over the steps of a trajectory, that is added to the objective.',
  },
  klWeight: {
    kind: 'number',
    default: 0,
    min: 0,
    max: 5,
    step: 0.01,
    symbol: 'κ',
    title: 'KL to the reference',
    advanced: true,
    help: 'Weight of the divergence from the reference policy, summed over the steps of a trajectory, that is taken off the objective.',
  },
  klKind: {
    kind: 'choice',
    default: 'exact',
    title: 'KL from',
    advanced: true,
    options: [
      { value: 'exact', title: 'All actions', help: 'The divergence itself, at every visited state.' },
      { value: 'k1', title: 'k1', help: 'log π − log π_ref of the action taken. Right on average as a value; its gradient is zero on average, so as a loss it does nothing but add noise.' },
      { value: 'k2', title: 'k2', help: 'Half the squared log-ratio of the action taken. Its gradient is that of the divergence on average.' },
      { value: 'k3', title: 'k3', help: 'π_ref/π − 1 − log(π_ref/π) of the action taken, as GRPO does. Never negative; its gradient is that of the reverse divergence.' },
    ],
    help: 'How the divergence is estimated: from all actions of a visited state, or from the action taken.',
  },
  referenceFrom,
} as const;

/** β of direct preference losses: the strength with which they hold to the reference. */
export const preferenceStrength = (byDefault: number, help: string) =>
  ({ kind: 'number', default: byDefault, min: 0.001, max: 10, step: 0.001, scale: 'log', symbol: 'β', title: 'Strength', help }) as const;

/** Which trajectories of a group are compared. */
export const pairsOfGroup = {
  kind: 'choice',
  default: 'best-worst',
  title: 'Pairs',
  options: [
    { value: 'best-worst', title: 'Best and worst', help: 'One pair a group.' },
    { value: 'all', title: 'All', help: 'Every pair of a group with different returns.' },
  ],
  help: 'Which trajectories of a group are compared; the scheme’s own return says which is better.',
} as const;
