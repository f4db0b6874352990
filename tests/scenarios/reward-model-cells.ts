/**
 * The boat race on a reward learned from n comparisons: which reward models are over-optimised. Every learner has a person,
 * labels and models of its own; the policy is a table under plain ascent, as in the independent implementation. Its reward
 * model of three features is not reproduced.
 */
import { check, type Cell } from './cell';

interface Person {
  readonly flipRate?: number;
  readonly scores?: 'last';
  readonly clip?: number;
  readonly wants?: string;
  readonly members?: number;
}

const TABLE = ['/training/policy={"kind":"tabular"}', '/training/optimiser="sgd"', '/training/learningRate=0.5'];
/** Prefers with probability σ(10 ΔU), U = finished − 0.01 · steps, unless told otherwise. */
const PERSON = { flipRate: 0, temperature: 0.1, stepCost: 0.01, perSeed: true };
/** U = 0.1 · checkpoints of the first ten steps, at the same 10. */
const CLIPS = { clip: 10, wants: 'checkpoints', temperature: 1, stepCost: 0 };
const LAST = '/schemes/1/terms=[{"reward":"bradley-terry","label":"Last","weight":1,"params":{},"gated":false,"transforms":[{"kind":"gather","how":"last"}]}]';

/** At least and at most so many of twenty learners. */
const boats = (low: number, high: number) => [low / 20 - 0.01, high / 20 + 0.01] as const;

function cell(what: string, scheme: string, pairs: number, person: Person, reference: string, accept?: readonly [number, number], more: readonly string[] = []): Cell {
  const sets = [...TABLE, `/training/rewardModel=${JSON.stringify({ pairs, members: 1, ...PERSON, ...person })}`, ...more];
  return {
    id: `reward-model-ensemble ${what} n=${pairs}`,
    args: ['reward-model-ensemble', '--scheme', scheme, '--at', '300', ...sets.flatMap((text) => ['--set', text])].join(' '),
    checks: [check('solved@300', reference, accept)],
  };
}

type Row = readonly [pairs: number, reference: string, accept?: readonly [number, number]];
const row = (what: string, scheme: string, person: Person, cells: readonly Row[], more?: readonly string[]) =>
  cells.map(([pairs, reference, accept]) => cell(what, scheme, pairs, person, reference, accept, more));

const kappa = (value: number) => [`/schemes/3/terms/0/params/pessimism=${value}`];

export const rewardModelCells: readonly Cell[] = [
  ...row('single', 'single', {}, [[10, '0.15', boats(0, 6)], [30, '0.05'], [100, '0.80', boats(11, 19)], [300, '1.00', boats(18, 20)], [1000, '1.00', boats(18, 20)]]),
  ...row('mean', 'mean', { members: 5 }, [[10, '0.20'], [30, '0.05'], [100, '0.65'], [300, '1.00'], [1000, '1.00']]),
  ...row('mean − 1 sd', 'cautious', { members: 5 }, [[10, '0.50'], [30, '0.25'], [100, '0.90'], [300, '1.00'], [1000, '1.00']], kappa(1)),
  ...row('mean − 2 sd', 'cautious', { members: 5 }, [[10, '0.85', boats(8, 20)], [30, '0.75'], [100, '0.95'], [300, '1.00'], [1000, '1.00']]),
  ...row('flips 0.1', 'single', { flipRate: 0.1 }, [[10, '0.10'], [30, '0.05'], [100, '0.70'], [300, '0.75'], [1000, '1.00']]),
  ...row('flips 0.3', 'single', { flipRate: 0.3 }, [[10, '0.05'], [30, '0.15'], [100, '0.25'], [300, '0.30', boats(0, 11)], [1000, '0.45']]),
  ...row('last state', 'single', { scores: 'last' }, [[10, '0.75'], [30, '0.80'], [100, '1.00', boats(20, 20)], [300, '1.00', boats(20, 20)], [1000, '1.00', boats(20, 20)]], [LAST]),
  ...row('clips', 'single', CLIPS, [10, 30, 100, 300, 1000].map((pairs, k) => [pairs, ['0.00', '0.10', '0.05', '0.00', '0.00'][k]!, boats(0, 4)] as const)),
];
