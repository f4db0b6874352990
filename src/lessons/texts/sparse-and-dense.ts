import { defineLesson } from '../lesson';

export default defineLesson({
  id: 'sparse-and-dense',
  seeds: 6,
  iterations: 200,
  at: [50],
  names: { A: 'Sparse', B: 'Nearness', C: 'Subgoals' },
  arms: { patient: { scheme: 'sparse', iterations: 400 }, progress: { scheme: 'naive-progress' } },
  outcome: 'walkers that reach the goal',
  intro: [
    'A walker stands at the left of a small house. The goal is behind a wall, two cells away as the crow flies. To get there it must walk down to a key, through a door, and back up: ten steps, of which it has sixteen.',
    'At first it walks at random and arrives about {A.success@0|odds} times. [[A]] pays 1 at the goal and nothing else, so nearly every batch is silent.',
    'You want to help. [[B]] adds a little pay for every step that ends near the goal, measured straight through the walls. [[C]] adds 0.3 for picking up the key and 0.3 for passing the door.',
    { term: 'Sparse and dense', symbol: 'r', kind: 'reward', text: 'a sparse reward pays at the end alone; a dense one pays along the way. Dense is not yet right: it is only **often**.' },
  ],
  ask: 'Before you run it: what does the pay for nearness do to B?',
  choices: [
    { text: 'It reaches the goal sooner than A', reply: 'That is the hope behind every distance reward. Distance does not know about the wall.' },
    { text: 'It reaches the goal, though later than C', reply: 'It would, if coming near and getting there were the same thing.' },
    { text: 'It hardly ever reaches the goal', right: true, reply: 'Yes. The nearest place that it can find pays forever.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'C.success', says: 'reach the goal under C, Subgoals' },
    { slot: 'B.success', says: 'under B, Nearness' },
    { slot: 'B.keyShare', says: 'of B’s walkers still pick up the key' },
  ],
  explain: [
    { heading: 'What happened' },
    'B found the dead end beside the goal, on the wrong side of the wall, and stays there. At the start {B.keyShare@0} of its walkers stumbled on the key; at the end {B.keyShare}. It did not fail to learn. It learned what it was paid for.',
    'C is at {C.success} after 200 updates and was at {C.success@50} after 50. Its two payments lie on the way that has to be taken, and each can be had once, so there is nothing to collect by waiting.',
    'And A? {A.success|solved} seeds had found the goal often enough to learn it after 200 updates, {patient.success|solved} after 400. Silence is a delay, not a verdict: once a single lucky group has been seen, the rest goes quickly. That is why the mean curve of A creeps while each seed jumps.',
    'Paying for progress instead of nearness, only for steps that come closer, does not save B: {progress.success} at the end. The key lies the other way.',
  ],
  look: { title: 'Why: near is not on the way', says: 'Step along a row. B is pleased with steps towards the wall; the exact advantage sees that they spend the time in which the key could be fetched.' },
  trial: {
    says: 'Lower the pay for nearness. Does any amount help? Watch whether B falls below the silent A or only down to it.',
    label: 'Pay for nearness',
    pointers: ['/schemes/1/terms/1/weight'],
    stops: { min: 0, max: 0.2, step: 0.005 },
    value: 0.1,
  },
  shows: [
    'A dense reward that points the wrong way is worse than none: the sparse one is slow, the near one is lost.',
    'Pay that can be had once, on the only way, teaches in a few dozen updates.',
  ],
  doesNotShow: [
    'That sparse rewards fail. Here they are late; with more rollouts, a better start or an exploration bonus they are not even that.',
    'That distances are always traps. Without the wall, nearness would have worked.',
  ],
  sources: [
    { text: 'Ng, Harada and Russell, Policy invariance under reward transformations, ICML 1999: the trap and its cure' },
    { text: 'The reward in the reference', address: 'ref:goal-distance' },
  ],
  teacher: {
    ask: ['Which cells would you pay for, and how often could a walker collect there?', 'Draw the cell where a walker under B stands after sixteen steps.', 'Why do single seeds of A jump while their mean creeps?'],
    wrong: ['“Dense rewards are better.” Ask: paid for what, and can it be repeated?', '“A cannot learn.” Let them read the number after 400 updates.'],
    time: '15 minutes with the discussion; the run takes a few seconds.',
  },
  claims: [
    { says: 'Every seed solves the house when the key and the door are paid.', arms: ['C'], about: 'C', seeds: 5, holds: (m) => Math.min(...m.values('C', 'success@200')) > 0.9 },
    { says: 'Pay for nearness drives walkers away from the key.', arms: ['B'], about: 'B', seeds: 5, holds: (m) => m.mean('B', 'keyShare@200') < 0.2 * m.mean('B', 'keyShare@0') && m.mean('B', 'success@200') < 0.01 },
    { says: 'Sparse is late, not lost: some seeds have solved it after 400 updates.', arms: ['patient'], about: 'patient', seeds: 12, holds: (m) => m.values('patient', 'success@400').filter((x) => x > 0.5).length >= 3 },
    { says: 'Subgoals beat the sparse reward by far at 200 updates.', arms: ['A', 'C'], about: 'C', seeds: 10, holds: (m) => m.mean('C', 'success@200') - m.mean('A', 'success@200') > 0.5 },
  ],
});
