import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, positive } from '../contracts/reward-parameters';
import { NumberedMemories } from '../mdp/numbered-memories';

/** Visits of a state at index state + 1, so that an unknown last state (−1) has its place. */
type Counts = Int32Array;

/** The counts so far, with room for every state of the batch. */
function countsFor(state: Int32Array, before: Counts | undefined): Counts {
  let most = 0;
  for (let k = 0; k < state.length; k++) if (state[k] > most) most = state[k];
  const counts = new Int32Array(Math.max(most + 2, before?.length ?? 0));
  if (before) counts.set(before);
  return counts;
}

/**
 * A bonus for rarely visited states. N counts arrivals, the current one included.
 *
 *     global β/√N_glob   episodic β/√N_ep   product β/√(N_glob N_ep)   first visit β·1[N_ep = 1]   both β/√N_glob · 1[N_ep = 1]
 *
 * N_glob runs on over the learner's whole training.
 */
export default defineReward({
  id: 'count-bonus',
  title: 'Count bonus',
  summary: 'Pays for arriving where one has rarely been.',
  formula: String.raw`r_t = \frac{\beta}{\sqrt{N(s_{t+1})}} + \mathbb 1[t = T]\, w_o R`,
  provenance: 'textbook',
  cite: [
    { title: 'An analysis of model-based interval estimation for Markov decision processes', source: 'Strehl and Littman 2008' },
    { title: 'A Study of Global and Episodic Bonuses for Exploration in Contextual MDPs', source: 'arXiv:2306.03236' },
  ],
  useWhen: 'The outcome is far away and states can be told apart: the bonus pulls the policy through all of them, and the global one fades by itself.',
  breaksWhen: 'There are more states than anyone can visit, or noise makes every state new. Episodic bonuses never fade, so the policy goes on touring after it knows the way.',
  category: 'intrinsic',
  params: {
    beta: positive(1, 'β', 'Size of the bonus for a first visit.'),
    scope: {
      kind: 'choice',
      default: 'global',
      help: 'Which visits are counted.',
      options: [
        { value: 'global', title: 'ever', help: 'All visits in training so far.' },
        { value: 'episodic', title: 'in this trajectory', help: 'Visits since the trajectory began.' },
        { value: 'product', title: 'both, multiplied', help: 'Under one root.' },
        { value: 'first-visit', title: 'first in this trajectory', help: 'The whole bonus once per trajectory and state.' },
        { value: 'global-x-first', title: 'ever, at the first in this trajectory', help: 'The fading bonus, once per trajectory and state.' },
      ],
    },
    outcomeWeight: outcomeWeight(1),
    update: {
      kind: 'choice',
      default: 'each-visit',
      help: 'When the count over training grows.',
      advanced: true,
      options: [
        { value: 'each-visit', title: 'at every visit', help: 'Later trajectories of a batch are paid less than earlier ones.' },
        { value: 'after-batch', title: 'after the batch', help: 'All trajectories of a batch are paid alike.' },
      ],
    },
    carry: { kind: 'boolean', default: true, help: 'Counts run on from batch to batch.', advanced: true },
  },
  needs: { outcome: 'trajectory', state: 'state-id' },
  remembers: ({ beta, scope, outcomeWeight: wo }, table) => {
    if (scope !== 'episodic' && scope !== 'first-visit') return null;
    const outcome = table.metrics[table.truth];
    // Arrivals so far; for first visits, in no order and each once.
    const memories = new NumberedMemories<readonly number[]>([], (visited) => visited.join(' '));
    const visits = (memory: number, row: number) => memories.at(memory).filter((state) => state === table.rowNext[row]).length + 1;
    return {
      pay: (memory, row) => bonus(beta, scope, 1, visits(memory, row)) + wo * outcome[row],
      next: (memory, row) =>
        scope === 'first-visit' && visits(memory, row) > 1 ? memory : memories.numberOf([...memories.at(memory), table.rowNext[row]].sort((a, b) => a - b)),
    };
  },
  outputs: { globalCount: 'step', episodeCount: 'step' },
  laws: ['padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'State 1 is reached twice in the first trajectory and once in the second: counts 1, 2 and, over training, 3.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 1, extra: {}, states: [0, 1, 1] },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: {}, states: [0, 1] },
        ],
      },
      params: { beta: 6, scope: 'product', outcomeWeight: 2 },
      expect: [[6, 5], [3.46410161513775]],
    },
    {
      why: 'Counted after the batch, both trajectories get the full bonus at their first visit.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 1, extra: {}, states: [0, 1, 1] },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: {}, states: [0, 1] },
        ],
      },
      params: { beta: 6, scope: 'global-x-first', update: 'after-batch', outcomeWeight: 0 },
      expect: [[6, 0], [6]],
    },
  ],
  price(columns, { beta, scope, outcomeWeight: wo, update, carry }, { buffer, state }) {
    const before = countsFor(columns.state, carry ? (state as Counts | undefined) : undefined);
    const counts = before.slice();
    const size = columns.nTraj * columns.maxLen;
    const globalCount = buffer(size).fill(0);
    const episodeCount = buffer(size).fill(0);
    const visits = new Int32Array(counts.length);
    const lastSeenBy = new Int32Array(counts.length).fill(-1);
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const at = columns.state[i * (columns.maxLen + 1) + t + 1] + 1;
      const inEpisode = lastSeenBy[at] === i ? visits[at] + 1 : 1;
      lastSeenBy[at] = i;
      visits[at] = inEpisode;
      counts[at] += 1;
      const ever = update === 'each-visit' ? counts[at] : before[at] + 1;
      globalCount[k] = ever;
      episodeCount[k] = inEpisode;
      return bonus(beta, scope, ever, inEpisode) + (t === columns.length[i] - 1 ? wo * columns.outcome[i] : 0);
    });
    return { reward, globalCount, episodeCount, state: counts };
  },
  explain(columns, { beta, scope, outcomeWeight: wo }, { reward, globalCount, episodeCount }, i, t) {
    const k = i * columns.maxLen + t;
    const ever = globalCount![k];
    const inEpisode = episodeCount![k];
    const once = inEpisode === 1 ? '1' : '0';
    const [formula, text] = {
      global: ['β / √N', `${printed(beta)} / sqrt(${printed(ever)})`],
      episodic: ['β / √n', `${printed(beta)} / sqrt(${printed(inEpisode)})`],
      product: ['β / √(N n)', `${printed(beta)} / sqrt(${printed(ever)} × ${printed(inEpisode)})`],
      'first-visit': ['β × [n = 1]', `${printed(beta)} × ${once}`],
      'global-x-first': ['β / √N × [n = 1]', `${printed(beta)} / sqrt(${printed(ever)}) × ${once}`],
    }[scope];
    const last = t === columns.length[i] - 1;
    const outcome = last ? ` + ${operand(wo)} × ${operand(columns.outcome[i])}` : '';
    return explained(
      [rewardLine(`${formula}${last ? ' + w_o R' : ''}`, `${text}${outcome}`, reward[k])],
      `Arrival number ${inEpisode} in this trajectory and ${ever} over training at state ${columns.state[i * (columns.maxLen + 1) + t + 1]}.`,
    );
  },
});

function bonus(beta: number, scope: string, ever: number, inEpisode: number): number {
  switch (scope) {
    case 'global':
      return beta / Math.sqrt(ever);
    case 'episodic':
      return beta / Math.sqrt(inEpisode);
    case 'product':
      return beta / Math.sqrt(ever * inEpisode);
    case 'first-visit':
      return inEpisode === 1 ? beta : 0;
    default:
      return inEpisode === 1 ? beta / Math.sqrt(ever) : 0;
  }
}
