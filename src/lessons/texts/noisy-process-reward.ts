import { defineLesson, type Changes } from '../lesson';

/** Which steps the scorer gets wrong: another order for every seed. */
const order = (seed: number): Changes => ({ '/scenario/params/order': [0, 1, 2, 3, 4, 5].map((k) => (seed + [0, 2, 5, 1, 4, 3][k]!) % 6) });
const noisy = (flip: number) => ({ scheme: 'sum', set: { flip } });
const wrong = (scheme: string, set: Changes) => ({ scheme, set: { flip: 0, ...set }, perSeed: order });

export default defineLesson({
  id: 'noisy-process-reward',
  set: { flip: 0.3 },
  seeds: 6,
  iterations: 300,
  names: { A: 'Outcome', B: 'Noisy scores', C: 'Noisy scores, gated' },
  arms: {
    clean: noisy(0),
    noise40: noisy(0.4),
    coin: noisy(0.5),
    wrong1: wrong('sum', { wrong: 1 }),
    wrong1noise: wrong('sum', { wrong: 1, flip: 0.4 }),
    wrong2: wrong('sum', { wrong: 2 }),
    able: { scheme: 'outcome', set: { flip: 0, prior: 1 } },
    ableWrong: wrong('sum', { prior: 1, wrong: 2, alpha: 2 }),
    ableGate: wrong('gate', { prior: 1, wrong: 2, alpha: 2 }),
    softTrust: wrong('soft-trust', { prior: 1, wrong: 2, alpha: 2 }),
    hardTrust: wrong('hard-trust', { prior: 1, wrong: 2, alpha: 2 }),
  },
  outcome: 'right solutions',
  intro: [
    'Six steps, four ways to go at each, and one wrong step spoils everything. By chance one attempt in 4,096 is right. [[A]] pays for right solutions alone and sees none.',
    'A scorer looks at each step and says right or wrong. But it is a careless scorer: three times in ten it says the opposite of what is true, anew each time. [[B]] adds half the mean of its labels to the outcome.',
    '[[C]] trusts it less: the labels count only in solutions that were right.',
    { term: 'Noise and bias', symbol: 'ε', kind: 'reward', text: 'noise errs differently each time and averages out; bias errs the same way every time and does not.' },
  ],
  ask: 'With three labels in ten turned round: where does B end?',
  choices: [
    { text: 'Near zero: too much noise', reply: 'Seven right labels for three wrong ones still point somewhere, and a batch holds hundreds.' },
    { text: 'Above 80%', right: true, reply: 'Yes. Noise is only variance, and averages take variance away.' },
    { text: 'At about half', reply: 'The noise costs time, not the goal.' },
  ],
  sketch: 'B',
  figures: [
    { slot: 'B.success', says: 'right under B, three labels in ten turned round' },
    { slot: 'A.success', says: 'right under A, from outcomes alone' },
    { slot: 'wrong1.success', says: 'with no noise, but one step in six always misjudged' },
  ],
  explain: [
    { heading: 'What happened' },
    'B ends at {B.success}, {B.success|solved} seeds above one half. With perfect labels it would be {clean.success}, with four in ten turned round {noise40.success}. Only at one half, where the labels say nothing, is it over: {coin.success}.',
    'Now make the scorer careful, but wrong about **one** step of the six, always in the same way (another step in each seed). Success falls to {wrong1.success}: in {wrong1.success|lost} seeds the policy learned that wrong step before it ever saw a right solution, and afterwards no right solution comes. A systematic error is not something to average.',
    'Does noise on top make the wrong scorer worse? With four labels in ten turned round it has {wrong1noise.success}, {wrong1noise.success|solved} seeds instead of {wrong1.success|solved}: no worse. An independent measurement found it clearly better, because noise slows the policy’s march into the wrong step and leaves time for a lucky success. With {seeds} seeds of our own we cannot tell that from chance.',
    'C, which trusts labels only in right solutions, cannot be misled, and is as blind as A: {C.success}. A gate needs something to open it. Start from a policy that is right now and then, and everything turns round:',
    { table: { head: ['Right 1 time in 87 at the start', 'End'], rows: [['Outcome alone', '{able.success}'], ['Two steps misjudged, heavy weight', '{ableWrong.success}'], ['The same, weighed by trust', '{softTrust.success}'], ['The same, dropped when distrusted', '{hardTrust.success}'], ['The same, gated', '{ableGate.success}']] } },
    'The same biased scorer that was the only hope of a beginner is poison for a policy that could have learned from the outcome.',
  ],
  look: { title: 'Why: the labels know the step, the outcome does not', says: 'Under A nearly all cells are blank: no group holds a success. B has something to say everywhere, and is wrong in many cells. Right on average is enough.' },
  trial: {
    says: 'Turn the noise up to one half. Success holds for long and then goes all at once.',
    label: 'Labels turned round, ε',
    pointers: ['/scenario/params/flip'],
    stops: { min: 0, max: 0.5, step: 0.05 },
    value: 0.3,
  },
  shows: [
    'Noise in step scores costs little until it is nearly a coin. Bias on a single step can cost everything.',
    'The same scores help where success is never seen and harm where it is.',
  ],
  doesNotShow: [
    'That noise helps a biased scorer. It may; these seeds do not say.',
    'That trusting the scorer by whether it prefers right solutions is a remedy. Without it {ableWrong.success|solved} seeds end well; with it {softTrust.success|solved}, and where distrusted scores are dropped {hardTrust.success|solved}: too few to tell.',
    'How often scorers are biased rather than noisy. A learned scorer is usually both.',
  ],
  sources: [
    { text: 'SophiaVL-R1: trust in the scores of reasoning', address: 'ref:sophiavl-trust' },
    { text: 'Step scores, pooled, in the reference', address: 'ref:prm-aggregate' },
  ],
  teacher: {
    ask: ['How many labels does one batch hold? What does the law of large numbers say about three in ten?', 'Could more noise help a scorer that is always wrong about one step? What would you measure to be sure?', 'When is a gate a good idea, and when is it a locked door?'],
    wrong: ['“90% accuracy is enough.” Accuracy does not say whether the errors agree.', '“The gate is safest.” It is as stalled as having no scores.'],
    time: '20 minutes.',
  },
  claims: [
    { says: 'Three labels in ten turned round still teach the task.', arms: ['B'], about: 'B', seeds: 6, holds: (m) => m.mean('B', 'success@300') > 0.8 },
    { says: 'A single step that is always misjudged costs most seeds.', arms: ['wrong1', 'clean'], about: 'clean', seeds: 12, holds: (m) => m.mean('clean', 'success@300') - m.mean('wrong1', 'success@300') > 0.4 },
    { says: 'Labels that are coins teach nothing.', arms: ['coin', 'clean'], about: 'clean', seeds: 4, holds: (m) => m.mean('clean', 'success@300') - m.mean('coin', 'success@300') > 0.8 },
    { says: 'Where success is seen, a biased scorer harms and the gate protects.', arms: ['ableWrong', 'ableGate'], about: 'ableGate', seeds: 8, holds: (m) => m.mean('ableGate', 'success@300') > 0.95 && m.mean('ableGate', 'success@300') - m.mean('ableWrong', 'success@300') > 0.2 },
  ],
});
