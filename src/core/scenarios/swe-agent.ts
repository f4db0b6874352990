import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable, type Transition } from '../mdp/compile-table';

const ACTIONS = ['search', 'view', 'edit', 'test', 'chat', 'submit'];
const [SEARCH, , EDIT, TEST, CHAT, SUBMIT] = ACTIONS.keys();
const PATCHES = ['no patch', 'failing patch', 'passing patch'];
/** Graded outcome of submitting with no patch, a failing patch, a passing patch. */
const GRADES = [0.1, 0.3, 1];

interface Params {
  readonly variant: 'standard' | 'hard';
  readonly outcome: 'graded' | 'pass';
  readonly clocked: boolean;
  readonly horizon: number;
}

/** By variant: chance that an edit passes at each level of information, and the starting logit of SUBMIT. */
const VARIANTS = {
  standard: { edit: [0.05, 0.3, 0.7], submit: -1.9 },
  hard: { edit: [0, 0, 0, 0.05, 0.6], submit: -1 },
};

/** State = turn · (3 · levels) + 3 · info + patch, the turn being 0 unless clocked; the last state is done. */
function layout({ variant, clocked, horizon }: Params) {
  const levels = VARIANTS[variant].edit.length;
  const perTurn = 3 * levels;
  const turns = clocked ? horizon : 1;
  const done = turns * perTurn;
  return {
    levels,
    turns,
    done,
    S: done + 1,
    turnOf: (state: number) => Math.floor(state / perTurn),
    infoOf: (state: number) => Math.floor((state % perTurn) / 3),
    patchOf: (state: number) => state % 3,
    stateOf: (turn: number, info: number, patch: number) => Math.min(turn, turns - 1) * perTurn + 3 * info + patch,
  };
}

const SIGNALS = {
  work: { title: 'Well-formed call', help: '+1 for every call that the tools understand, −1 for chat.' },
  infoGain: { title: 'Learned something', help: '1 on the step that raises the level of information.' },
  goodPatch: { title: 'Passing patch', help: '1 on the edit that turns the patch into a passing one.' },
  malformed: { title: 'Chat', help: '1 on a call that no tool understands.' },
};

function table(params: Params): Table {
  const { S, done, levels, turns, turnOf, infoOf, patchOf, stateOf } = layout(params);
  const { edit } = VARIANTS[params.variant];
  return compileTable({
    S,
    A: ACTIONS.length,
    horizon: params.horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['completion', 'pass', 'grade', 'length'],
    truth: params.outcome === 'graded' ? 'grade' : 'pass',
    stateTables: {
      info: Array.from({ length: S }, (_, state) => (state === done ? 0 : infoOf(state) / (levels - 1))),
      patch: Array.from({ length: S }, (_, state) => (state === done ? 0 : patchOf(state) / 2)),
    },
    start: { state: [0], probability: [1] },
    absorbing: [done],
    features: (state) => {
      const x = new Float32Array(levels + PATCHES.length + 1);
      if (state === done) return x;
      x[infoOf(state)] = 1;
      x[levels + patchOf(state)] = 1;
      x[levels + PATCHES.length] = turns > 1 ? turnOf(state) / (turns - 1) : 0;
      return x;
    },
    transitions: (state, action) => {
      const info = infoOf(state);
      const patch = patchOf(state);
      if (action === SUBMIT) return [submit(done, patch)];
      const to = (probability: number, nextInfo: number, nextPatch: number): Transition => ({
        probability,
        next: stateOf(turnOf(state) + 1, nextInfo, nextPatch),
        signals: {
          work: action === CHAT ? -1 : 1,
          infoGain: nextInfo > info ? 1 : 0,
          goodPatch: nextPatch === 2 && patch !== 2 ? 1 : 0,
          malformed: action === CHAT ? 1 : 0,
        },
        metrics: { length: 1 },
      });
      if (action === EDIT) return [to(edit[info], info, 2), to(1 - edit[info], info, 1)];
      const learn = action === SEARCH ? 0.6 : action === TEST && patch === 1 ? 0.4 : 0;
      if (learn === 0 || info === levels - 1) return [to(1, info, patch)];
      return [to(learn, info + 1, patch), to(1 - learn, info, patch)];
    },
  });
}

