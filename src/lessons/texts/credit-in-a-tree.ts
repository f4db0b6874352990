import { defineLesson } from '../lesson';

export default defineLesson({
  id: 'credit-in-a-tree',
  seeds: 8,
  iterations: 50,
  at: [25],
  names: { A: 'GRPO', B: 'TEMPO', C: 'Same state' },
  arms: { salt: { scheme: 'salt' }, exact: { scheme: 'exact' } },
  outcome: 'paths that succeed',
  intro: [
    'Six choices, each among three branches. Some branches are good (+1), some bad (−1), some neither, and a path succeeds when its sum is 2 or more. A good path may hold a bad step, and three in four successes do.',
    '[[A]] gives every step of a path the same credit: its success against the group. The bad step of a good path is praised with the rest.',
    'But sixteen paths start at one root, and many share their first steps. [[B]] gathers them into a tree: what a beginning is worth is the mean outcome of those that share it, and a step is credited with the change. [[C]] compares, at each state, the paths that left it by different branches.',
    { term: 'Credit assignment', symbol: 'Âₜ', kind: 'advantage', text: 'deciding which step of a trajectory an outcome is owed to. An outcome has one number; a path has six steps.' },
  ],
  ask: 'The credit of B and C is much nearer to the truth than A’s. After 25 updates, how far ahead of A is B?',
  choices: [
    { text: 'Far: 20 points or more', reply: 'Better credit for each step, yes. But A’s faults average out over the paths of a batch.' },
    { text: 'Two or three points', right: true, reply: 'Yes. Plainly better credit, hardly faster learning.' },
    { text: 'Behind: the tree is too sparse', reply: 'It would be, in a task where paths never meet.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'A.cosine@0', says: 'alignment of A’s first update with the true gradient' },
    { slot: 'C.cosine@0', says: 'of C’s, which compares at the same state' },
    { slot: 'B.success@25-A.success@25', says: 'B’s lead over A after 25 updates' },
  ],
  explain: [
    { heading: 'What happened' },
    'The credit is better: in the first batch the update of A has a cosine of {A.cosine@0} with the true gradient, B {B.cosine@0}, C {C.cosine@0}. With the exact advantage of every step it would be {exact.cosine@0}: even perfect credit does not reach 1, because a batch visits only some of the paths.',
    'The learning is hardly faster. After 25 updates A has {A.success@25}, B {B.success@25}, C {C.success@25}. After 50, A has {A.success} and B {B.success}.',
    'Why so little? A’s credit is wrong for single steps and right on average. A bad branch is praised on lucky paths and blamed on unlucky ones; over 64 paths the blame wins. What the tree removes is noise, and here there was not much noise to remove.',
    'One more estimator makes this exact. SALT averages the credit of steps that share an edge of the tree. Its numbers look quite unlike GRPO’s. Its gradient is the same to the last digits ({salt.cosine@0|digits} and {A.cosine@0|digits}): a table adds up the same edges anyway.',
  ],
  look: { title: 'Why: one colour a row, or one a step', says: 'Under a scheme that credits whole paths each row has one colour. The exact column shows how mixed a path really is.' },
  trial: {
    says: 'Start from a policy that has some skill already. Then failures share beginnings with successes, and the tree has more to say.',
    label: 'Skill of the starting policy',
    pointers: ['/scenario/params/skill'],
    stops: { min: -0.5, max: 1, step: 0.25 },
    value: 0,
  },
  shows: [
    'Where rollouts share beginnings, comparing them there gives credit much closer to the truth than comparing whole paths.',
    'Better credit is not the same as faster learning. What counts is how much noise there was.',
  ],
  doesNotShow: [
    'That trees are worth little. On long paths with few rollouts the noise is larger; and where states are seldom revisited the tree has no branches, and such estimators do as well as GRPO or worse.',
    'What shared parameters change. SALT equals GRPO for a table only.',
  ],
  sources: [
    { text: 'Exploiting tree structure for credit assignment (TEMPO)', address: 'https://arxiv.org/abs/2509.18314' },
    { text: 'Feng et al., Group-in-group policy optimization', address: 'https://arxiv.org/abs/2505.10978' },
    { text: 'SALT', address: 'https://arxiv.org/abs/2510.20022' },
  ],
  teacher: {
    ask: ['Find a success with a bad step. What does each scheme say about that step?', 'Why does a wrong credit for one path not ruin the batch?', 'In which tasks of yours do rollouts share states?'],
    wrong: ['“A cosine of 0.86 is bad.” Random directions in 1,092 dimensions have a cosine near 0.', '“Better credit must learn faster.” This is the counterexample.'],
    time: '20 minutes.',
  },
  claims: [
    { says: 'Comparing at the same state is nearer to the true gradient.', arms: ['A', 'C'], about: 'C', seeds: 20, holds: (m) => m.mean('C', 'cosine@0') - m.mean('A', 'cosine@0') > 0.05 },
    { says: 'So is the tree.', arms: ['A', 'B'], about: 'B', seeds: 20, holds: (m) => m.mean('B', 'cosine@0') - m.mean('A', 'cosine@0') > 0.03 },
    { says: 'But it is only a little faster.', arms: ['A', 'B'], about: 'B', seeds: 10, holds: (m) => m.mean('B', 'success@25') - m.mean('A', 'success@25') > 0.01 && m.mean('B', 'success@25') - m.mean('A', 'success@25') < 0.05 },
    { says: 'SALT has GRPO’s gradient for a table.', arms: ['A', 'salt'], about: 'salt', seeds: 8, holds: (m) => m.values('salt', 'cosine@0').every((x, k) => Math.abs(x - m.values('A', 'cosine@0')[k]!) < 1e-4) },
  ],
});
