import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, asTexts, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor, informative } from '../contracts/reward-parameters';
import { advance, edgesProblem, terminalProblem, type Automaton } from '../mdp/automaton';

const automatonOf = (params: { terminal: unknown; edges: unknown }) => ({ ...params, initial: 0, undefinedPays: 'terminal-edge' }) as Automaton;

/**
 * The reward of an option that means to take one edge of a reward machine.
 *
 *     from u₁: the machine's reward, + r_max where its edge to u₂ is taken, + r_min where the option ends otherwise
 *
 * Every step is looked at from u₁ on its own, as experience that the option could have made there.
 */
export default defineReward({
  id: 'hrm-option',
  title: 'Option on a reward machine',
  summary: 'Pays an option for taking the one edge of the automaton that it is for.',
  formula: String.raw`r_t = \rho(u_1, u') + r_{\max} \mathbb 1[u' = u_2] + r_{\min} \mathbb 1[u' \ne u_2 \wedge (u' \ne u_1 \vee \text{end})]`,
  provenance: 'code',
  cite: [{ title: 'Reward Machines: Exploiting Reward Function Structure in Reinforcement Learning', source: 'RodrigoToroIcarte/reward_machines@3116c2f' }],
  useWhen: 'A long task is split into the edges of an automaton and each is learned by a policy of its own, all from the same experience.',
  breaksWhen: 'Every option minds only its own edge: together they find a way, not the shortest one.',
  category: 'structure',
  params: {
    initial: informative('The automaton’s first state; options start from their own.'),
    terminal: { kind: 'json', default: [1], help: 'States in which the automaton has ended; all are written −1.', check: terminalProblem },
    edges: { kind: 'json', default: [{ from: 0, to: 1, formula: 'a', reward: 1 }, { from: 0, to: 0, formula: '!a', reward: 0 }], help: 'Edges {from, to, formula, reward}; a formula is letters with !, & and |.', check: edgesProblem },
    rMax: factor(1, 'r_max', 'Paid where the option’s edge is taken.'),
    rMin: factor(0, 'r_min', 'Paid where the option ends without it.'),
    shaping: informative('Published vectors carry the machine’s own settings.'),
    gamma: informative('Published vectors carry the machine’s own settings.'),
    rsGamma: informative('Published vectors carry the machine’s own settings.'),
  },
  needs: { events: 'json', option: 'json', envDone: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Waiting in u₁ is nothing, its edge pays 1 + 5, another edge ends the option with −2, and so does the end of the episode.',
      input: { trajectories: [{ group: 0, length: 4, signals: {}, outcome: 0, extra: { events: ['', 'a', 'b', ''], option: [0, 1], envDone: true } }] },
      params: {
        terminal: [2],
        edges: [{ from: 0, to: 1, formula: 'a', reward: 1 }, { from: 0, to: 2, formula: 'b', reward: 0 }, { from: 0, to: 0, formula: '!a&!b', reward: 0 }],
        rMax: 5,
        rMin: -2,
      },
      expect: [[0, 6, -2, -2]],
    },
  ],
  price(columns, params, { buffer }) {
    const automaton = automatonOf(params);
    const reward = payEveryStep(columns, buffer, (i, t) => {
      const [from, aim] = asNumbers(columns.option[i], fieldOf('option', i), 2);
      const { to, reward: paid } = advance(automaton, from, asTexts(columns.events[i], fieldOf('events', i), columns.length[i])[t]);
      if (to === aim) return paid + params.rMax;
      return to !== from || (columns.envDone[i] !== 0 && t === columns.length[i] - 1) ? paid + params.rMin : paid;
    });
    return { reward };
  },
  explain(columns, params, { reward }, i, t) {
    const value = reward[i * columns.maxLen + t];
    const [from, aim] = asNumbers(columns.option[i], fieldOf('option', i), 2);
    const { to, reward: paid } = advance(automatonOf(params), from, asTexts(columns.events[i], fieldOf('events', i))[t]);
    const place = (u: number) => (u < 0 ? 'the end' : `state ${u}`);
    const ended = to !== from || (columns.envDone[i] !== 0 && t === columns.length[i] - 1);
    const [formula, extra] = to === aim ? [' + r_max', ` + ${operand(params.rMax)}`] : ended ? [' + r_min', ` + ${operand(params.rMin)}`] : ['', ''];
    return explained([rewardLine(`ρ${formula}`, `${printed(paid)}${extra}`, value)], `From ${place(from)} the events lead to ${place(to)}; the option aims for ${place(aim)}.`);
  },
});
