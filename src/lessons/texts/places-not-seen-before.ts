import { defineLesson } from '../lesson';

export default defineLesson({
  id: 'places-not-seen-before',
  seeds: 4,
  iterations: 400,
  at: [50],
  names: { A: 'Outcome', B: 'New in this episode', C: 'Seldom seen at all' },
  arms: { both: { scheme: 'both' }, groupA: { scheme: 'grpo-sparse' }, groupEpisodic: { scheme: 'grpo-episodic' }, groupCount: { scheme: 'grpo-count' } },
  outcome: 'walkers that reach the goal',
  intro: [
    'A maze of 37 cells; the goal is 21 steps away, and there is time for thirty. By chance about {A.success@0|odds} walks arrives. [[A]] pays at the goal, and will wait for ever.',
    'Nothing is known about where the goal lies, so nothing can be said about which way is right. All one can pay for is looking. [[B]] pays 0.1 for every cell that is new in this episode. [[C]] pays for cells that were seldom seen in the **whole training**, 0.1 over the square root of the visits so far.',
    { term: 'Exploration bonus', symbol: 'r⁺', kind: 'reward', text: 'pay for novelty, whatever it leads to. It says nothing about the goal; it only makes the policy look where it has not looked.' },
  ],
  ask: 'Which of the two bonuses finds the goal more reliably?',
  choices: [
    { text: 'B: each walk should cover much ground', reply: 'It covers much ground, the same ground in every walk.' },
    { text: 'C: what everybody has seen pays less and less', right: true, reply: 'Yes. Its pay moves outward, and takes the walkers along.' },
    { text: 'Neither: a bonus knows nothing of the goal', reply: 'It need not. Once the goal has been seen, its own reward does the rest.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.success|solved', says: 'seeds reach the goal under B, new in this episode' },
    { slot: 'C.success|solved', says: 'under C, seldom seen at all' },
    { slot: 'A.success|solved', says: 'under A, from the outcome alone' },
  ],
  explain: [
    { heading: 'What happened' },
    'Under A nothing happens: {A.success}. There never was a success to compare with.',
    'B learns walks that visit many cells, and is content. A walk that is new to itself pays the same on the thousandth day. Whether such a walk leads past the goal is luck: {B.success|solved} seeds.',
    'C’s pay wears off. Cells near the start have been seen by all, so they pay nothing any more, and the frontier pays best. Walks lengthen until one arrives: {C.success|solved} seeds, {C.success} on average. Both together are quicker: {both.success@50} after 50 updates, where C has {C.success@50}, and {both.success} in the end.',
    'That was with a critic. With groups instead, GRPO has {groupCount.success|solved} seeds under C’s bonus, {groupEpisodic.success|solved} under B’s and {groupA.success|solved} under the outcome alone.',
    'One loose end: at the goal C still pays for cells on the way, so it stops a little short of certainty. Bonuses are taken away in the end.',
  ],
  look: { title: 'Why: new to me, or new to us', says: 'In the first batch every cell is new, and the two bonuses agree. They part ways later, when C’s counts have grown.' },
  trial: {
    says: 'Turn B’s bonus up or down. A larger one is not a better one: it competes with the goal.',
    label: 'Weight of B’s bonus',
    pointers: ['/schemes/1/terms/1/weight'],
    stops: { min: 0, max: 3, step: 0.25 },
    value: 1,
  },
  shows: [
    'Where success is never seen by chance, a reward for looking can find it.',
    'Novelty has to be remembered across episodes to be reliable.',
  ],
  doesNotShow: [
    'How to count in a world too large for counting. Networks stand in for counts there, with troubles of their own.',
    'That exploration is always needed. One lucky success in a batch of any size is worth more than any bonus.',
  ],
  sources: [
    { text: 'Strehl and Littman, An analysis of model-based interval estimation, 2008' },
    { text: 'A study of global and episodic bonuses for exploration', address: 'https://arxiv.org/abs/2306.03236' },
    { text: 'Count bonuses in the reference', address: 'ref:count-bonus' },
  ],
  teacher: {
    ask: ['After a thousand walks, what does each bonus pay in the first corridor?', 'When should a bonus be switched off?', 'Could a bonus ever keep a policy from the goal?'],
    wrong: ['“More coverage in one walk is enough.” It is coverage over all walks that counts.', '“It solved the maze because it was told where to look.” It never was.'],
    time: '15 minutes; the run takes a little longer than the others.',
  },
  claims: [
    { says: 'Pay for what was seldom seen finds the goal in nearly every seed.', arms: ['C'], about: 'C', seeds: 4, holds: (m) => m.values('C', 'success@400').filter((x) => x > 0.5).length >= m.values('C', 'success@400').length - 1 },
    { says: 'Pay for what is new in the episode does not.', arms: ['B', 'C'], about: 'C', seeds: 8, holds: (m) => m.mean('C', 'success@400') - m.mean('B', 'success@400') > 0.15 },
    { says: 'But it finds it more often than the outcome alone.', arms: ['A', 'B'], about: 'B', seeds: 8, holds: (m) => m.mean('B', 'success@400') - m.mean('A', 'success@400') > 0.1 },
  ],
});
