import { defineLesson } from '../lesson';

const scored = (scheme: string, alpha: number) => ({ scheme, set: { alpha } });

export default defineLesson({
  id: 'sum-or-minimum',
  seeds: 6,
  iterations: 400,
  names: { A: 'Outcome', B: 'Sum', C: 'Minimum' },
  arms: { clip: { scheme: 'clip' }, delta: { scheme: 'delta' }, both: { scheme: 'clip-delta' }, sum05: scored('sum', 0.05), clip10: scored('clip', 0.1), delta50: scored('delta', 0.5), both50: scored('clip-delta', 0.5), pure50: scored('pure', 0.5), pure100: scored('pure', 1) },
  outcome: 'solutions with the right answer',
  intro: [
    'A problem takes four sound steps and then an answer. At every step the writer may use a rule, which usually works; guess, which usually does not; repeat what is already there; or answer. There is room for twelve steps.',
    'A model scores each step by how sound it looks. A rule well used gets 0.85, a repetition 0.95: nothing is as safe as saying again what was right before. Such scorers are called process reward models.',
    '[[A]] pays for the right answer alone. [[B]] adds 0.2 times the **sum** of the scores. [[C]] adds 0.2 times what the **weakest** step scored.',
    { term: 'Process reward', symbol: 'p', kind: 'reward', text: 'a score for each step of a solution, whether or not the solution was right. What one does with twelve scores is a second decision.' },
  ],
  ask: 'Before you run it: what becomes of the right answers under B, the sum?',
  choices: [
    { text: 'More than under A: there is more to learn from', reply: 'There is more to learn from. The question is what.' },
    { text: 'As many as under A', reply: 'The outcome still pays 1. Twelve repetitions pay 0.2 × 12 × 0.95, and that is more.' },
    { text: 'None at all', right: true, reply: 'Yes. It fills the page and never answers.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.success', says: 'right answers under B, the sum' },
    { slot: 'B.repeats', says: 'of B’s twelve steps are repetitions' },
    { slot: 'C.success', says: 'right under C, the minimum' },
  ],
  explain: [
    { heading: 'What happened' },
    'Under B the writer repeats itself {B.repeats} times out of twelve and answers {B.answered} of the problems. Each repetition is a good step, and a sum rewards many good steps more than a few and an answer. It is the boat’s lagoon, in prose.',
    'C is worth its weakest step. Another good step cannot raise it, so there is nothing to collect. It ends at {C.success}; the best that any policy can do is 41%.',
    'Two other repairs are in use. Clipping counts only what a step falls short of 0.8: nothing can be gained, so every step is a risk, and at this weight the writer answers at once ({clip.success} right, {clip.length} steps long). Differences pay each step’s score less the next one’s: {delta.success} here, {delta50.success} at weight 0.5. Each has a collapse of its own:',
    { table: { head: ['Weight', '0.2', '0.5'], rows: [['Sum', '{B.success}', ''], ['Clip', '{clip.success}', ''], ['Difference', '{delta.success}', '{delta50.success}'], ['Clip and difference', '{both.success}', '{both50.success}'], ['Minimum', '{C.success}', '{pure50.success}']] } },
    'Now the sober part: look at A. It ends at {A.success}, without any scorer. On this task nothing beats the outcome, because one solution in forty is right from the start and that is enough. The minimum is not better than A. It is only not worse.',
  ],
  look: { title: 'Why: repetition is priced as progress', says: 'Rows that run to the twelfth step never answered. B colours their repetitions as good steps.' },
  trial: {
    says: 'How small must the weight be for the sum to do no harm? Recorded at 0.05: {sum05.success}, with a wide spread over seeds.',
    label: 'Weight of the scores in B',
    pointers: ['/schemes/1/terms/1/weight'],
    stops: { min: 0, max: 0.5, step: 0.01 },
    value: 0.2,
  },
  shows: [
    'Adding up scores pays for length. The weakest step does not.',
    'Clip and difference each cure one hack and open another; which one depends on the weight.',
  ],
  doesNotShow: [
    'That a process reward helps. Here it is at best harmless, whatever is done with it.',
    'That the minimum is safe against a scorer that is wrong. That is the next lesson’s question.',
  ],
  sources: [
    { text: 'Cheng et al., Stop summation: min-form credit assignment (PURE)', address: 'https://arxiv.org/abs/2504.15275' },
    { text: 'On designing effective RL reward at training time for LLM reasoning (Clip, Delta)', address: 'https://arxiv.org/abs/2410.15115' },
    { text: 'PURE in the reference', address: 'ref:pure' },
  ],
  teacher: {
    ask: ['Compute what twelve repetitions earn under B, and what the best solution earns.', 'Name a policy that the clipped score prefers to all others.', 'Which scores can never be farmed, whatever the scorer says?'],
    wrong: ['“The scorer is bad.” It is nearly right: 0.85 for a good step, 0.15 for a bad one. The sum is bad.', '“So always use the minimum.” Compare it with A first.'],
    time: '15 minutes.',
  },
  claims: [
    { says: 'The sum ends in repetition without an answer.', arms: ['B'], about: 'B', seeds: 4, holds: (m) => m.mean('B', 'success@400') < 0.01 && m.mean('B', 'repeats@400') > 11 },
    { says: 'The minimum reaches what the outcome reaches.', arms: ['C'], about: 'C', seeds: 4, holds: (m) => m.mean('C', 'success@400') > 0.37 },
    { says: 'Clipping alone answers at once.', arms: ['clip'], about: 'clip', seeds: 5, holds: (m) => m.mean('clip', 'length@400') < 1.5 && m.mean('clip', 'success@400') < 0.02 },
    { says: 'Nothing beats the outcome: the minimum is not better by two points.', arms: ['A', 'C'], about: 'A', seeds: 5, holds: (m) => Math.abs(m.mean('A', 'success@400') - m.mean('C', 'success@400')) < 0.02 },
    { says: 'The minimum stands a weight of 1.', arms: ['pure100'], about: 'pure100', seeds: 4, holds: (m) => m.mean('pure100', 'success@400') > 0.36 },
  ],
});
