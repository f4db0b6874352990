/** The measured outcomes that this project has to reproduce, as runs of `lab run` with intervals. */
import { above, below, check, type Cell, type Check } from './cell';
import { denoiserCells } from './closed-form';
import { effectCells } from './effect-cells';
import { processCells } from './process-cells';
import { rewardModelCells } from './reward-model-cells';
import { tokenCells } from './token-cells';
import { tokenTransformerCells } from './token-transformer-cells';

function keyDoor(preset: 'key-door' | 'key-door-gae', scheme: string, reference: string, accept?: readonly [number, number], quickSeeds?: number): Cell {
  return { id: `${preset} ${scheme}`, args: `${preset} --scheme ${scheme} --at 200`, checks: [check('success@200', reference, accept)], ...(quickSeeds && { quickSeeds }) };
}

function lambda(value: number, scheme: string, reference: string): Cell {
  const set = `--set /schemes/${scheme === 'pbrs-man' ? 1 : 2}/estimator/params/lambda=${value}`;
  return { id: `key-door-gae ${scheme} λ=${value}`, args: `key-door-gae --scheme ${scheme} ${set} --at 200`, checks: [check('success@200', reference)] };
}

function boat(scheme: string, checks: readonly Check[], more: { w?: number; set?: string; quickSeeds?: number } = {}): Cell {
  const { w, set = '', quickSeeds } = more;
  const id = `boat-race ${scheme}${w === undefined ? '' : ` w=${w}`}${set && ' GAE(0.95)'}`;
  const args = `boat-race --scheme ${scheme} --at 300${w === undefined ? '' : ` --set w=${w}`}${set && ` ${set}`}`;
  return { id, args, checks, ...(quickSeeds && { quickSeeds }) };
}

function swe(scheme: string, wi: number, checks: readonly Check[], more: { hard?: boolean; aligned?: number; quickSeeds?: number } = {}): Cell {
  const { hard, aligned, quickSeeds } = more;
  const id = `swe-agent${hard ? ' hard' : ''} ${scheme} wi=${wi}${aligned === undefined ? '' : ' aligned'}`;
  const sets = [`wi=${wi}`];
  if (hard) sets.push('/scenario/params/variant=hard');
  if (aligned !== undefined) sets.push(`/schemes/${aligned}/terms/1/params/signal=infoGain`);
  const args = `swe-agent --scheme ${scheme} --at 300 ${sets.map((set) => `--set ${set}`).join(' ')}`;
  return { id, args, checks, ...(quickSeeds && { quickSeeds }) };
}

function math(scheme: string, alpha: number, reference: string, accept?: readonly [number, number], quickSeeds?: number): Cell {
  return { id: `math-steps ${scheme} α=${alpha}`, args: `math-steps --scheme ${scheme} --set alpha=${alpha} --at 400`, checks: [check('success@400', reference, accept)], ...(quickSeeds && { quickSeeds }) };
}

const gae95 = (k: number) => `--set /schemes/${k}/estimator={"id":"gae","params":{"lambda":0.95}} --set /training/learningRate=1`;

