/**
 * A population of 32 on WASM beside 32 single networks, each with parameters and activations of its own, one after the other: the
 * same work in turns. Compared is the processor's time of this process, which what else runs on the machine disturbs least.
 */
import type { Engine, NetworkShape } from '../../src/engine/engine';
import { initialParameters } from '../../src/engine/initial-parameters';
import { openEngine } from '../../src/engine/open-engine';
import { quantile, type SpeedRow } from './speed-row';
import { wasmBinaries } from './wasm-files';

const MEMBERS = 32;
/** Turns of equal work, of which the fourth shortest is compared. */
const [TURNS, COMPARED] = [25, 3];
/** Milliseconds after which a shape has had enough turns. */
const BUDGET = 10_000;

export async function populationBench(): Promise<SpeedRow[]> {
  const engine = await openEngine('wasm', { wasmBinaries });
  const rows: SpeedRow[] = [];
  for (const [hidden, S] of [[[8], 12], [[64, 64], 12], [[128, 128], 12], [[16], 32], [[64, 64], 32], [[128, 128], 32], [[64, 64], 256], [[128, 128], 256]] as const) {
    const { apart, together } = await compare(engine, { inputs: 16, hidden, outputs: 5, activation: 'tanh', population: 1 }, S);
    rows.push({
      name: `population of ${MEMBERS}, forward + vjp, 16-${hidden.join('-')}-5, S=${S}: ${engine.adapter}`,
      value: together,
      unit: 'ms of processor',
      ratios: [{ times: apart / together, than: `${MEMBERS} singles` }],
      note: `${MEMBERS} singles ${apart.toPrecision(3)} ms`,
    });
  }
  return rows;
}

/** Milliseconds that this process has computed. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function compare(engine: Engine, shape: NetworkShape, rows: number): Promise<{ apart: number; together: number }> {
  const features = new Float32Array(rows * shape.inputs).map((_, i) => ((i * 7) % 13) / 13 - 0.5);
  const open = async (population: number) => {
    const given = { ...shape, population };
    const network = await engine.create(given, features);
    const parameters = initialParameters(given, 1, { outputVariance: 1 / shape.outputs });
    const dLogits = new Float32Array(population * rows * shape.outputs).map((_, i) => ((i * 5) % 11) / 11 - 0.4);
    const round = async () => {
      network.setParameters(parameters);
      await network.forward();
      await network.vjp(dLogits);
    };
    return { network, round };
  };
  const singles = await Promise.all(Array.from({ length: MEMBERS }, () => open(1)));
  const population = await open(MEMBERS);
  const times: [number[], number[]] = [[], []];
  const end = performance.now() + BUDGET;
  for (let turn = 0; turn < TURNS && (turn <= 2 * COMPARED || performance.now() < end); turn++) {
    const start = processorTime();
    for (const single of singles) await single.round();
    const between = processorTime();
    await population.round();
    times[0].push(between - start);
    times[1].push(processorTime() - between);
  }
  for (const single of singles) single.network.dispose();
  population.network.dispose();
  const [apart, together] = times.map((list) => quantile(list, COMPARED / list.length));
  return { apart: apart!, together: together! };
}
