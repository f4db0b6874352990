import { asNumbers } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { evenSteps } from '../math/even-steps';

/** H(p, q): share of the remaining way that q is further on than p, or of the way made that it is behind; 0 for equals. */
function hop(p: number, q: number): number {
  if (q > p) return p === 1 ? 0 : (q - p) / (1 - p);
  return q === p || p === 0 ? 0 : (q - p) / p;
}

/** Relative progress between every two of a list of states. */
export default defineMeasure({
  id: 'reward-hop',
  title: 'Hops between states',
  summary: 'Labels for a model of relative progress: how much nearer to the goal one state is than another.',
  formula: String.raw`H(p, q) = \begin{cases} \frac{\Phi_q - \Phi_p}{1 - \Phi_p} & \Phi_q > \Phi_p \\ \frac{\Phi_q - \Phi_p}{\Phi_p} & \Phi_q < \Phi_p \end{cases}`,
  provenance: 'read',
  cite: [{ title: 'Robo-Dopamine (from notes on the paper)', source: 'FlagOpen/Robo-Dopamine@7d4415fd' }],
  useWhen: 'Progress of recorded states is known and a model should learn to compare two pictures.',
  breaksWhen: 'A state is at the goal or at the start: from there nothing is left to gain or to lose, and the label is 0.',
  params: {},
  inputs: { progress: 'progress of each state, 0 to 1' },
  outputs: { hop: 'from the row’s state to the column’s, −1 to 1' },
  examples: [
    {
      why: 'From ½ to ¾ half of the rest is gained; back, a third of what was there is lost.',
      input: { progress: [0.5, 0.75] },
      params: {},
      expect: { hop: [[0, 0.5], [-0.333333333333333, 0]] },
    },
  ],
  study: {
    title: 'One hop from half-way: as a share of what was left going forward, and of what had been done going back.',
    x: { title: 'progress after the hop', values: evenSteps(0, 1, 21) },
    at: (after) => ({ input: { progress: [0.5, after] } }),
    read: ({ hop }) => ({ hop: (hop as number[][])[0][1] }),
  },
  measure(input) {
    const progress = asNumbers(input['progress'], 'progress');
    return { hop: progress.map((p) => progress.map((q) => hop(p, q))) };
  },
});
