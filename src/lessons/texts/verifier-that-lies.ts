import { defineLesson } from '../lesson';

const fooled = { rho0: 0.1, rho1: 0.2, '/scenario/params/fooled': 0.9 };

export default defineLesson({
  id: 'verifier-that-lies',
  seeds: 8,
  iterations: 50,
  names: { A: 'Honest verifier', B: 'Lying verifier', C: 'Lying, corrected' },
  arms: {
    faster: { scheme: 'noisy', set: { '/training/learningRate': 5 } },
    beyond: { scheme: 'noisy', set: { rho0: 0.6, rho1: 0.6 } },
    groupNoisy: { scheme: 'grpo-noisy', set: { '/training/learningRate': 1 } },
    groupCorrected: { scheme: 'grpo-backward', set: { '/training/learningRate': 1 } },
    fooledNoisy: { scheme: 'noisy', set: fooled, iterations: 300 },
    fooledCorrected: { scheme: 'backward', set: fooled, iterations: 300 },
  },
  outcome: 'right answers',
  intro: [
    'Four questions with eight possible answers each, one of them right. A verifier says yes or no. [[A]] has one that is never wrong.',
    '[[B]] has one that accepts three wrong answers in ten and refuses three right ones in ten.',
    '[[C]] has the same liar, but its rates are known, and its verdicts are corrected so that on average they are the truth:',
    { formula: '_r_ = (_v_ − ρ₀) / (1 − ρ₀ − ρ₁)' },
    { term: 'Rates of error', symbol: 'ρ', kind: 'reward', text: 'ρ₀ is the chance that a wrong answer is accepted, ρ₁ that a right one is refused. At ρ₀ + ρ₁ = 1 the verdict says nothing.' },
  ],
  ask: 'Before you run it: what do the lies do to what B learns?',
  choices: [
    { text: 'It learns wrong answers too', reply: 'All wrong answers are accepted equally often, so none of them gains on the others.' },
    { text: 'It learns the right answers, but more slowly', right: true, reply: 'Yes. The lies shrink the gradient and leave its direction alone.' },
    { text: 'It learns nothing', reply: 'Seven in ten against three in ten is still a difference.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.correct', says: 'right under B after 50 updates' },
    { slot: 'C.correct', says: 'right under C, corrected' },
    { slot: 'fooledCorrected.correct', says: 'corrected, where one wrong answer fools the verifier' },
  ],
  explain: [
    { heading: 'What happened' },
    'B reaches {B.correct} in the time in which A reaches {A.correct}. Lies that do not depend on the answer shrink the expected gradient by 1 − ρ₀ − ρ₁, here to 0.4, and do not turn it. C divides by that factor and has {C.correct}.',
    'But dividing by 0.4 is the same as a learning rate two and a half times as large. B with that rate: {faster.correct}. The correction is a step size that knows the rates. Under GRPO, which divides by the spread anyway, it is nothing at all: {groupNoisy.correct} and {groupCorrected.correct}.',
    'It matters once the lies pass the point where they outweigh the truth. With both rates at 0.6 the gradient points backwards, and an uncorrected learner unlearns: {beyond.correct}.',
    'Now a lie of another kind. **One** wrong answer to each question fools the verifier nine times in ten. The rates that you would measure are still small. Without correction {fooledNoisy.correct} are right after 300 updates and {fooledNoisy.hack} are the fooling answer. With the correction, {fooledCorrected.correct} and {fooledCorrected.hack}. A formula with two rates cannot know that the lies have a favourite.',
  ],
  look: { title: 'Why: paler, not other', says: 'Each row is one answer. The liar’s column is the honest one with noise in it. Count the corner marks: single verdicts are often wrong, and it does not matter.' },
  trial: {
    says: 'Let the verifier accept more and more wrong answers. When ρ₀ + ρ₁ comes near 1, the corrected advantages grow without bound.',
    label: 'Wrong answers accepted, ρ₀',
    pointers: ['/scenario/params/falsePositive', '/schemes/2/estimator/params/rho0'],
    stops: { min: 0, max: 0.6, step: 0.05 },
    value: 0.3,
  },
  shows: [
    'Lies that do not depend on the answer cost speed alone, and a larger step buys it back.',
    'Lies with a favourite are learned, and no correction by average rates helps.',
  ],
  doesNotShow: [
    'That noise is harmless for networks, where a wrong verdict also moves answers to other questions.',
    'Where the rates come from. Here they were given; measured rates err too.',
  ],
  sources: [
    { text: 'RL with verifiable yet noisy rewards under imperfect verifiers', address: 'https://arxiv.org/abs/2510.00915' },
    { text: 'The backward correction in the reference', address: 'ref:noise-backward' },
  ],
  teacher: {
    ask: ['What is the expected verdict of a right answer, and of a wrong one? What is their difference?', 'Why does GRPO not care?', 'How would you find out that a verifier has a favourite lie?'],
    wrong: ['“30% wrong labels, so at most 70% right.” The policy is not copying labels.', '“The correction makes it robust.” To exactly one kind of lie.'],
    time: '15 minutes.',
  },
  claims: [
    { says: 'Lies without a favourite only slow it down.', arms: ['B'], about: 'B', seeds: 12, holds: (m) => m.mean('B', 'correct@50') > 0.44 && m.mean('B', 'correct@50') < 0.6 },
    { says: 'Corrected, it is as fast as with the honest verifier.', arms: ['A', 'C'], about: 'C', seeds: 6, holds: (m) => Math.abs(m.mean('A', 'correct@50') - m.mean('C', 'correct@50')) < 0.04 },
    { says: 'A larger step does the same.', arms: ['faster', 'C'], about: 'faster', seeds: 6, holds: (m) => Math.abs(m.mean('faster', 'correct@50') - m.mean('C', 'correct@50')) < 0.03 },
    { says: 'Under GRPO the correction is nothing.', arms: ['groupNoisy', 'groupCorrected'], about: 'groupCorrected', seeds: 4, holds: (m) => m.values('groupNoisy', 'correct@50').every((x, k) => Math.abs(x - m.values('groupCorrected', 'correct@50')[k]!) < 1e-4) },
    { says: 'A lie with a favourite is learned in spite of the correction.', arms: ['fooledCorrected'], about: 'fooledCorrected', seeds: 8, holds: (m) => m.mean('fooledCorrected', 'hack@300') > 0.9 && m.mean('fooledCorrected', 'correct@300') < 0.1 },
  ],
});
