import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable, type Transition } from '../mdp/compile-table';

const ACTIONS = ['a', 'b', 'c', 'd'];
const COMPONENTS = 4;
const TESTS = 10;
/** Before the first component, four components with 1, 2, 3 and 4 possible prefixes, done. */
const FIRST = [1, 2, 4, 7];
const DONE = 11;
const S = DONE + 1;
const [TRAP, GENERAL] = ACTIONS.keys();

const rightOption = (component: number) => (2 * component + 1) % ACTIONS.length;
const componentOf = (state: number) => FIRST.findLastIndex((first) => state >= first);
const prefixOf = (state: number) => state - FIRST[componentOf(state)];

/** By variant: the right prefix that each test asks for, and how many tests the trap passes, from the first on. */
const VARIANTS = {
  three: { needs: [3, 3, 3, 1, 1, 1, 2, 2, 3, 4], trapPasses: 3 },
  five: { needs: [3, 3, 3, 3, 3, 1, 1, 2, 3, 4], trapPasses: 5 },
  none: { needs: [3, 3, 3, 1, 1, 1, 2, 2, 3, 4], trapPasses: 0 },
};

interface Params {
  readonly trap: keyof typeof VARIANTS;
}

const testNames = Array.from({ length: TESTS }, (_, k) => `test${k}`);
const SIGNALS = {
  ...Object.fromEntries(testNames.map((name, k) => [name, { title: `Test ${k}`, help: `1 on submitting a program that passes test ${k}.` }])),
  passRate: { title: 'Share of tests', help: 'Share of the ten tests that the submitted program passes.' },
  allPass: { title: 'All tests', help: '1 on submitting a program that passes all ten.' },
  trapped: { title: 'Special case', help: '1 on submitting the program that special-cases the visible tests.' },
};

/** The end of an episode with the tests it passed. */
function submit(passes: readonly boolean[], trapped: boolean): Transition {
  const all = passes.every(Boolean) ? 1 : 0;
  const rate = passes.filter(Boolean).length / TESTS;
  return {
    probability: 1,
    next: DONE,
    done: true,
    signals: {
      ...Object.fromEntries(testNames.map((name, k) => [name, passes[k] ? 1 : 0])),
      passRate: rate,
      allPass: all,
      trapped: trapped ? 1 : 0,
    },
    metrics: { success: all, testShare: rate, trapShare: trapped ? 1 : 0, length: 1 },
  };
}

function table({ trap }: Params): Table {
  const { needs, trapPasses } = VARIANTS[trap];
  const states = Array.from({ length: S }, (_, state) => state);
  return compileTable({
    S,
    A: ACTIONS.length,
    horizon: COMPONENTS + 1,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'testShare', 'trapShare', 'length'],
    truth: 'success',
    stateTables: { prefix: states.map((state) => (state === 0 || state === DONE ? 0 : prefixOf(state) / COMPONENTS)) },
    start: { state: [0], probability: [1] },
    absorbing: [DONE],
    features: (state) => {
      const x = new Float32Array(1 + COMPONENTS + COMPONENTS);
      if (state === DONE) return x;
      if (state === 0) x[0] = 1;
      else {
        x[1 + componentOf(state)] = 1;
        x[1 + COMPONENTS + prefixOf(state)] = 1;
      }
      return x;
    },
    transitions: (state, action) => {
      if (state === 0) {
        if (action === GENERAL || trap === 'none') return [{ probability: 1, next: FIRST[0], metrics: { length: 1 } }];
        const isTrap = action === TRAP;
        return [submit(needs.map((_, k) => isTrap && k < trapPasses), isTrap)];
      }
      const component = componentOf(state);
      const before = prefixOf(state);
      const prefix = before === component && action === rightOption(component) ? before + 1 : before;
      if (component === COMPONENTS - 1) return [submit(needs.map((need) => prefix >= need), false)];
      return [{ probability: 1, next: FIRST[component + 1] + prefix, metrics: { length: 1 } }];
    },
  });
}

function picture(): Picture {
  const gauge = (of: (state: number) => number) => Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : of(state)));
  return {
    kind: 'chain',
    unit: 'choice',
    actions: ACTIONS.map((name) => ({ label: `Write option ${name}`, short: name, role: 'work' })),
    gauges: [
      { title: 'Component', of: gauge((state) => (state === 0 ? 0 : componentOf(state) + 1)), levels: ['none yet', '1 of 4', '2 of 4', '3 of 4', '4 of 4'] },
      { title: 'Right so far', of: gauge((state) => (state === 0 ? 0 : prefixOf(state))), levels: ['0', '1', '2', '3'] },
    ],
  };
}

/**
 * A program in four components with one right option of four each, checked by ten tests of different difficulty; or, as the first
 * choice, a special case that passes the visible tests at once and ends. State 0 = start, then component j with the length of its right
 * prefix, 11 = done. A test passes from its own length of the right prefix on.
 */
export default defineScenario({
  id: 'unit-tests',
  title: 'Unit tests',
  summary: 'Write a general program in four parts, or special-case the easy tests at once.',
  formula: String.raw`\mathrm{pass}_k = \mathbb 1[r \ge n_k],\qquad o = \mathbb 1[r = 4]`,
  provenance: 'own',
  cite: [{ title: 'VeRPO: Verifiable Dense Reward Policy Optimization for Code Generation', source: 'arXiv:2601.03525' }],
  question: 'Which of the passed tests should be paid, and how much?',
  useWhen: 'You ask how partial credit for tests ends in special-casing, and what weights prevent it.',
  params: {
    trap: {
      kind: 'choice',
      default: 'three',
      help: 'How many tests a special case passes.',
      options: [
        { value: 'three', title: 'Three tests', help: 'The first three of ten.' },
        { value: 'five', title: 'Five tests', help: 'The first five, which leaves fewer tests of each other kind.' },
        { value: 'none', title: 'No special case', help: 'Every first choice begins the general program.' },
      ],
    },
  },
  signals: SIGNALS,
  stateTables: { prefix: { title: 'Right so far', help: 'Right components before the first wrong one, divided by 4.' } },
  metrics: {
    success: { title: 'All tests pass', unit: 'share' },
    testShare: { title: 'Tests passed', unit: 'share' },
    trapShare: { title: 'Special-cased', unit: 'share' },
    length: { title: 'Choices', unit: 'count' },
  },
  trajectoryNoun: 'program',
  actionNames: ACTIONS,
  table,
  picture,
  describeState: (state) => {
    if (state === DONE) return 'submitted';
    return state === 0 ? 'nothing written' : `component ${componentOf(state) + 1} of ${COMPONENTS}, ${prefixOf(state)} right so far`;
  },
});
