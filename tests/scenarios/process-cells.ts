/** Process models at work: completions in the place of the outcome's advantage, at matched step size and beside twice the step. */
import { cellOf, check, type Cell, type Check } from './cell';

const KEY_DOOR = '/scenario={"id":"key-door","params":{"lean":0.4}}';
const TOKEN = '/scenario={"id":"token","params":{"base":"warm"}} /training/learningRate=10 /training/groupSize=8';

type Interval = readonly [number, number];

function on(task: 'math' | 'key-door' | 'token', scheme: string, reference: string, accept: Interval, more: { set?: string; id?: string; quickSeeds?: number } = {}): Cell {
  const [at, of] = { math: [150, ''], 'key-door': [100, KEY_DOOR], token: [60, TOKEN] }[task] as [number, string];
  const checks: Check[] = [check(`success@${at}`, reference, accept)];
  const { set = '', id = '', quickSeeds } = more;
  return cellOf('process-model', scheme, String(at), checks, { set: `${of} ${set}`.trim(), id: `${task}${id && ` ${id}`}`, seeds: 10, ...(quickSeeds && { quickSeeds }) });
}

const within = (middle: number): Interval => [middle - 0.02, middle + 0.02];

export const processCells: readonly Cell[] = [
  on('math', 'sparse', '.332', [0.31, 0.36], { quickSeeds: 4 }),
  on('math', 'k=1', '.335', within(0.332)),
  on('math', 'k=4', '.333', within(0.332), { quickSeeds: 2 }),
  on('math', 'k=16', 'exact Q in the limit', within(0.332)),
  on('math', 'true', 'the limit', within(0.332), { quickSeeds: 4 }),
  on('math', 'outcome-twice', '.391', [0.37, 0.41], { quickSeeds: 4 }),
  // A network that is fitted once keeps the small scores of the policy it saw.
  on('math', 'net', 'not in the reference', [0.1, 0.17], { quickSeeds: 4 }),
  // Nearly every sign of a log-ratio is right at the start; as a frozen reward it is what the policy then leaves the task for.
  on('math', 'implicit', 'not in the reference', [0, 0.05], { quickSeeds: 4 }),
  // The reference turned signs of its own labels and found .154 and .163 on two seed bases.
  on('math', 'k=4', '.154', [0.13, 0.21], { set: 'flips=0.2', id: 'a fifth of the signs turned', quickSeeds: 2 }),
  on('key-door', 'sparse', '.949', [0.93, 0.96], { quickSeeds: 4 }),
  on('key-door', 'k=4', '.950', within(0.949), { quickSeeds: 2 }),
  on('key-door', 'outcome-twice', '.985', [0.975, 0.995]),
  on('token', 'sparse', '.875', [0.865, 0.885]),
  on('token', 'k=1', '.873', within(0.875)),
  on('token', 'k=4', '.874', within(0.875)),
  on('token', 'outcome-twice', '.940', [0.93, 0.95]),
];
