import { defineLesson, type Changes } from '../lesson';

const equal: Changes = { format: 1, length: 1 };
const conflict: Changes = { ...equal, '/scenario/params/middlingSkill': 0.75, '/scenario/params/shortSkill': 0.5, '/training/learningRate': 1 };
const small: Changes = { ...equal, 'group-size': 4 };

export default defineLesson({
  id: 'two-rewards-one-advantage',
  set: { 'group-size': 8, format: 20, length: 20 },
  seeds: 6,
  iterations: 100,
  names: { A: 'GRPO on the sum', B: 'GDPO' },
  arms: {
    sumEqual: { scheme: 'grpo', set: equal },
    apartEqual: { scheme: 'gdpo', set: equal },
    sumSmall: { scheme: 'grpo', set: small },
    apartSmall: { scheme: 'gdpo', set: small },
    sumFive: { scheme: 'grpo', set: { format: 5, length: 5 } },
    sumConflict: { scheme: 'grpo-conditioned', set: conflict, iterations: 300 },
    apartConflict: { scheme: 'gdpo-conditioned', set: conflict, iterations: 300 },
  },
  outcome: 'right answers',
  intro: [
    'An answer is worth three things: that it is right, that it has the asked format, that it is short. Each has a reward of its own, and they come from three teams. One counts 0 or 1. The other two count 0 or 20.',
    '[[A]] adds them up and normalises the sum in its group of eight, as GRPO does. [[B]] normalises each reward in its group first, then adds: this is GDPO.',
    { term: 'Advantage of a sum', symbol: 'Â', kind: 'advantage', text: 'GRPO subtracts the group’s mean and divides by its spread. Of several rewards it sees only the total: two answers with the same total get the same advantage, however they came by it.' },
    'How much is lost by that can be counted. Two rewards of 0 or 1 and two attempts make ten different groups. The advantages of the sum tell two kinds of them apart, those of GDPO three.',
  ],
  ask: 'The two that count 20 are easy, the right answer is hard. How many answers are right after 100 updates, under A as against B?',
  choices: [
    { text: 'The same: all three rewards can be had together', reply: 'They can, and in the end they are. Who gets there first is another matter.' },
    { text: 'Half as many under A', right: true, reply: 'Yes, about half. The right answer is one part in forty of the sum, and the spread divides it away.' },
    { text: 'More under A: large rewards teach faster', reply: 'They teach themselves faster.' },
  ],
  sketch: 'A',
  figures: [
    { slot: 'A.correct', says: 'right under A, one sum' },
    { slot: 'B.correct', says: 'right under B, each reward on its own scale' },
    { slot: 'apartSmall.correct-sumSmall.correct', says: 'B’s lead with equal scales and groups of four' },
  ],
  explain: [
    { heading: 'What happened' },
    'After the sum is divided by its spread, a right answer moves the advantage by a fortieth of what format and length together move it. A learns those two first and the answer when they are settled: {A.correct} right, against {B.correct}. With the scales at 5 instead of 20, A has {sumFive.correct}. B has the same number at any scale, because each reward is measured in its own spread.',
    'So much for unequal scales. Is GDPO also better where the scales are equal? It tells more groups apart, but that buys little here: a lead of {apartSmall.correct-sumSmall.correct} with groups of four, and with groups of eight {apartEqual.correct} against {sumEqual.correct}, which is none.',
    'And it can hurt. Let short answers be less often right, and pay for shortness only when the answer is right. Under the sum that small reward stays small, and {sumConflict.correct} are right after 300 updates. GDPO blows it up to the size of the others, and policies give up correctness for it: {apartConflict.correct}.',
    'Normalising apart is a decision that all your rewards matter alike. Sometimes that is what you meant by writing 1 and 20. Sometimes 1 and 20 is what you meant.',
  ],
  look: { title: 'Why: the right answer disappears in the spread', says: 'The last step of each row is the answer. Under A its colour follows format and length of the whole row, not the answer itself.' },
  trial: {
    says: 'Bring the scale of format and length down from 20 to 1 and watch A come up to B.',
    label: 'Scale of format and length',
    pointers: ['/schemes/0/terms/1/weight', '/schemes/0/terms/2/weight', '/schemes/1/terms/1/weight', '/schemes/1/terms/2/weight'],
    stops: { min: 1, max: 20, step: 1 },
    value: 20,
  },
  shows: [
    'A sum that is normalised afterwards hands the advantage to the largest reward. Normalising each reward first makes the scales irrelevant.',
    'More combinations told apart does not mean faster learning: with equal scales the gain is small, or none.',
  ],
  doesNotShow: [
    'That GDPO is better. Where a reward is small on purpose, it makes it large.',
    'That weights would not do as well. Dividing the two rewards by 20 by hand is the same cure, if you know the scales.',
  ],
  sources: [
    { text: 'GDPO: group reward-decoupled normalization policy optimization', address: 'https://arxiv.org/abs/2601.05242' },
    { text: 'GDPO in the reference', address: 'ref:gdpo' },
  ],
  teacher: {
    ask: ['List the ten groups of two attempts and two binary rewards. Which look alike to the sum?', 'What does dividing by the spread do to a reward that is a fortieth of it?', 'When would you not want all rewards on one scale?'],
    wrong: ['“GRPO cannot learn several rewards.” It does, one after the other.', '“GDPO weighs them equally.” It gives them equal spread in the batch; a reward that hardly varies is blown up most.'],
    time: '15 minutes; 25 with the counting.',
  },
  claims: [
    { says: 'With scales 1, 20, 20 the sum halves what is right at 100 updates.', arms: ['A', 'B'], about: 'B', seeds: 6, holds: (m) => m.mean('A', 'correct@100') < 0.7 * m.mean('B', 'correct@100') && m.mean('B', 'correct@100') > 0.6 },
    { says: 'GDPO does not depend on the scales.', arms: ['B', 'apartEqual'], about: 'apartEqual', seeds: 4, holds: (m) => Math.abs(m.mean('B', 'correct@100') - m.mean('apartEqual', 'correct@100')) < 0.01 },
    { says: 'With equal scales and groups of eight there is no lead.', arms: ['apartEqual', 'sumEqual'], about: 'sumEqual', seeds: 10, holds: (m) => Math.abs(m.mean('apartEqual', 'correct@100') - m.mean('sumEqual', 'correct@100')) < 0.04 },
    { says: 'It harms where a reward is small on purpose.', arms: ['sumConflict', 'apartConflict'], about: 'sumConflict', seeds: 5, holds: (m) => m.mean('sumConflict', 'correct@300') - m.mean('apartConflict', 'correct@300') > 0.1 },
  ],
});
