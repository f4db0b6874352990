/** Arithmetic with a scratchpad: what rewards for format, phrases, steps and likelihood teach a table and a small network. */
import { above, around, below, cellOf, check, type Cell, type Check } from './cell';

type Interval = readonly [number, number];
type More = { readonly set?: string; readonly id?: string; readonly quickSeeds?: number };

/** Nothing that a table learns of a prompt carries over: held-out prompts stay where they started. */
const tabular = (base: 'cold' | 'warm', scheme: string, at: string, checks: readonly Check[], more: More = {}): Cell =>
  cellOf(`token-${base}`, scheme, at, [...checks, check(`heldOut@${at.split(',').at(-1)}`, base === 'cold' ? '.0279' : '.2911', around(base === 'cold' ? 0.0279 : 0.2911, 1e-4))], more);

const success = (reference: string, accept?: Interval, at = 250) => check(`success@${at}`, reference, accept);
const clean = (reference: string, accept?: Interval) => check('clean@250', reference, accept);

const cold = (scheme: string, checks: readonly Check[], more: More = {}) => tabular('cold', scheme, '50,250', checks, more);
const warm = (scheme: string, checks: readonly Check[], more: More = {}) => tabular('warm', scheme, '50,250', checks, more);

const pullToBase = (beta: number) => ({ set: `/training/objective/params/klWeight=${beta}`, id: `KL β=${beta}` });

const NETWORK = '"kind":"mlp","hidden":[64,64],"activation":"tanh"';
const ADAM = '/training/optimiser=adam /training/learningRate=0.002';

/** The same with a network instead of a table; ten learners. Warm ones start from networks that learned the base before. */
function network(base: 'cold' | 'warm', scheme: string, at: string, checks: readonly Check[], more: More = {}): Cell {
  const pretrained = base === 'warm' ? ',"pretrained":"token-mlp"' : '';
  const { set = '', id } = more;
  return cellOf(`token-${base}`, scheme, at, checks, { set: `/training/policy={${NETWORK}${pretrained}} ${ADAM} ${set}`.trim(), id: id ? `mlp ${id}` : 'mlp', seeds: 10 });
}

const mlpCold = (scheme: string, reference: string, share: string, held = '') =>
  network('cold', scheme, '250', [success(reference), ...(share ? [clean(share)] : []), ...(held ? [check('heldOut@250', held)] : [])]);

const mlpWarm = (scheme: string, reference: string, held: string, more: More & { readonly early?: string; readonly within?: Interval; readonly heldWithin?: Interval } = {}) => {
  const { early, within, heldWithin, ...rest } = more;
  return network('warm', scheme, '50,250', [...(early ? [success(early, undefined, 50)] : []), success(reference, within), ...(held ? [check('heldOut@250', held, heldWithin)] : [])], rest);
};

const ppo = (epochs: number) => ({ set: `/training/objective={"id":"ppo-clip","params":{"epochs":${epochs}}}`, id: `PPO ${epochs} epochs` });

