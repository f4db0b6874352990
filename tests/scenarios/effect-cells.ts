/** Published effects at toy scale: what noise, scales, groups, trees, tests, verifiers, curiosity and proxies do to what is learned. */
import processNoise from '../golden/process-noise-orders.json';
import { above, around, below, cellOf, check, type Cell } from './cell';

type Interval = readonly [number, number];

/** Where the scorer is wrong decides much of the outcome, so each learner has the place that the independent one had. */
const orderOf = (seed: number) => `--set /scenario/params/order=${JSON.stringify(processNoise.order[seed])}`;

function noise(scheme: string, set: string, reference: string, accept?: Interval, quickSeeds?: number): Cell {
  return cellOf('process-noise', scheme, '300', [check('success@300', reference, accept)], { set, argsOfSeed: orderOf, ...(quickSeeds && { quickSeeds }) });
}

function rewards(scheme: string, set: string, at: number, reference: string, accept?: Interval, quickSeeds?: number): Cell {
  const metric = scheme.includes(',') ? `lead correct@${at}` : `correct@${at}`;
  return cellOf('multi-reward', scheme, String(at), [check(metric, reference, accept)], { set, ...(quickSeeds && { quickSeeds }) });
}

function groups(scheme: string, size: number, reference: number, margin?: number, quickSeeds?: number): Cell {
  const set = `/training/trajectories=${8 * size} /training/groupSize=${size} /view/trajectories=${8 * size}`;
  return cellOf('group-collapse', scheme, '200', [check('success@200', String(reference), margin === undefined ? undefined : around(reference, margin))], { id: `G=${size}`, set, ...(quickSeeds && { quickSeeds }) });
}

function tests(scheme: string, reference: string, accept: Interval, quickSeeds?: number, trap?: Interval): Cell {
  const trapped = check('trapShare@300', scheme.startsWith('uniform') ? '0.995' : '', trap);
  return cellOf('unit-tests', scheme, '300', [check('success@300', reference, accept), trapped], quickSeeds ? { quickSeeds } : {});
}

function maze(scheme: string, reference: string, accept?: Interval, quickSeeds?: number, set = ''): Cell {
  return cellOf('exploration-maze', scheme, '400', [check('solved@400', reference, accept), check('success@400', '')], { set, ...(quickSeeds && { quickSeeds }) });
}

function thought(scheme: string, set: string, correct: number, length: string, quickSeeds?: number): Cell {
  return cellOf('length', scheme, '600', [check('correct@600', String(correct), around(correct, 0.03)), check('length@600', length)], { set, ...(quickSeeds && { quickSeeds }) });
}

function proxy(scheme: string, set: string, reference: string): Cell {
  return cellOf('proxy-over-optimisation', scheme, '60,400', [check('goldReward@60', ''), check('goldReward@400', reference)], { set, argsOfSeed: (seed) => `--set preferences=${seed}` });
}

const conflict = '/scenario/params/middlingSkill=0.75 /scenario/params/shortSkill=0.5 /training/learningRate=1';

