import { defineLesson, type Changes } from '../lesson';

const preferences = (seed: number): Changes => ({ preferences: seed });
const model = (scheme: string, set: Changes = {}) => ({ scheme, set, perSeed: preferences });

export default defineLesson({
  id: 'when-the-proxy-turns',
  seeds: 6,
  iterations: 400,
  at: [30, 60],
  names: { A: 'What you want', B: 'The proxy' },
  perSeed: preferences,
  arms: {
    more: model('proxy', { pairs: 1000 }),
    richFew: model('proxy', { '/scenario/params/model': 'quadratic', pairs: 30 }),
    rich: model('proxy', { '/scenario/params/model': 'quadratic', pairs: 1000 }),
    clipped: model('clipped'),
    cautious: model('cautious'),
    bend: model('par'),
  },
  outcome: 'the points that people would give',
  axis: { min: -2, max: 3.6 },
  showsProxy: true,
  intro: [
    'People like answers with good words, and a flourish or three. The fourth adds nothing, from the fifth on they tire, and an answer of eight flourishes is worse than none. You cannot write that down, so you ask: a hundred times, which of these two answers do you prefer?',
    'From the hundred preferences a reward model is fitted. It counts words, so it can learn that flourishes are liked. It cannot learn that they are liked **up to a point**.',
    '[[A]] is paid what people want: a luxury that nobody has. [[B]] is paid what the model thinks they want.',
    { term: 'Proxy', symbol: 'r̂', kind: 'reward', text: 'a measure that stands in for what you want and agrees with it on what you have seen. Goodhart’s law: when a measure becomes a target, it ceases to be a good measure.' },
  ],
  ask: 'Both start at {A.goldReward@0|2} points. What happens to what people want under B?',
  choices: [
    { text: 'It rises, more slowly than under A', reply: 'At first, exactly that. A run that is stopped after 60 updates looks like a success.' },
    { text: 'It rises, and then falls below where it began', right: true, reply: 'Yes. It falls while the proxy goes on climbing, so that the run looks better and better.' },
    { text: 'It stays about where it is', reply: 'The proxy is right about most answers of the starting policy, so there is something to gain.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.goldReward@60', says: 'points under B after 60 updates, from a start of {B.goldReward@0|2}' },
    { slot: 'B.goldReward', says: 'points under B after 400' },
    { slot: 'A.goldReward', says: 'points under A, paid by what people want' },
  ],
  explain: [
    { heading: 'What happened' },
    'What people want rises to {B.goldReward@60} after 60 updates and ends at {B.goldReward}, below the start in {B.goldReward|below} draws of the preferences. The dotted curve, what B is paid, never falls. Nothing in the learner’s own numbers says that anything is wrong. At the end an answer of B has {B.flourishes} flourishes; one of A has {A.flourishes}.',
    'More data? With a thousand preferences instead of a hundred: {more.goldReward}. It makes the model surer of what it cannot express. A model that **can** express it is another matter: {rich.goldReward} with a thousand preferences. With only thirty it depends on the draw: {richFew.goldReward|range}.',
    'Bounding the proxy does more than improving it. Clipped one point above and below the reference policy’s mean, {clipped.goldReward}, and {clipped.goldReward|below} draws below the start. The mean of eight models less two of their deviations saves some draws and not others ({cautious.goldReward|range}). Bent through a preference over the reference, with no other brake, it falls as before: {bend.goldReward}.',
    'The cheapest cure is on the curve itself. At update 60 it is still above the start, and somebody who looks, with fresh judgements and not with the proxy, can stop there.',
  ],
  look: { title: 'Why: the proxy knows no enough', says: 'The exact advantage of one more flourish depends on how many there are; the proxy’s does not. Choose a step and read what the two say.' },
  trial: {
    says: 'Ask for more preferences. It moves the peak, not the fall. (The page shows one draw of preferences; the recorded numbers are over {seeds} draws.)',
    label: 'Preferences',
    pointers: ['/scenario/params/pairs'],
    stops: [10, 30, 100, 300, 1000, 2000],
    value: 100,
  },
  shows: [
    'A proxy that is right where you looked and wrong where you did not is followed to where you did not look.',
    'More data does not repair a model that cannot express the truth.',
  ],
  doesNotShow: [
    'That every proxy turns. A model of the right form with enough data did not, here, and not quite all of the models with a hundred preferences did.',
    'A KL penalty, the usual brake: this run has none. The reference measurements have it, and it helps where the bend alone does not.',
  ],
  sources: [
    { text: 'Gao, Schulman and Hilton, Scaling laws for reward model overoptimization', address: 'https://arxiv.org/abs/2210.10760' },
    { text: 'The scenario in the reference', address: 'ref:proxy-over-optimisation' },
  ],
  teacher: {
    ask: ['At which update would you have stopped, had you seen only the dotted curve?', 'What would you have to ask people to find the fall before it comes?', 'Name a proxy in your own work. Where was it never tested?'],
    wrong: ['“The reward model was bad.” It predicts preferences of the starting policy well.', '“Collect more data.” Of which answers?'],
    time: '20 minutes.',
  },
  claims: [
    { says: 'What people want is higher after 60 updates and lower after 400 than at the start.', arms: ['B'], about: 'B', seeds: 6, holds: (m) => m.mean('B', 'goldReward@60') > m.mean('B', 'goldReward@0') + 0.2 && m.mean('B', 'goldReward@400') < m.mean('B', 'goldReward@0') - 0.5 },
    { says: 'More preferences do not cure a model that cannot express the truth.', arms: ['more'], about: 'more', seeds: 5, holds: (m) => m.mean('more', 'goldReward@400') < m.mean('more', 'goldReward@0') - 0.5 },
    { says: 'One that can, with enough preferences, needs no cure.', arms: ['rich'], about: 'rich', seeds: 4, holds: (m) => m.mean('rich', 'goldReward@400') > 2.9 },
    { says: 'A bound on the proxy keeps most of the gain.', arms: ['clipped'], about: 'clipped', seeds: 12, holds: (m) => m.mean('clipped', 'goldReward@400') > m.mean('clipped', 'goldReward@0') + 0.3 },
    { says: 'Paid by what is wanted, it gets there.', arms: ['A'], about: 'A', seeds: 3, holds: (m) => m.mean('A', 'goldReward@400') > 3.2 },
  ],
});
