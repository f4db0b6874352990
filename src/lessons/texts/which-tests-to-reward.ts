import { defineLesson, type Changes } from '../lesson';

const honest = (scheme: string): { scheme: string; set: Changes; iterations: number } => ({ scheme, set: { '/scenario/params/trap': 'none' }, iterations: 50 });

export default defineLesson({
  id: 'which-tests-to-reward',
  seeds: 6,
  iterations: 300,
  names: { A: 'All or nothing', B: 'Share of tests', C: 'Weighted tests' },
  arms: {
    alpha1: { scheme: 'verpo', set: { alpha: 1 } },
    alpha3: { scheme: 'verpo', set: { alpha: 3 } },
    fast: { scheme: 'all-or-nothing', set: { 'learning-rate': 0.5 } },
    honestAll: honest('all-or-nothing'),
    honestShare: honest('uniform-all'),
    honestWeighted: honest('verpo'),
  },
  outcome: 'programs that pass all tests',
  intro: [
    'A program is checked by ten tests. The general solution has four parts, each with four options, and only if all are right do all tests pass: one time in a thousand, by chance. There is also a special case that takes one step and passes the three easiest tests.',
    '[[A]] pays for all ten tests or nothing. [[B]] pays the share of the tests that pass. [[C]] pays for tests too, but the fewer programs pass a test, the more it is worth, and the weights follow the batch.',
    { term: 'Partial credit', symbol: 'r', kind: 'reward', text: 'pay for passing some of the tests. It ends the silence of all or nothing, and it prices programs that will never pass them all.' },
  ],
  ask: 'Before you run it: how many programs pass all the tests under B, the share?',
  choices: [
    { text: 'Nearly all: partial credit leads the way', reply: 'It leads to the nearest credit. That is the special case.' },
    { text: 'None', right: true, reply: 'Yes. Three tests for one step, for certain, beats a general program that is mostly wrong at first.' },
    { text: 'About half', reply: 'Once the special case is the habit, nobody writes general programs any more.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.success', says: 'pass all tests under B, the share' },
    { slot: 'B.trapShare', says: 'of B’s programs are the special case' },
    { slot: 'C.success', says: 'pass all under C, weighted' },
  ],
  explain: [
    { heading: 'What happened' },
    'Under B {B.trapShare} of the programs are the special case. A first attempt at a general program passes a test or two at best; the special case passes three. The group’s mean rises, and the general program is below average before it had a chance.',
    'C pays little for what everybody passes. As special cases spread, their three tests become worthless, and a general program that passes one rare test is worth more. It ends at {C.success}.',
    'A is not fooled either. It is slow: {A.success} after 300 updates, {A.success|solved} seeds above half. At twice the learning rate it reaches {fast.success}.',
    'How steep must the weights be? They fall with a power α of the pass rate. This lab had to search for one that works: with α = 1 {alpha1.success} pass all and {alpha1.trapShare} special-case, with α = 3 {alpha3.success}, with the 6 that is used here {C.success}.',
    'And without the special case, does weighting still help? After 50 updates: all or nothing {honestAll.success}, the share and the outcome {honestShare.success}, weighted {honestWeighted.success}. What helps there is that partial credit is paid at all.',
  ],
  look: { title: 'Why: the special case is above average', says: 'Rows of one step are special cases. B likes them; the exact advantage knows that they never pass all.' },
  trial: {
    says: 'Flatten the weights. At which α does the special case win?',
    label: 'Steepness of C’s weights, α',
    pointers: ['/schemes/2/terms/0/params/alpha'],
    stops: { min: 0.5, max: 8, step: 0.5 },
    value: 6,
  },
  shows: [
    'Counting passed tests pays for whatever passes the easy ones.',
    'Weights that follow the batch take the pay away from what has become common.',
  ],
  doesNotShow: [
    'That the weights are robust. One number decides between success and the special case, and it was found by trying.',
    'That difficulty weights help where nothing can be special-cased. There the dense term does the work.',
  ],
  sources: [
    { text: 'VeRPO: verifiable dense reward policy optimization for code generation', address: 'https://arxiv.org/abs/2601.03525' },
    { text: 'VeRPO’s reward in the reference', address: 'ref:verpo' },
  ],
  teacher: {
    ask: ['What does a half-finished general program earn under B, and what the special case?', 'Why must the weights change while it learns?', 'Which of your own tests would a special case pass?'],
    wrong: ['“Hide the tests.” The learner never saw them. It saw the pay.', '“All or nothing is fair.” It is, and one program in a thousand is all it has to go on.'],
    time: '15 minutes.',
  },
  claims: [
    { says: 'The share of tests ends in the special case.', arms: ['B'], about: 'B', seeds: 4, holds: (m) => m.mean('B', 'trapShare@300') > 0.95 && m.mean('B', 'success@300') < 0.02 },
    { says: 'Weights that follow the batch do not.', arms: ['C'], about: 'C', seeds: 4, holds: (m) => m.mean('C', 'success@300') > 0.95 },
    { says: 'With the published form at α = 1 they do.', arms: ['alpha1'], about: 'alpha1', seeds: 4, holds: (m) => m.mean('alpha1', 'trapShare@300') > 0.5 && m.mean('alpha1', 'success@300') < 0.5 },
    { says: 'All or nothing is slow, not fooled.', arms: ['fast'], about: 'fast', seeds: 6, holds: (m) => m.mean('fast', 'success@300') > 0.5 && m.mean('fast', 'trapShare@300') < 0.2 },
  ],
});
