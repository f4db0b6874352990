import { explained, rewardLine, unpaid } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asTexts, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative, sharedGamma } from '../contracts/reward-parameters';
import { advance, automatonPotentials, edgesProblem, ENDED, terminalProblem, type Automaton } from '../mdp/automaton';
import { NumberedMemories } from '../mdp/numbered-memories';

const automatonOf = (params: { initial: number; terminal: unknown; edges: unknown; undefinedPays: 'terminal-edge' | 'zero' }) => params as Automaton;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A reward machine: a small automaton over events that remembers what the state does not show.
 *
 *     u_{t+1} = δ(u_t, events_t),  r_t = the edge's reward  (+ γ Φ(u_{t+1}) − Φ(u_t) with Φ = −V* of the machine)
 *
 * Edges are tried in order and the first whose formula holds is taken. Φ counts as 0 where the machine or the task ends.
 */
export default defineReward({
  id: 'reward-machine',
  title: 'Reward machine',
  summary: 'Pays for events in the right order, by an automaton that remembers what happened.',
  formula: String.raw`u_{t+1} = \delta(u_t, \sigma_t),\qquad r_t = \rho(u_t, u_{t+1}) + \gamma\,\Phi(u_{t+1}) - \Phi(u_t),\quad \Phi = -V^*`,
  provenance: 'code',
  cite: [{ title: 'Using Reward Machines for High-Level Task Specification and Decomposition in Reinforcement Learning', source: 'RodrigoToroIcarte/reward_machines@3116c2f:reward_machine.py' }],
  useWhen: 'The task is "first this, then that, never the other" and no single state shows how far one has come.',
  breaksWhen: 'An event nobody wrote an edge for ends the machine: published code then pays the reward of an edge into the end. With Φ = −V*, waiting on a self-loop is paid (1 − γ)V* a step.',
  category: 'structure',
  params: {
    initial: { kind: 'integer', default: 0, min: 0, max: 1000, symbol: 'u₀', help: 'The machine’s state before the first step.' },
    terminal: {
      kind: 'json',
      default: [1],
      help: 'States in which the machine has ended.',
      check: terminalProblem,
    },
    edges: {
      kind: 'json',
      default: [{ from: 0, to: 0, formula: '!a', reward: 0 }, { from: 0, to: 1, formula: 'a', reward: 1 }],
      help: 'Edges {from, to, formula, reward}; a formula is letters with !, & and |.',
      check: edgesProblem,
    },
    propositions: {
      kind: 'json',
      default: { a: 'event' },
      help: 'Which signal each letter stands for, such as {"k": "subgoal"}; a letter holds where its signal is above 0. Empty: the log names the events.',
      check: (value) => (isObject(value) && Object.entries(value).every(([key, name]) => key.length === 1 && typeof name === 'string') ? null : 'expected one-letter names, each with a signal.'),
      signals: (value) => (isObject(value) ? (Object.values(value) as string[]) : []),
      suited: (signals) => (signals.length > 0 ? { a: signals[0] } : {}),
    },
    shaping: { kind: 'boolean', default: false, help: 'Add the potential of the machine’s own state.' },
    gamma: sharedGamma(0.9),
    rsGamma: { kind: 'number', default: 0.9, min: 0, max: 0.999, step: 0.001, symbol: 'γ_Φ', help: 'Discount with which the machine’s V* is solved.', advanced: true },
    undefinedPays: {
      kind: 'choice',
      default: 'terminal-edge',
      help: 'What a step is paid for which no edge holds.',
      advanced: true,
      options: [
        { value: 'terminal-edge', title: 'an edge’s reward', help: 'The reward of the first edge into an end, as the published code does.' },
        { value: 'zero', title: 'nothing', help: 'As its documentation says.' },
      ],
    },
    undefinedTransition: informative('Whether a published vector meets an undefined transition.'),
  },
  needs: { events: 'json', envDone: 'trajectory', terminated: 'trajectory' },
  reads: ({ propositions }) => (Object.keys(propositions as object).length > 0 ? ['terminated'] : ['events', 'envDone']),
  remembers: (params, table) => {
    const machine = automatonOf(params);
    const potential = params.shaping ? automatonPotentials(machine, params.rsGamma) : null;
    const letters = Object.entries(params.propositions as Record<string, string>);
    if (letters.length === 0 || letters.length > 20 || letters.some(([, name]) => !Object.hasOwn(table.signals, name))) return null;
    const memories = new NumberedMemories<number>(machine.initial, String);
    const heldBy = new Int32Array(table.rows);
    letters.forEach(([, name], k) => table.signals[name].forEach((x, row) => (heldBy[row] += x > 0 ? 1 << k : 0)));
    const steps = new Map<number, ReturnType<typeof advance>>();
    const taken = (memory: number, row: number) => {
      const key = memory * (1 << letters.length) + heldBy[row];
      let found = steps.get(key);
      if (!found) steps.set(key, (found = advance(machine, memories.at(memory), letters.map(([letter], k) => (heldBy[row] & (1 << k) ? letter : '')).join(''))));
      return found;
    };
    return {
      pay: (memory, row) => {
        if (memories.at(memory) === ENDED) return 0;
        const { to, reward } = taken(memory, row);
        const ends = to === ENDED || table.rowDone[row] === 1;
        return potential ? reward + params.gamma * (ends ? 0 : potential.get(to)!) - potential.get(memories.at(memory))! : reward;
      },
      next: (memory, row) => (memories.at(memory) === ENDED ? memory : memories.numberOf(taken(memory, row).to)),
    };
  },
  logDefaults: { propositions: {} },
  outputs: { rmStates: 'json', potentials: 'list' },
  flavours: {
    code: { title: 'Published code', params: { undefinedPays: 'terminal-edge' }, help: 'Falling off the machine pays like reaching an end.' },
    documentation: { title: 'Its documentation', params: { undefinedPays: 'zero' }, help: 'Falling off the machine pays nothing.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Coffee (c) then office (o) pays 1; the office first does nothing. After the end nothing is paid.',
      input: { trajectories: [{ group: 0, length: 4, signals: {}, outcome: 0, extra: { events: ['o', 'c', 'o', 'o'], envDone: true } }] },
      params: {
        terminal: [2],
        edges: [{ from: 0, to: 1, formula: 'c', reward: 0 }, { from: 0, to: 0, formula: '!c', reward: 0 }, { from: 1, to: 2, formula: 'o', reward: 1 }, { from: 1, to: 1, formula: '!o', reward: 0 }],
      },
      expect: [[0, 0, 1, 0]],
    },
    {
      why: 'With shaping: V* is 1 after the coffee and 0.5 before it, so waiting pays 0.5 − 0.25 and the coffee 0.5 − 0.5.',
      input: { trajectories: [{ group: 0, length: 2, signals: { hot: [0, 1] }, outcome: 0, extra: { terminated: false } }] },
      params: {
        terminal: [2],
        edges: [{ from: 0, to: 1, formula: 'c', reward: 0 }, { from: 0, to: 0, formula: '!c', reward: 0 }, { from: 1, to: 2, formula: 'o', reward: 1 }, { from: 1, to: 1, formula: '!o', reward: 0 }],
        propositions: { c: 'hot' },
        shaping: true,
        gamma: 0.5,
        rsGamma: 0.5,
      },
      expect: [[0.25, 0]],
    },
    {
      why: 'No edge holds for x: the machine ends, paid as asked.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { events: ['x', 'c'], envDone: true } }] },
      params: { initial: 3, terminal: [2], edges: [{ from: 3, to: 2, formula: 'c', reward: 5 }, { from: 0, to: 2, formula: 'c', reward: 1 }], undefinedPays: 'zero' },
      expect: [[0, 0]],
    },
  ],
  price(columns, params, { buffer }) {
    const machine = automatonOf(params);
    const potential = params.shaping ? automatonPotentials(machine, params.rsGamma) : null;
    const letters = Object.entries(params.propositions as Record<string, string>);
    const lettersAt = (i: number, t: number, k: number): string =>
      letters.length > 0
        ? letters.map(([letter, name]) => (columns.signals[name][k] > 0 ? letter : '')).join('')
        : asTexts(columns.events[i], fieldOf('events', i), columns.length[i])[t];
    const known = new Map<string, ReturnType<typeof advance>>();
    const next = (from: number, events: string) => {
      const key = `${from} ${events}`;
      let taken = known.get(key);
      if (!taken) known.set(key, (taken = advance(machine, from, events)));
      return taken;
    };
    const rmStates: number[][] = [];
    let state = machine.initial;
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t === 0) rmStates[i] = [(state = machine.initial)];
      if (state === ENDED) return 0;
      const taken = next(state, lettersAt(i, t, k));
      const ended = taken.to === ENDED || (t === columns.length[i] - 1 && (letters.length > 0 ? columns.terminated : columns.envDone)[i] !== 0);
      const shaping = potential ? params.gamma * (ended ? 0 : potential.get(taken.to)!) - potential.get(state)! : 0;
      rmStates[i].push((state = taken.to));
      return taken.reward + shaping;
    });
    for (let i = 0; i < columns.nTraj; i++) rmStates[i] ??= [machine.initial];
    return { reward, rmStates, potentials: potential ? [...potential] : [] };
  },
  explain(columns, params, { reward, rmStates }, i, t) {
    const path = rmStates![i] as readonly number[];
    if (t >= path.length - 1) return unpaid('The machine has ended before.');
    const value = reward[i * columns.maxLen + t];
    const [from, to] = [path[t], path[t + 1]];
    const place = (u: number) => (u === ENDED ? 'its end' : `state ${u}`);
    const note = `The machine goes from ${place(from)} to ${place(to)}.`;
    if (!params.shaping) return explained([rewardLine('ρ(u, u′)', printed(value), value)], note);
    const potential = automatonPotentials(automatonOf(params), params.rsGamma);
    const ends = to === ENDED || (t === columns.length[i] - 1 && (columns.envDone ?? columns.terminated)[i] !== 0);
    const next = ends ? 0 : potential.get(to)!;
    const before = potential.get(from)!;
    const edge = value - (params.gamma * next - before);
    return explained(
      [rewardLine('ρ(u, u′) + γ Φ(u′) − Φ(u)', `${printed(edge)} + ${printed(params.gamma)} × ${operand(next)} − ${operand(before)}`, value)],
      note,
    );
  },
});