export const effectCells: readonly Cell[] = [
  noise('sum', 'flip=0.3', '0.919', above(0.85), 6),
  noise('sum', 'flip=0.5', '0.001', below(0.1), 6),
  noise('sum', 'wrong=1', '0.148', [0.05, 0.3], 20),
  noise('sum', 'prior=1 wrong=2 alpha=2', '0.35', [0.2, 0.5], 20),
  noise('gate', 'prior=1 wrong=2 alpha=2', '0.989', above(0.98), 4),
  noise('gate', 'wrong=2 alpha=2', '0.001', below(0.1), 4),
  noise('outcome', '', '0.001'),
  noise('sum', '', '0.985'),
  noise('sum', 'wrong=2', '0.148'),
  noise('sum', 'wrong=3', '0.000'),
  noise('sum', 'wrong=1 flip=0.4', '0.452'),
  // Not the same rule, so not judged: the released code pays no step scores in groups whose outcomes all agree, the independent one does.
  noise('trust', 'prior=1 wrong=2 alpha=2', '0.38'),
  noise('soft-trust', 'prior=1 wrong=2 alpha=2', '0.38'),
  noise('hard-trust', 'prior=1 wrong=2 alpha=2', '0.45'),
  noise('anneal', 'prior=1 wrong=2 alpha=2', '0.40'),

  rewards('gdpo,grpo', '', 100, '0.077', [0.05, 0.11], 10),
  rewards('gdpo,grpo', 'group-size=8', 100, '-0.016', [-0.03, 0.03], 10),
  rewards('grpo', 'group-size=8 format=20 length=20', 100, '0.350', [0.3, 0.4], 8),
  rewards('gdpo', 'group-size=8 format=20 length=20', 100, '0.706', [0.68, 0.73], 8),
  // The reference names no group size here; eight is assumed.
  rewards('grpo-conditioned', `group-size=8 ${conflict}`, 300, '0.965', above(0.93)),
  rewards('gdpo-conditioned', `group-size=8 ${conflict}`, 300, '0.691', [0.55, 0.8]),
  rewards('grpo', '', 300, '0.964'),
  rewards('gdpo', '', 300, '0.976'),
  rewards('grpo', 'group-size=8 length=5', 100, '0.584'),
  rewards('grpo', 'group-size=8 format=5 length=5', 100, '0.447'),

  groups('outcome', 4, 0.597, 0.03),
  groups('outcome', 8, 0.69, 0.03, 8),
  groups('outcome', 16, 0.73, 0.03),
  groups('process', 4, 0.893, 0.03),
  groups('process', 8, 0.926, 0.03, 4),
  groups('process', 16, 0.938, 0.03),
  groups('process-step', 4, 0.929, 0.03),
  groups('process-step', 8, 0.951, 0.03, 2),
  groups('process-step', 16, 0.962, 0.03),
  // The reference calls its gate σ(10(H − 0.3)) without saying in which unit H is; in nats it meets the figures, in bits it is 0.04 above them.
  groups('copo-blend', 4, 0.681, 0.03),
  groups('copo-blend', 8, 0.681, 0.03, 4),
  groups('copo-blend', 16, 0.653, 0.03),
  groups('copo-silent', 4, 0.695, 0.03),
  groups('copo-silent', 8, 0.729, 0.03, 4),
  groups('copo-silent', 16, 0.769, 0.03),
  groups('replay', 4, 0.888, 0.05),
  groups('replay', 8, 0.92, 0.05, 2),
  groups('replay', 16, 0.936, 0.05),
  groups('dynamic', 4, 0.871, 0.05),
  groups('dynamic', 8, 0.922, 0.05, 2),
  groups('dynamic', 16, 0.936, 0.05),
  groups('constant-baseline', 4, 0.466),
  groups('constant-baseline', 8, 0.464),
  groups('constant-baseline', 16, 0.466),

  cellOf('tree', 'tempo,grpo', '25', [check('lead success@25', '0.024', [0.02, 0.03]), check('success@25', '0.985')], { quickSeeds: 20 }),
  cellOf('tree', 'grpo', '25', [check('success@25', '0.961')]),
  cellOf('tree', 'step', '25', [check('success@25', '0.959')]),
  cellOf('tree', 'exact', '25', [check('success@25', '0.967')]),

  // The weights' formula is the published one; its α is not given by the reference, whose own weights fall linearly in a running mean of
  // the pass rates. α = 6 was chosen among 1, 3 and 6 because it reproduces the figure; 1, the default, is trapped and 3 falls short.
  tests('uniform', '0.000', below(0.02), 4, above(0.95)),
  tests('uniform-all', '0.000', below(0.02), 4, above(0.95)),
  tests('all-or-nothing', '0.056', below(0.2), 20),
  tests('verpo', '0.973', above(0.95), 4),
  tests('verpo-no-all', '0.973', above(0.95)),
  ...[1, 3].map((alpha) => cellOf('unit-tests', 'verpo', '300', [check('success@300', '0.973'), check('trapShare@300', '')], { set: `alpha=${alpha}` })),
  cellOf('unit-tests', 'all-or-nothing', '150,300', [check('success@150', '0.11'), check('success@300', '0.922')], { set: 'learning-rate=0.5' }),
  cellOf('unit-tests', 'verpo', '150,300', [check('success@150', '0.968'), check('success@300', '0.991')], { set: 'learning-rate=0.5' }),

  cellOf('noisy-verifier', 'clean', '50', [check('correct@50', '0.927')]),
  cellOf('noisy-verifier', 'noisy', '50', [check('correct@50', '0.519', [0.48, 0.56])], { quickSeeds: 20 }),
  cellOf('noisy-verifier', 'backward', '50', [check('correct@50', '0.924', [0.9, 0.94])], { quickSeeds: 8 }),
  // The reference does not say at which rate GRPO ran; of 0.5, 1 and 2 the rate 1 comes near its 0.483, which is therefore not judged.
  cellOf('noisy-verifier', 'grpo-backward,grpo-noisy', '50', [check('lead correct@50', '0', [-1e-4, 1e-4]), check('correct@50', '0.483')], { set: '/training/learningRate=1', quickSeeds: 4 }),
  ...([['noisy', '0.185', '0.013', '0.979'], ['backward', '0.140', '0.017', '']] as const).map(([scheme, early, late, hack]) =>
    cellOf('noisy-verifier', scheme, '50,300', [check('correct@50', early), check('correct@300', late, below(0.1)), check('hack@300', hack, above(0.9))], {
      set: 'rho0=0.1 rho1=0.2 /scenario/params/fooled=0.9',
      id: 'fooled',
      quickSeeds: 10,
    }),
  ),
  cellOf('noisy-verifier', 'noisy', '50', [check('correct@50', '0.080')], { set: 'rho0=0.6 rho1=0.6' }),
  // (v − ρ₀)/(1 − ρ₀ − ρ₁) beyond chance: the estimator makes no correction there, a weight of −5 does.
  cellOf('noisy-verifier', 'noisy', '50', [check('correct@50', '0.880')], { set: 'rho0=0.6 rho1=0.6 /schemes/1/terms/0/weight=-5' }),

  maze('sparse', '0', below(0.01), 4),
  maze('count', '1', above(0.95), 6),
  maze('episodic', '0.4', [0.25, 0.7]),
  maze('both', '1', above(0.95), 6),
  maze('sparse', '0', undefined, undefined, '/training/objective/params/entropyBonus=0.01'),
  // The reference fades the bonus exponentially, here it falls in a line to nothing at update 300.
  maze('count-decay', '1'),
  maze('grpo-sparse', '0'),
  maze('grpo-count', '1'),
  maze('grpo-episodic', '0.75'),
  maze('grpo-both', '1'),

  thought('plain', '', 0.913, '7.9', 4),
  thought('penalty', '', 0.571, '1.2', 10),
  thought('penalty-no-std', '', 0.793, '4.1', 4),
  thought('penalty-all', '', 0.556, '1.0', 4),
  thought('grpo-lambda', '', 0.795, '4.0', 4),
  thought('grpo-lambda', '/library/0/terms/0/params/lambda=0.4', 0.626, '2.0'),
  thought('grpo-lambda', '/library/0/terms/0/params/lambda=0.8', 0.567, ''),
  thought('plain', '/scenario/params/visible=true', 0.91, '6.7'),
  thought('penalty', '/scenario/params/visible=true', 0.91, '3.3', 4),

  proxy('proxy', '', '-0.81'),
  proxy('par', '', '-0.75'),
  proxy('proxy-kl', '', '1.06'),
  proxy('par-kl', '', '1.87'),
  proxy('proxy', '/scenario/params/model=quadratic pairs=30', '2.03'),
  proxy('proxy', '/scenario/params/model=quadratic pairs=1000', '3.3'),
  proxy('gold', '', '3.38'),
];
