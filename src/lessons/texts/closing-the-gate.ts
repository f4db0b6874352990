import { defineLesson } from '../lesson';

export default defineLesson({
  id: 'closing-the-gate',
  seeds: 8,
  iterations: 300,
  names: { A: 'Dense', B: 'Gated', C: 'Gated, three at most' },
  arms: {
    sparse: { scheme: 'sparse' },
    pbrs: { scheme: 'pbrs' },
    once: { scheme: 'first-visit' },
    critic: { scheme: 'gated', set: { '/schemes/2/estimator': { id: 'gae', params: { lambda: 0.95 } }, '/training/learningRate': 1 } },
  },
  outcome: 'boats that finish',
  intro: [
    'The boat of [the last lesson](lesson:boat-that-never-finishes) circles in the lagoon because buoys pay whether or not it finishes. [[A]] is that boat.',
    'The remedy that everybody proposes is a gate: buoys count only in a race that was finished. [[B]] does just that. A boat that circles until time is up earns nothing at all.',
    '[[C]] has the same gate, and only the first three buoys of a race count.',
    { term: 'Gate', symbol: 'g', kind: 'reward', text: 'a factor that is 1 in trajectories that reached the outcome and 0 in all others. Shut, it takes every gated payment of the trajectory away.' },
    { formula: '_r_ = _outcome_ + _g_ · 0.2 · _buoys_' },
  ],
  ask: 'The boat already finishes {B.success@0} of its races. Where does the gated B end?',
  choices: [
    { text: 'At 100%, like the sparse reward', reply: 'That is what the gate is meant to do. It stops the pay for never finishing, not the pay for dawdling.' },
    { text: 'Below where it started', right: true, reply: 'Yes. It finishes less often than before it learned anything.' },
    { text: 'Near zero, like A', reply: 'That much the gate does cure.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.success', says: 'of the boats finish under the gated B' },
    { slot: 'B.checkpoints', says: 'buoys in a race of B; the straight way has three' },
    { slot: 'C.success', says: 'finish when only three buoys count' },
  ],
  explain: [
    { heading: 'What happened' },
    'The gate cures the disease and leaves the habit. Under A {A.success} of the boats finish, under B {B.success}: never finishing does not pay any more. But among boats that do finish, those that went round in the lagoon first are paid more. So B learns to go round, and to leave in time. Most of the time it does: {B.checkpoints} buoys a race, {B.length} steps where {sparse.length} would do, and the share that finishes is {B.success-B.success@0} below where it started.',
    'The first update shows it already. Its cosine with the true gradient is {B.cosine@0}: it points away from success, though less so than under A ({A.cosine@0}).',
    'C takes the reward for dawdling away: after three buoys the lagoon pays nothing, and success goes to {C.success}. A potential does the same without a gate ({pbrs.success}): what it pays for a detour it takes back on the way home.',
    'Two more remedies that sound right are not enough. Paying each buoy only once still pays for the detour ({once.success}). And with a critic instead of groups the gate does worse, {critic.success}: the critic spreads the gated pay over the steps in the lagoon.',
  ],
  look: { title: 'Why: finished boats are compared by their buoys', says: 'Most rows finish, so most gates are open. Look at the long rows that finished late: B likes them best.' },
  trial: {
    says: 'Turn the pay for buoys down behind the gate. Does success come back above where it started?',
    label: 'Pay per buoy, gated',
    pointers: ['/schemes/1/terms/1/weight'],
    stops: { min: 0, max: 0.5, step: 0.01 },
    value: 0.2,
  },
  shows: [
    'A gate on the outcome ends farming that forgoes the outcome.',
    'It does not end farming on the way to it. A cap or a potential does.',
  ],
  doesNotShow: [
    'That gates are useless. Where the dense reward is aligned and the outcome rare, a gate costs little; where the outcome is nearly impossible, it is as silent as the outcome itself.',
    'That 90% is bad. It is below what the boat could do before, which is the point.',
  ],
  sources: [
    { text: 'Stabilizing long-term multi-turn RL with gated rewards', address: 'https://arxiv.org/abs/2508.10548' },
    { text: 'Gated accumulation in the reference', address: 'ref:gra' },
  ],
  teacher: {
    ask: ['Two boats finish, one after 12 steps and one after 28. Which one does B prefer, and by how much?', 'What would you gate on instead?', 'Why does a potential not pay for the detour?'],
    wrong: ['“The gate failed.” It did what it says. The question is what it does not say.', '“More training fixes it.” Let them extend the run: the policy is at its optimum.'],
    time: '15 minutes after the lesson before it.',
  },
  claims: [
    { says: 'The gate ends never finishing.', arms: ['A', 'B'], about: 'A', seeds: 6, holds: (m) => m.mean('B', 'success@300') - m.mean('A', 'success@300') > 0.7 },
    { says: 'Behind the gate fewer boats finish than before learning.', arms: ['B'], about: 'B', seeds: 10, holds: (m) => m.mean('B', 'success@300') < m.mean('B', 'success@0') - 0.02 && m.mean('B', 'success@300') > 0.8 },
    { says: 'Boats behind the gate still go round.', arms: ['B'], about: 'B', seeds: 6, holds: (m) => m.mean('B', 'checkpoints@300') > 8 },
    { says: 'A cap of three cures it.', arms: ['C'], about: 'C', seeds: 4, holds: (m) => m.mean('C', 'success@300') > 0.99 },
    { says: 'A potential cures it without a gate.', arms: ['pbrs'], about: 'pbrs', seeds: 4, holds: (m) => m.mean('pbrs', 'success@300') > 0.99 },
    { says: 'Paying each buoy once does not.', arms: ['once'], about: 'once', seeds: 20, holds: (m) => m.mean('once', 'success@300') < m.mean('once', 'success@0') - 0.01 },
  ],
});