export const cells: readonly Cell[] = [
  keyDoor('key-door', 'sparse', '0.145', below(0.3), 20),
  keyDoor('key-door', 'naive-prox', '0.000', below(0.01), 6),
  keyDoor('key-door', 'naive-progress', '0.000', below(0.01), 6),
  keyDoor('key-door', 'subgoal', '0.996', above(0.98), 6),
  keyDoor('key-door', 'pbrs-man-nozero', '0.000'),
  keyDoor('key-door', 'pbrs-inf-nozero', '0.997'),
  keyDoor('key-door-gae', 'sparse', '0.099', below(0.3), 20),
  keyDoor('key-door-gae', 'naive-prox', '0.000', below(0.01), 4),
  keyDoor('key-door-gae', 'naive-progress', '0.000', below(0.01), 4),
  keyDoor('key-door-gae', 'pbrs-inf', '0.992', above(0.97), 8),
  keyDoor('key-door-gae', 'pbrs-man', '0.048', below(0.25), 20),
  keyDoor('key-door-gae', 'subgoal', '0.996', above(0.98), 4),
  keyDoor('key-door-gae', 'pbrs-man-nozero', '0.000'),
  keyDoor('key-door-gae', 'pbrs-inf-nozero', '0.981'),
  lambda(1, 'pbrs-inf', '0.150'),
  lambda(0.95, 'pbrs-inf', '0.940'),
  lambda(0.8, 'pbrs-inf', '0.984'),
  lambda(0.5, 'pbrs-inf', '0.000'),
  lambda(0.5, 'pbrs-man', '0.306'),

  boat('sparse', [check('success@300', '1.000', above(0.99)), check('checkpoints@300', '3.4')], { quickSeeds: 6 }),
  boat('dense', [check('success@300', '0.001', below(0.02)), check('checkpoints@300', '28.0')], { quickSeeds: 8 }),
  boat('gated', [check('success@300', '0.897', [0.85, 0.94]), check('checkpoints@300', '11.1', [8, 14]), check('length@300', '16.1')], { quickSeeds: 20 }),
  boat('gated-cap', [check('success@300', '1.000', above(0.99))], { quickSeeds: 6 }),
  boat('pbrs', [check('success@300', '1.000', above(0.99))], { quickSeeds: 6 }),
  boat('first-visit', [check('success@300', '0.924'), check('checkpoints@300', '9.7')]),
  ...([[0.01, '0.944', '0.944'], [0.02, '0.924', '0.936'], [0.05, '0.667', '0.916'], [0.1, '0.001', '0.897'], [0.5, '0.001', '0.880']] as const).flatMap(
    ([w, dense, gated]) => [boat('dense', [check('success@300', dense)], { w }), boat('gated', [check('success@300', gated)], { w })],
  ),
  boat('gated', [check('success@300', '0.591'), check('checkpoints@300', '18')], { set: gae95(2) }),

  swe('outcome', 0.2, [check('completion@300', '0.999', above(0.995)), check('length@300', '7.6')], { quickSeeds: 4 }),
  swe('plain', 0.2, [check('completion@300', '0.120', below(0.25)), check('length@300', '19.4')], { quickSeeds: 8 }),
  swe('gated-0.1', 0.2, [check('completion@300', '0.927', [0.88, 0.95])], { quickSeeds: 8 }),
  swe('gated-0.3', 0.2, [check('completion@300', '0.917', [0.88, 0.95])], { quickSeeds: 8 }),
  swe('gated-1.0', 0.2, [check('completion@300', '0.908', [0.88, 0.95])], { quickSeeds: 8 }),
  swe('plain', 0.3, [check('completion@300', '0.004', below(0.02))], { quickSeeds: 4 }),
  swe('plain', 0.1, [check('completion@300', '0.739')]),
  swe('plain', 0.05, [check('completion@300', '0.894')]),
  swe('gated-0.1', 0.3, [check('completion@300', '0.911')]),
  swe('gated-0.1', 0.2, [check('pass@300', '0.990', above(0.98))], { hard: true, aligned: 2, quickSeeds: 4 }),
  swe('plain', 0.2, [check('pass@300', '0.02', below(0.1))], { hard: true, quickSeeds: 6 }),
  swe('gated-0.1', 0.2, [check('pass@300', '0.51')], { hard: true }),
  swe('gated-1.0', 0.2, [check('pass@300', '0.80')], { hard: true }),
  swe('outcome', 0.2, [check('pass@300', '0.71 to 0.97')], { hard: true }),

  math('sum', 0.2, '0.000', below(0.01), 4),
  math('clip', 0.2, '0.002', below(0.02), 6),
  math('delta', 0.2, '0.384', [0.36, 0.4], 6),
  math('clip-delta', 0.2, '0.395', [0.38, 0.41], 6),
  math('pure', 0.2, '0.397', [0.38, 0.41], 6),
  math('delta', 0.5, '0.001', below(0.02), 4),
  math('clip-delta', 0.5, '0.375', [0.35, 0.39], 6),
  math('outcome', 0.2, '0.396'),
  math('sum', 0.05, '0.348'),
  math('sum', 0.1, '0.000'),
  math('clip', 0.1, '0.396'),
  math('delta', 0.1, '0.394'),
  math('pure', 1, '0.389'),

  ...effectCells,
  ...rewardModelCells,
  ...processCells,
  ...tokenCells,
  ...tokenTransformerCells,
  ...denoiserCells,
];
