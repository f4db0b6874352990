import { defineLesson, type Changes } from '../lesson';

const groupsOf = (size: number): Changes => ({ '/training/trajectories': 8 * size, '/training/groupSize': size, '/view/trajectories': 8 * size });

export default defineLesson({
  id: 'groups-that-teach-nothing',
  set: { '/view/sort': 'group' },
  seeds: 6,
  iterations: 200,
  names: { A: 'Outcome', B: 'Progress' },
  arms: {
    outcome4: { scheme: 'outcome', set: groupsOf(4) },
    outcome16: { scheme: 'outcome', set: groupsOf(16) },
    outcome32: { scheme: 'outcome', set: groupsOf(32) },
    progress4: { scheme: 'process', set: groupsOf(4) },
    fixed: { scheme: 'constant-baseline' },
    replay: { scheme: 'replay' },
    redrawn: { scheme: 'dynamic' },
  },
  outcome: 'prompts that are solved',
  intro: [
    'Eight prompts. One is solved four times in five; one, one time in four; the others need two, three or four right steps in a row and are solved once in sixteen, in sixty-four, in 256 attempts.',
    'Every batch gives each prompt a group of eight attempts. [[A]] pays for solved prompts, and GRPO compares each attempt with its own group.',
    '[[B]] pays for progress: a share for every right step as long as none was wrong.',
    { term: 'Group baseline', symbol: 'b', kind: 'value', text: 'the mean reward of the attempts at the same prompt. When all of them got the same reward, each is exactly average, and every advantage is zero.' },
    { formula: 'P(silent) = pᴳ + (1 − p)ᴳ' },
  ],
  ask: 'How many of the groups of the first batch say nothing at all under A?',
  choices: [
    { text: 'About one in ten', reply: 'For the two easy prompts perhaps. Most prompts here are hard.' },
    { text: 'About one third', reply: 'More. Eight attempts at one chance in 64 fail together in 88% of the groups.' },
    { text: 'Nearly two thirds', right: true, reply: 'Yes. That much of what was computed is thrown away.' },
  ],
  sketch: 'A',
  figures: [
    { slot: 'A.zeroGroups@0', says: 'of the first batch’s groups are silent under A' },
    { slot: 'B.zeroGroups@0', says: 'are silent under B' },
    { slot: 'B.success-A.success', says: 'more solved under B after 200 updates' },
  ],
  explain: [
    { heading: 'What happened' },
    'A climbs quickly to the prompts that it sees solved now and then, and stops: {A.success} after 200 updates. The prompts with four steps stay where they were. In a group without a success nobody is above average, and nobody is below it.',
    'Progress breaks the tie. Two failures that got one step and three steps right are not alike, so B’s groups speak ({B.zeroGroups@0} silent), and it ends at {B.success}.',
    'Are larger groups the answer? They help, at a price. Each doubling costs twice the attempts:',
    { table: { head: ['Group size', 'Silent at first', 'Solved'], rows: [['4', '{outcome4.zeroGroups@0}', '{outcome4.success}'], ['8', '{A.zeroGroups@0}', '{A.success}'], ['16', '{outcome16.zeroGroups@0}', '{outcome16.success}'], ['32', '{outcome32.zeroGroups@0}', '{outcome32.success}'], ['4, progress', '{progress4.zeroGroups@0}', '{progress4.success}']] } },
    'Groups of four with progress beat groups of thirty-two without, at an eighth of the cost.',
    'There are ways without a process reward. Keep one success of each prompt and put it into a group that has none: {replay.success}. Draw silent groups again, up to three times: {redrawn.success}, for more attempts.',
    'One could also compare with a constant, say one half, instead of the group. Then no group is silent, and it is worse: {fixed.success}. Every failure at a hard prompt is now punished, each in its own way, and the noise of that drowns the few successes. A silent group at least does no harm.',
  ],
  look: { title: 'Why: a group of equals is silent', says: 'Rows stand by group. Whole blocks are blank under A. The exact advantage is not blank there: those steps do matter.' },
  trial: {
    says: 'Change the group size at the same number of attempts. Smaller groups are more often silent, and there are more of them.',
    label: 'Group size, of 64 attempts',
    pointers: ['/training/groupSize'],
    stops: [2, 4, 8],
    value: 8,
  },
  shows: [
    'A group whose outcomes agree has no gradient, whatever its attempts did. On hard prompts that is most groups.',
    'A process reward of any kind that tells failures apart brings them back.',
  ],
  doesNotShow: [
    'That a process reward is the only way. An old success, or another draw, does nearly as well here.',
    'Real models share what they learn between prompts. Here each prompt is on its own, so a silent group costs everything.',
  ],
  sources: [
    { text: 'Yu et al., DAPO: dynamic sampling', address: 'https://arxiv.org/abs/2503.14476' },
    { text: 'COPO: consistency-aware policy optimization', address: 'https://arxiv.org/abs/2508.04138' },
    { text: 'GRPO in the reference', address: 'ref:grpo' },
  ],
  teacher: {
    ask: ['Work out the silent share for p = ½ and groups of eight. For p = 1/64?', 'Which is worse, a silent group or a wrong one?', 'What would you do with the attempts that went into silent groups?'],
    wrong: ['“All failures teach what not to do.” Only against something that was better.', '“Large groups are free.” They are paid in attempts.'],
    time: '15 minutes; the formula makes a good exercise.',
  },
  claims: [
    { says: 'Nearly two thirds of the first groups are silent under the outcome.', arms: ['A'], about: 'A', seeds: 12, holds: (m) => m.mean('A', 'zeroGroups@0') > 0.55 && m.mean('A', 'zeroGroups@0') < 0.75 },
    { says: 'Progress makes most of them speak.', arms: ['A', 'B'], about: 'B', seeds: 12, holds: (m) => m.mean('B', 'zeroGroups@0') < 0.5 * m.mean('A', 'zeroGroups@0') },
    { says: 'And solves far more prompts.', arms: ['A', 'B'], about: 'B', seeds: 5, holds: (m) => m.mean('B', 'success@200') - m.mean('A', 'success@200') > 0.15 },
    { says: 'Groups of four with progress beat groups of sixteen without.', arms: ['progress4', 'outcome16'], about: 'progress4', seeds: 4, holds: (m) => m.mean('progress4', 'success@200') - m.mean('outcome16', 'success@200') > 0.05 },
    { says: 'An old success of each prompt brings silent groups back as well.', arms: ['A', 'replay'], about: 'replay', seeds: 4, holds: (m) => m.mean('replay', 'success@200') - m.mean('A', 'success@200') > 0.15 },
    { says: 'A constant baseline is worse than silence.', arms: ['A', 'fixed'], about: 'A', seeds: 5, holds: (m) => m.mean('A', 'success@200') - m.mean('fixed', 'success@200') > 0.1 },
  ],
});
