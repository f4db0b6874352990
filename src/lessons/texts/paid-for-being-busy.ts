import { defineLesson } from '../lesson';

const busy = (scheme: string, wi: number) => ({ scheme, set: { wi } });
const hard = { '/scenario/params/variant': 'hard' } as const;

export default defineLesson({
  id: 'paid-for-being-busy',
  seeds: 6,
  iterations: 300,
  names: { A: 'Outcome', B: 'Every good call', C: 'Good calls, gated' },
  arms: {
    b05: busy('plain', 0.05),
    b10: busy('plain', 0.1),
    b30: busy('plain', 0.3),
    strict: { scheme: 'gated-1.0' },
    hardOutcome: { scheme: 'outcome', set: hard },
    hardGated: { scheme: 'gated-0.1', set: hard },
    hardAligned: { scheme: 'gated-0.1', set: { ...hard, '/schemes/2/terms/1/params/signal': 'infoGain' } },
  },
  outcome: 'how much of a passing patch a task yields',
  axis: { min: 0, max: 1 },
  intro: [
    'A coding agent has twenty calls: search, view, edit, test, chat, and submit, which ends the task. It needs information for a good edit, and tests tell it what is missing. At first it submits something in {A.completion@0} of its tasks, and a task yields {A.grade@0} of what a passing patch is worth.',
    '[[A]] pays for what was submitted: 1 for a patch that passes, 0.3 for one that fails, 0.1 for none. To help, [[B]] also pays 0.2 for every well-formed call and takes 0.2 for every malformed one. [[C]] pays for calls as B does, but only in tasks that end in a submission.',
    { term: 'Direct accumulation', symbol: 'r', kind: 'reward', text: 'adding what each call earned to what the task earned. Each call seems worth paying; the sum pays for making calls.' },
  ],
  ask: 'Every call that B pays for is well formed. What happens to what its tasks yield?',
  choices: [
    { text: 'It rises: the agent makes fewer mistakes', reply: 'It does make fewer mistakes, in twenty calls instead of eight.' },
    { text: 'It falls below where it began', right: true, reply: 'Yes. Submitting ends the pay.' },
    { text: 'It stays where it is', reply: 'The pay for calls is small, but it comes twenty times.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.grade', says: 'of a passing patch is what a task of B yields' },
    { slot: 'C.grade', says: 'under C, behind a gate' },
    { slot: 'A.grade', says: 'under A, which pays for no call' },
  ],
  explain: [
    { heading: 'What happened' },
    'A call earns 0.2, a submission ends the calls. So under B the agent stays busy: {B.length} calls a task, and {B.completion} of the tasks end in a submission. The more a call pays, the worse:',
    { table: { head: ['Pay per call', 'Submitted'], rows: [['0.05', '{b05.completion}'], ['0.1', '{b10.completion}'], ['0.2', '{B.completion}'], ['0.3', '{b30.completion}']] } },
    'The gate of C gives it back: {C.completion} submitted. Where nothing was submitted, no call is paid. But look at the length, {C.length} calls where A takes {A.length}: the agent still fills its tasks with calls before it submits. How strict the gate is hardly matters. With the gate at a passing patch, {strict.completion} are submitted.',
    'And A, without any pay for calls, is the best of the three. The gate does not beat the plain outcome here. Is there a task where calls are worth paying? Make it hard: good patches need four pieces of information and are rare. Now the outcome alone passes {hardOutcome.pass} of the tasks on average; in {hardOutcome.pass|lost} seeds the agent settled for submitting what fails. Pay for every call, behind the gate, gives {hardGated.pass}. Pay for **calls that bring new information** gives {hardAligned.pass}, in every seed.',
    'It was never a question of paying for steps or not. It was a question of which.',
  ],
  look: { title: 'Why: submitting is priced as a loss', says: 'Look at the last call of a row that ends early. Exact likes the submission; B, which counts the calls that are lost by it, does not.' },
  trial: {
    says: 'Lower the pay per call under B. At which pay does the yield stop falling below {A.grade@0}?',
    label: 'Pay per call',
    pointers: ['/schemes/1/terms/1/weight'],
    stops: { min: 0, max: 0.3, step: 0.01 },
    value: 0.2,
  },
  shows: [
    'A sum over calls pays for making calls, and the call that ends the task is the one that does not pay.',
    'A gate on the outcome restores the outcome, not brevity.',
  ],
  doesNotShow: [
    'That a gate beats the outcome alone. Here it does not, unless what it lets through is aligned with the goal.',
    'A smooth dependence on the threshold. There is a step from no gate to any gate, and then nothing.',
  ],
  sources: [
    { text: 'Stabilizing long-term multi-turn RL with gated rewards (G-RA)', address: 'https://arxiv.org/abs/2508.10548' },
    { text: 'Gated accumulation in the reference', address: 'ref:gra' },
  ],
  teacher: {
    ask: ['What does the agent lose by submitting one call earlier?', 'Which calls would you pay for?', 'Why does a stricter gate change so little?'],
    wrong: ['“Penalise length.” Try to say by how much.', '“The gate is the solution.” Compare C with A.'],
    time: '15 minutes.',
  },
  claims: [
    { says: 'Paid for every good call, the agent stops completing its tasks.', arms: ['B'], about: 'B', seeds: 6, holds: (m) => m.mean('B', 'completion@300') < 0.25 && m.mean('B', 'length@300') > 18 },
    { says: 'The gate restores completion.', arms: ['B', 'C'], about: 'C', seeds: 5, holds: (m) => m.mean('C', 'completion@300') > 0.88 },
    { says: 'The outcome alone is better still, and shorter.', arms: ['A', 'C'], about: 'A', seeds: 4, holds: (m) => m.mean('A', 'completion@300') > m.mean('C', 'completion@300') + 0.03 && m.mean('A', 'length@300') < m.mean('C', 'length@300') - 3 },
    { says: 'On the hard task, pay for information is what helps.', arms: ['hardGated', 'hardAligned'], about: 'hardAligned', seeds: 4, holds: (m) => m.mean('hardAligned', 'pass@300') > 0.97 },
  ],
});
