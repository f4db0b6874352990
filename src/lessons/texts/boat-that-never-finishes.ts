import { defineLesson } from '../lesson';

const pay = (w: number) => ({ scheme: 'dense', set: { w } });

export default defineLesson({
  id: 'boat-that-never-finishes',
  seeds: 8,
  iterations: 300,
  names: { A: 'Sparse', B: 'Dense' },
  arms: { w1: pay(0.01), w2: pay(0.02), w5: pay(0.05), w10: pay(0.1), w50: pay(0.5) },
  outcome: 'boats that finish',
  intro: [
    'You want a boat to finish a race. It does so {A.success@0} of the time already, by luck: the course is short, and at every place it goes forward or turns with even chances.',
    'To make it faster you add a little help: 0.2 for every buoy that it passes. Three buoys lie on the course. Three more lie in a lagoon beside it, in a ring.',
    '[[A]] pays 1 at the finish. [[B]] pays 1 at the finish and 0.2 at every buoy. Buoys can be passed again.',
    { term: 'Advantage', symbol: 'Â', kind: 'advantage', text: 'how much better a step turned out than what the policy does on average from the same place. The **baseline** is that average. What has a positive advantage is done more often.' },
  ],
  ask: 'Before you run it: what happens to the share of boats that finish under B?',
  choices: [
    { text: 'It rises to 100%, faster than under A', reply: 'The buoys on the course do point at the finish. Those in the lagoon point at each other.' },
    { text: 'It dips and recovers', reply: 'Finishing is worth 1, five buoys are worth 1 too, and a boat that circles passes far more than five.' },
    { text: 'It falls to almost nothing', right: true, reply: 'Yes. A boat that circles for all thirty steps earns more than one that finishes.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.success', says: 'of the boats finish under B' },
    { slot: 'B.checkpoints', says: 'buoys passed in a race of B' },
    { slot: 'B.cosine@0', says: 'alignment of B’s first update with the true gradient' },
  ],
  explain: [
    { heading: 'What happened' },
    'B found something better than finishing. In the lagoon every step passes a buoy, so the boat circles until time runs out: {B.checkpoints} buoys a race, against {A.checkpoints} under A. What it is paid keeps climbing. Success falls from {B.success@0} to {B.success}.',
    'The fault is there before anything is learned. Look at the heatmaps, which price the very first batch: in the lagoon B colours steps as good that the exact advantage calls bad. The update that they add up to points away from success; its cosine with the true gradient is {B.cosine@0}, where A has {A.cosine@0}.',
    'How small must the pay be to do no harm? Smaller than you would think:',
    { table: { head: ['Pay per buoy', 'Finish', 'Buoys'], rows: [['0.01', '{w1.success}', '{w1.checkpoints}'], ['0.02', '{w2.success}', '{w2.checkpoints}'], ['0.05', '{w5.success}', '{w5.checkpoints}'], ['0.10', '{w10.success}', '{w10.checkpoints}'], ['0.50', '{w50.success}', '{w50.checkpoints}']] } },
    'At a hundredth of a point nothing is gained any more: {w1.success} finish, {w1.success|below} seeds fewer than before learning, and the boats pass {w1.checkpoints} buoys where they passed {w1.checkpoints@0}. Two boats that finished cannot be told apart by their outcome, so all that is left to compare inside such a group is who collected more.',
  ],
  look: { title: 'Why: the sign is wrong where it matters', says: 'A corner mark shows a step whose sign differs from the exact one. The long rows are boats in the lagoon.' },
  trial: {
    says: 'Lower the pay until the marks in the lagoon go. Where does success stop falling?',
    label: 'Pay per buoy',
    pointers: ['/schemes/1/terms/1/weight'],
    stops: { min: 0, max: 0.3, step: 0.005 },
    value: 0.2,
  },
  shows: [
    'A reward that can be collected again and again will be, and the policy gets better and better at it.',
    'The harm is in the advantages of the first batch already. You can see it before you train.',
  ],
  doesNotShow: [
    'That dense rewards are bad. The sum of a loop is: pay that cannot be had by going round is the next two lessons’ subject.',
    'How likely this is in a large task. There the loop is harder to find, and as good once found.',
  ],
  sources: [
    { text: 'Clark and Amodei, Faulty reward functions in the wild, 2016: the boat that inspired this one' },
    { text: 'Ng, Harada and Russell, ICML 1999, on the bicycle that rode in circles' },
  ],
  teacher: {
    ask: ['How many buoys is the finish worth? How many can be had without it?', 'Which of the two is wrong: the learner or the reward?', 'Where in the picture would you look for this fault before training?'],
    wrong: ['“The learner is stuck in a local optimum.” It is not: it does what pays most.', '“A smaller weight fixes it.” Read the table: it only slows it down.'],
    time: '12 minutes; the run takes about a second.',
  },
  claims: [
    { says: 'Paid for buoys that come back, almost no boat finishes.', arms: ['B'], about: 'B', seeds: 6, holds: (m) => m.mean('B', 'success@300') < 0.02 },
    { says: 'It circles: nearly every step passes a buoy.', arms: ['B'], about: 'B', seeds: 6, holds: (m) => m.mean('B', 'checkpoints@300') > 25 },
    { says: 'The first update points away from success already.', arms: ['B'], about: 'B', seeds: 8, holds: (m) => m.mean('B', 'cosine@0') < -0.2 },
    { says: 'The outcome alone is enough here.', arms: ['A'], about: 'A', seeds: 4, holds: (m) => m.mean('A', 'success@300') > 0.99 },
    { says: 'At a hundredth of a point per buoy it already learns to go round, and finishes less than by the outcome alone.', arms: ['A', 'w1'], about: 'w1', seeds: 8, holds: (m) => m.mean('w1', 'checkpoints@300') > m.mean('w1', 'checkpoints@0') + 1 && m.mean('w1', 'success@300') < m.mean('A', 'success@300') - 0.01 },
  ],
});