function submit(done: number, patch: number): Transition {
  return {
    probability: 1,
    next: done,
    done: true,
    signals: { work: 1 },
    metrics: { completion: 1, pass: patch === 2 ? 1 : 0, grade: GRADES[patch], length: 1 },
  };
}

function picture(params: Params): Picture {
  const { S, done, levels, infoOf, patchOf } = layout(params);
  const gauge = (of: (state: number) => number) => Int32Array.from({ length: S }, (_, state) => (state === done ? -1 : of(state)));
  return {
    kind: 'chain',
    unit: 'call',
    actions: [
      { label: 'Search the code', short: 'search', role: 'work' },
      { label: 'View a file again', short: 'view', role: 'waste' },
      { label: 'Edit the code', short: 'edit', role: 'risk' },
      { label: 'Run the tests', short: 'test', role: 'work' },
      { label: 'Chat instead of calling a tool', short: 'chat', role: 'waste' },
      { label: 'Submit the patch', short: 'submit', role: 'finish' },
    ],
    gauges: [
      { title: 'Information', of: gauge(infoOf), levels: Array.from({ length: levels }, (_, level) => `${level} of ${levels - 1}`) },
      { title: 'Patch', of: gauge(patchOf), levels: PATCHES },
    ],
  };
}

/**
 * A coding agent that gathers information, edits, tests and submits. An edit passes the more often, the more is known;
 * not submitting earns nothing. With `clocked` the agent sees the turn number.
 */
export default defineScenario({
  id: 'swe-agent',
  title: 'Coding agent',
  summary: 'Gather information, patch, test and submit within a budget of tool calls.',
  formula: String.raw`s = 3k + q,\qquad o \in \{0, 0.1, 0.3, 1\}`,
  provenance: 'own',
  cite: [{ title: 'Gated reward accumulation', source: 'arXiv:2508.10548' }],
  question: 'Why does paying for every good call make an agent stop finishing?',
  useWhen: 'You ask what immediate rewards for tool calls do to a task with a late outcome.',
  params: {
    variant: {
      kind: 'choice',
      default: 'standard',
      help: 'How hard a passing patch is to find.',
      options: [
        { value: 'standard', title: 'Standard', help: 'Three levels of information; an edit passes with chance 0.05, 0.3, 0.7.' },
        { value: 'hard', title: 'Hard', help: 'Five levels; an edit passes with chance 0, 0, 0, 0.05, 0.6.' },
      ],
    },
    outcome: {
      kind: 'choice',
      default: 'graded',
      help: 'What the true objective counts.',
      options: [
        { value: 'graded', title: 'Graded', help: '0.1 for submitting nothing, 0.3 for a failing patch, 1 for a passing one.' },
        { value: 'pass', title: 'Passing only', help: '1 for submitting a passing patch, else 0.' },
      ],
    },
    clocked: { kind: 'boolean', default: false, help: 'The agent sees the turn number.' },
    horizon: { kind: 'integer', default: 20, min: 1, max: 64, symbol: 'T', help: 'Calls before the budget runs out.' },
  },
  signals: SIGNALS,
  stateTables: {
    info: { title: 'Information', help: 'Share of what there is to know, 0 to 1.' },
    patch: { title: 'Patch', help: '0 without a patch, ½ with a failing one, 1 with a passing one.' },
  },
  metrics: {
    completion: { title: 'Submitted', unit: 'share' },
    pass: { title: 'Passed', unit: 'share' },
    grade: { title: 'Graded outcome', unit: 'share' },
    length: { title: 'Calls', unit: 'count' },
  },
  trajectoryNoun: 'episode',
  actionNames: ACTIONS,
  table,
  picture,
  initialLogits: (params) => {
    const { S } = layout(params);
    return Float64Array.from({ length: S * ACTIONS.length }, (_, k) => (k % ACTIONS.length === SUBMIT ? VARIANTS[params.variant].submit : 0));
  },
  describeState: (state, params) => {
    const { done, levels, turns, turnOf, infoOf, patchOf } = layout(params);
    if (state === done) return 'submitted';
    const turn = turns > 1 ? `call ${turnOf(state) + 1}, ` : '';
    return `${turn}information ${infoOf(state)} of ${levels - 1}, ${PATCHES[patchOf(state)]}`;
  },
});
