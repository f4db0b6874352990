import type { LessonCard } from './card';

export { TOPICS, type LessonCard, type Topic } from './card';

/** Every lesson, in the order in which they are read. */
export const lessons: readonly LessonCard[] = [
  { id: 'sparse-and-dense', title: 'The reward that stays silent', question: 'Why not pay for every step that comes closer?', minutes: 7, topic: 'Reward', preset: 'key-door', schemes: ['sparse', 'naive-prox', 'subgoal'] },
  { id: 'boat-that-never-finishes', title: 'The boat that never finishes', question: 'What does a boat learn that is paid for every buoy?', minutes: 8, topic: 'Reward', preset: 'boat-race', schemes: ['sparse', 'dense'] },
  { id: 'closing-the-gate', title: 'Closing the gate', question: 'What does a gate cure, and what does it leave?', minutes: 8, topic: 'Reward', preset: 'boat-race', schemes: ['dense', 'gated', 'gated-cap'] },
  { id: 'shaping-and-groups', title: 'Shaping that changes nothing', question: 'When does a perfect hint not help at all?', minutes: 9, topic: 'Advantage', preset: 'key-door', schemes: ['sparse', 'pbrs-inf'] },
  { id: 'sum-or-minimum', title: 'A chain is as strong as its weakest step', question: 'Should the scores of the steps be summed?', minutes: 8, topic: 'Process', preset: 'math-steps', schemes: ['outcome', 'sum', 'pure'] },
  { id: 'noisy-process-reward', title: 'A judge who flips coins', question: 'How wrong may the scores of the steps be and still help?', minutes: 9, topic: 'Process', preset: 'process-noise', schemes: ['outcome', 'sum', 'gate'] },
  { id: 'two-rewards-one-advantage', title: 'Two rewards, one advantage', question: 'What is lost when rewards are added before they are normalised?', minutes: 8, topic: 'Advantage', preset: 'multi-reward', schemes: ['grpo', 'gdpo'] },
  { id: 'groups-that-teach-nothing', title: 'Groups that teach nothing', question: 'What do you learn from eight failures in a row?', minutes: 7, topic: 'Advantage', preset: 'group-collapse', schemes: ['outcome', 'process'] },
  { id: 'credit-in-a-tree', title: 'Credit in a tree', question: 'Which step of a success deserved the credit?', minutes: 8, topic: 'Advantage', preset: 'tree', schemes: ['grpo', 'tempo', 'step'] },
  { id: 'which-tests-to-reward', title: 'Which tests to reward', question: 'Is every passed test worth the same?', minutes: 8, topic: 'Verifier', preset: 'unit-tests', schemes: ['all-or-nothing', 'uniform', 'verpo'] },
  { id: 'verifier-that-lies', title: 'A verifier that lies', question: 'Which lies of a verifier can be corrected?', minutes: 9, topic: 'Verifier', preset: 'noisy-verifier', schemes: ['clean', 'noisy', 'backward'] },
  { id: 'when-the-proxy-turns', title: 'When the proxy turns', question: 'Why does what you want fall while your measure of it climbs?', minutes: 9, topic: 'Verifier', preset: 'proxy-over-optimisation', schemes: ['gold', 'proxy'] },
  { id: 'paid-for-being-busy', title: 'Paid for being busy', question: 'Why does an agent stop finishing when every good call is paid?', minutes: 8, topic: 'Process', preset: 'swe-agent', schemes: ['outcome', 'plain', 'gated-0.1'] },
  { id: 'answers-that-shrink', title: 'Answers that shrink', question: 'Why does a small price on length cost so many right answers?', minutes: 8, topic: 'Advantage', preset: 'length', schemes: ['plain', 'penalty', 'penalty-no-std'] },
  { id: 'places-not-seen-before', title: 'Places not seen before', question: 'How do you reward a search for something that nobody has seen?', minutes: 7, topic: 'Reward', preset: 'exploration-maze', schemes: ['sparse', 'episodic', 'count'] },
];
