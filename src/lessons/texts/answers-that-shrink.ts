import { defineLesson } from '../lesson';

export default defineLesson({
  id: 'answers-that-shrink',
  set: { '/view/sort': 'group' },
  seeds: 4,
  iterations: 600,
  at: [100],
  names: { A: 'Right', B: 'Priced', C: 'Undivided' },
  arms: {
    all: { scheme: 'penalty-all' },
    cheap: { scheme: 'penalty', set: { penalty: -0.1 } },
    cheapUndivided: { scheme: 'penalty-no-std', set: { penalty: -0.1 } },
    sees: { scheme: 'penalty', set: { '/scenario/params/visible': true } },
    seesPlain: { scheme: 'plain', set: { '/scenario/params/visible': true } },
  },
  outcome: 'right answers',
  intro: [
    'Questions are easy, middling or hard, and all the model decides is how long it thinks: one to eight units. Easy ones are right at any length. Hard ones need it all.',
    '[[A]] pays for right answers. Thinking is dear, so under [[B]] a right answer pays a little less the longer it took: 1 at no length, one half at the greatest. A wrong answer pays nothing, however short. [[C]] has the same reward, and differs only in how it becomes an advantage.',
    'The model cannot tell how hard a question is before it has answered.',
    { term: 'Dividing by the spread', symbol: 'σ', kind: 'advantage', text: 'GRPO divides what is left after the group’s mean by the group’s standard deviation. A group in which little differs is blown up until it speaks as loudly as one in which everything does.' },
  ],
  ask: 'Being right is always worth more than being short. What happens to the right answers under B?',
  choices: [
    { text: 'They stay: only needless length goes', reply: 'So one would design it. But the price is heard most where everything is right already.' },
    { text: 'They fall by a few points', reply: 'They fall by a third.' },
    { text: 'They fall by a third', right: true, reply: 'Yes. Thinking shrinks to almost nothing, and hard questions with it.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.correct', says: 'right under B, with a price on length' },
    { slot: 'B.length', says: 'units of thought under B; A keeps {A.length}' },
    { slot: 'C.correct', says: 'right with the same price, not divided by the spread' },
  ],
  explain: [
    { heading: 'What happened' },
    'A hard question’s group holds right and wrong answers, and being right is worth much more than being short. In an easy question’s group all eight are right. All that differs is length, by a few hundredths. GRPO divides by the spread, and now those hundredths weigh as much as right against wrong does elsewhere.',
    'All easy groups say “shorter” at full voice. The model, which cannot see which question is easy, answers everything shorter: {B.length} units in the end, {B.correct} right. The fall is smooth: {B.correct@100} after 100 updates. A fifth of the price does nearly the same, {cheap.correct}, because whatever is left of it is divided by its own small spread.',
    'C leaves out the division. The hundredths stay hundredths: {C.correct} right with {C.length} units. That is still below A: the price is felt, though not blown up. At a fifth of it, {cheapUndivided.correct}.',
    'A model that sees how hard a question is has no such trouble, division or not: {sees.correct} right with {sees.length} units, against {seesPlain.correct} with {seesPlain.length} without a price. It saves where saving is free. Pricing wrong answers too changes little under B: {all.correct}.',
  ],
  look: { title: 'Why: small differences at full voice', says: 'Each row is one answer. Rows sorted by group: where all of a group are right, B’s colours are as strong as where right meets wrong.' },
  trial: {
    says: 'Lower the price. Under B it hardly matters: dividing by the spread makes up for it. Where does it stop?',
    label: 'What full length costs, under B and C',
    pointers: ['/schemes/1/terms/1/weight', '/schemes/2/terms/1/weight'],
    stops: { min: -0.5, max: 0, step: 0.05 },
    value: -0.5,
  },
  shows: [
    'Dividing by a group’s spread turns a small preference among equals into a loud one.',
    'The harm needs both: the division, and a policy that cannot tell for whom the preference was meant.',
  ],
  doesNotShow: [
    'That length penalties must fail. Without the division, or with difficulty in sight, this one is mild.',
    'An abrupt collapse. Reports of one exist; here the decline is smooth.',
  ],
  sources: [
    { text: 'Liu et al., Understanding R1-Zero-like training (Dr. GRPO)', address: 'https://arxiv.org/abs/2503.20783' },
    { text: 'Stable reinforcement learning for efficient reasoning (GRPO-λ)', address: 'https://arxiv.org/abs/2505.18086' },
    { text: 'GRPO without the division, in the reference', address: 'ref:dr-grpo' },
  ],
  teacher: {
    ask: ['Eight right answers of lengths 3 to 5: compute their advantages with and without the division.', 'Which groups vote for “longer”?', 'What could the model look at to tell the questions apart?'],
    wrong: ['“The price is too high.” Halve it with the slider.', '“Then never divide.” With one prompt the division changes nothing but the step size.'],
    time: '15 minutes.',
  },
  claims: [
    { says: 'A price on length costs a quarter of the right answers or more.', arms: ['A', 'B'], about: 'B', seeds: 4, holds: (m) => m.mean('A', 'correct@600') - m.mean('B', 'correct@600') > 0.25 },
    { says: 'Without the division most of them come back.', arms: ['B', 'C'], about: 'B', seeds: 4, holds: (m) => m.mean('C', 'correct@600') - m.mean('B', 'correct@600') > 0.15 && m.mean('C', 'correct@600') < 0.83 },
    { says: 'A fifth of the price costs nearly as much where it is divided, and hardly anything where it is not.', arms: ['cheap', 'cheapUndivided'], about: 'cheap', seeds: 4, holds: (m) => m.mean('cheap', 'correct@600') < 0.68 && m.mean('cheapUndivided', 'correct@600') > 0.88 },
    { says: 'A policy that sees the difficulty keeps them, and still saves.', arms: ['sees', 'seesPlain'], about: 'sees', seeds: 3, holds: (m) => m.mean('sees', 'correct@600') > 0.88 && m.mean('sees', 'length@600') < m.mean('seesPlain', 'length@600') - 1 },
  ],
});