export const tokenCells: readonly Cell[] = [
  cold('out', [success('.983', [0.975, 0.99]), clean('.25', below(0.45))], { quickSeeds: 2 }),
  cold('sum', [success('.536', [0.4, 0.75]), check('repeats@250', '2.0')]),
  cold('strict', [success('.987', above(0.98)), clean('.95', above(0.85))], { quickSeeds: 2 }),
  cold('step', [success('.958', [0.94, 0.98]), clean('.96', above(0.93))], { quickSeeds: 2 }),
  cold('min', [success('.480', [0.35, 0.65])]),
  cold('gate', [success('.982', [0.97, 0.99]), clean('.30')]),
  cold('fmt', [success('.336', [0.25, 0.45])]),
  cold('phb', [success('.017')]),
  cold('phc', [success('.000', below(0.01))], { quickSeeds: 2 }),
  cold('len', [success('.003', below(0.05)), check('length@250', '2.0')], { quickSeeds: 2 }),
  cold('tempo', [success('.437', undefined, 50), success('.994')]),
  cold('tree-td', [success('.054')]),
  tabular('cold', 'out', '50', [success('.651', [0.55, 0.75], 50)], { set: 'learning-rate=20' }),
  tabular('cold', 'tempo', '50', [success('.056', undefined, 50)], { set: 'learning-rate=5' }),

  warm('out', [success('.930', undefined, 50), success('.990', [0.985, 0.993])], { quickSeeds: 2 }),
  warm('sum', [success('.984'), check('repeats@250', '.46')]),
  warm('strict', [success('.984')]),
  warm('step', [success('.977')]),
  warm('min', [success('.990')]),
  warm('gate', [success('.983'), check('repeats@250', '.44')]),
  warm('fmt', [success('.776', [0.68, 0.88])]),
  warm('phb', [success('.617', [0.58, 0.66])], { quickSeeds: 2 }),
  warm('phc', [success('.368', [0.3, 0.45], 50), success('.002', below(0.01))], { quickSeeds: 2 }),
  warm('len', [success('.987'), check('length@250', '4.74'), clean('.81')]),
  warm('lengate', [success('.987'), check('length@250', '4.72'), clean('.79')]),
  warm('rlpr', [success('.965', [0.95, 0.975])], { quickSeeds: 2 }),
  warm('verifree', [success('.988', [0.98, 0.993])], { quickSeeds: 2 }),
  warm('igpo', [success('.946', undefined, 50), success('.990')]),
  warm('info-step', [success('.974')]),
  warm('tempo', [success('.995')]),
  warm('tree-td', [success('.969')]),
  warm('phc', [success('.003')], pullToBase(0.05)),
  warm('phc', [success('.560')], pullToBase(0.5)),
  warm('out', [success('.988')], pullToBase(0.05)),
  warm('out', [success('.907')], pullToBase(0.5)),
  warm('out', [success('.935', undefined, 50), success('.990')], ppo(2)),
  warm('out', [success('.946', undefined, 50), success('.990')], ppo(4)),
  warm('out', [success('.973', undefined, 50), success('.995')], { set: '/training/objective={"id":"ppo-clip","params":{"epochs":4,"clip":null}}', id: 'PPO 4 epochs without clip' }),

  mlpCold('out', '.677', '.08', '.004'),
  mlpCold('sum', '.000', ''),
  mlpCold('strict', '.453', '.05'),
  mlpCold('step', '.525', '.29', '.153'),
  mlpCold('min', '.000', ''),
  mlpCold('gate', '.638', '.15', '.006'),
  mlpCold('fmt', '.325', '', '.346'),
  mlpCold('phb', '.000', ''),
  mlpCold('tempo', '.618', ''),

  mlpWarm('out', '.981', '.644', { early: '.824', within: [0.97, 0.99], heldWithin: [0.5, 0.78] }),
  mlpWarm('sum', '.979', '.561'),
  mlpWarm('strict', '.980', '.578'),
  mlpWarm('step', '.964', '.586'),
  mlpWarm('min', '.981', '.729'),
  mlpWarm('fmt', '.462', '.434', { early: '.564' }),
  mlpWarm('phb', '.012', '', { early: '.029' }),
  mlpWarm('phc', '.000', ''),
  mlpWarm('phc', '.000', '', pullToBase(0.05)),
  mlpWarm('phc', '.388', '', pullToBase(0.5)),
  mlpWarm('len', '.980', '.633'),
  mlpWarm('lengate', '.981', '.638'),
  mlpWarm('rlpr', '.599', '.513', { early: '.671' }),
  mlpWarm('verifree', '.978', '.717'),
  mlpWarm('igpo', '.985', '.698', { early: '.851' }),
  mlpWarm('info-step', '.980', '.675'),
  mlpWarm('tempo', '.984', '.695'),
  // Reusing a batch memorises it: held-out prompts end below those of one epoch.
  mlpWarm('out', '.990', '.368', { early: '.945', heldWithin: below(0.55), ...ppo(4) }),
];
