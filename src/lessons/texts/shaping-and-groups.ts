import { defineLesson } from '../lesson';

const critic = (scheme: string, lambda = 0.9) => ({ scheme, preset: 'key-door-gae', ...(lambda !== 0.9 && { set: { '/schemes/2/estimator/params/lambda': lambda } }) });

export default defineLesson({
  id: 'shaping-and-groups',
  seeds: 8,
  iterations: 200,
  firstSeed: 11,
  rolloutsAt: 115,
  names: { A: 'Sparse', B: 'Shaped' },
  arms: {
    criticSparse: critic('sparse'),
    criticShaped: critic('pbrs-inf'),
    criticBad: critic('pbrs-man'),
    lambda1: critic('pbrs-inf', 1),
    lambda95: critic('pbrs-inf', 0.95),
    lambda8: critic('pbrs-inf', 0.8),
    lambda5: critic('pbrs-inf', 0.5),
  },
  outcome: 'walkers that reach the goal',
  intro: [
    'Here is the house with the key and the door again. [[A]] pays at the goal alone and waits a long time for its first success.',
    'Now you give [[B]] the best hint there is: at every step it is paid for each cell by which the way that is left, through key and door, became shorter, and pays for each by which it became longer. Going in circles earns nothing. The hint is perfect.',
    'Both learn by GRPO: the total reward of a trajectory, less the mean of its group, over the group’s spread, is the advantage of **all** its steps.',
    { term: 'Potential-based shaping', symbol: 'Φ', kind: 'value', text: 'pay the change of a potential, γΦ(s′) − Φ(s), on every step, with Φ set to 0 at the end. Along a trajectory everything cancels but the start.' },
    { formula: 'Σₜ ( Φ(sₜ₊₁) − Φ(sₜ) ) = 0 − Φ(s₀)' },
  ],
  ask: 'Before you run it: how much sooner does B reach the goal than A?',
  choices: [
    { text: 'Much sooner: the hint leads it there', reply: 'It would, if the learner looked at single steps.' },
    { text: 'A little sooner', reply: 'Not even a little. The two curves lie on each other.' },
    { text: 'Not at all', right: true, reply: 'Yes. The shaping adds the same constant to every total, and the group’s mean takes it away again.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.success', says: 'reach the goal under B, Shaped' },
    { slot: 'A.success', says: 'under A, Sparse, seed by seed the same' },
    { slot: 'criticShaped.success', says: 'with the same shaping and a critic, λ = 0.9' },
  ],
  explain: [
    { heading: 'What happened' },
    'Nothing. The sum of the shaping is −Φ of the start, whatever the walker did. Every member of a group starts at the same place, so the shaping moves all totals by one constant. The mean moves with them, the spread stays, and every advantage is what it was. The two learners agree in every seed.',
    'This is the other side of a famous guarantee. Shaping by a potential never changes which policy is best **because** it telescopes; and an estimator that only sees the sum cannot see it at all. The same holds for RLOO and for GAE at λ = 1.',
    'It works where single steps are judged before the end is known. With a critic and λ = 0.9, {criticShaped.success|solved} seeds reach the goal; without the shaping {criticSparse.success|solved}. How much is bootstrapped decides:',
    { table: { head: ['λ', 'With the shaping'], rows: [['1', '{lambda1.success}'], ['0.95', '{lambda95.success}'], ['0.9', '{criticShaped.success}'], ['0.8', '{lambda8.success}'], ['0.5', '{lambda5.success}']] } },
    'And the hint must be good. A potential that measures straight through the walls gives {criticBad.success} at λ = 0.9, against {criticSparse.success} with no hint at all. Nor does more bootstrapping always help: at λ = 0.5 the critic, which starts at zero, never gets the news back to the start.',
  ],
  look: { title: 'Why: the two prices are the same picture', says: 'These are rollouts of a policy that has begun to succeed. B’s reward differs from A’s at every step. Its advantage does not, at any: switch between the two.' },
  trial: {
    says: 'Turn the hint up three times over. Find one cell of B’s heatmap that changes.',
    label: 'Weight of the shaping',
    pointers: ['/schemes/1/terms/1/weight'],
    stops: { min: 0, max: 3, step: 0.1 },
    value: 1,
  },
  shows: [
    'Under any estimator that reads only the return of a whole trajectory, potential-based shaping is exactly nothing.',
    'With bootstrapping (λ < 1) and an informative potential it turns a task that few seeds solve into one that all do.',
  ],
  doesNotShow: [
    'That shaping is useless. It acts through the critic, and GRPO has none.',
    'What happens when you forget to set Φ to 0 at time-out: then the sum depends on where time ran out, and the trap of the first lesson is back.',
    'Groups that mix start states: there the constants differ, and it is no longer nothing.',
  ],
  sources: [
    { text: 'Ng, Harada and Russell, Policy invariance under reward transformations, ICML 1999' },
    { text: 'Shao et al., DeepSeekMath (GRPO)', address: 'https://arxiv.org/abs/2402.03300' },
    { text: 'Potential-based shaping in the reference', address: 'ref:pbrs' },
  ],
  teacher: {
    ask: ['Add up the shaping along two different walks from the same start. What is left?', 'Which part of GRPO removes a constant?', 'What would have to change for the hint to be heard?'],
    wrong: ['“Then it is a bug.” It is an identity; the test of this lesson checks it to a millionth, seed by seed.', '“Give a larger weight.” Try it: the slider moves nothing.'],
    time: '20 minutes; do the telescoping sum on the board first.',
  },
  claims: [
    {
      says: 'Under GRPO the shaped learner is the sparse one, seed by seed.',
      arms: ['A', 'B'],
      about: 'B',
      seeds: 20,
      holds: (m) => m.values('B', 'success@200').every((x, k) => Math.abs(x - m.values('A', 'success@200')[k]!) < 1e-6) && Math.max(...m.values('B', 'success@200')) > 0.5,
    },
    { says: 'With a critic and λ = 0.9 every seed solves it with the shaping.', arms: ['criticShaped'], about: 'criticShaped', seeds: 5, holds: (m) => Math.min(...m.values('criticShaped', 'success@200')) > 0.9 },
    { says: 'A potential through the walls does not help the critic.', arms: ['criticBad', 'criticShaped'], about: 'criticShaped', seeds: 6, holds: (m) => m.mean('criticShaped', 'success@200') - m.mean('criticBad', 'success@200') > 0.6 },
  ],
});
