/** The transformer of the token scenario: its network on the states that a batch of 64 responses visits, and complete iterations of training. */
import { allPlugins } from '../../src/core/all-plugins';
import type { TableScenario } from '../../src/core/contracts/scenario';
import { loadPreset } from '../../src/core/experiment/presets';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import type { Engine, EngineName } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/open-engine';
import { initialTransformer } from '../../src/engine/transformer-shape';
import { Training } from '../../src/worker/training-loop';
import { timeIterations } from './bench-training';
import { quantile, type SpeedRow } from './speed-row';
import { wasmBinaries } from './wasm-files';

const SIZE = 'transformer d=32, 2 layers, 4 heads';

export async function transformerBench(): Promise<SpeedRow[]> {
  const engines = [await openEngine('ts'), await openEngine('wasm', { wasmBinaries })];
  const rows = await networkRows(engines);
  let typescript = Number.NaN;
  for (const engine of ['ts', 'wasm'] as const) {
    const speed = 1000 / (await iterationMilliseconds(engine));
    if (engine === 'ts') typescript = speed;
    const name = `${SIZE}, complete iteration of 64 responses: ${engine === 'ts' ? 'TypeScript' : 'WASM'}`;
    rows.push({ name, value: speed, unit: 'iterations/s', ...(engine === 'wasm' && { ratios: [{ times: speed / typescript, than: 'TypeScript' }] }) });
  }
  return rows;
}

async function networkRows(engines: readonly Engine[]): Promise<SpeedRow[]> {
  const { table, visited } = tokenBatch();
  const prefix = table.prefix!;
  const shape = { width: 32, layers: 2, heads: 4, outputs: table.A, symbols: prefix.symbols, depth: prefix.depth, population: 1 };
  const parameters = initialTransformer(shape, 1);
  const rows: SpeedRow[] = [];
  let typescript = Number.NaN;
  for (const engine of engines) {
    const network = await engine.createTransformer(shape, prefix, visited);
    const dLogits = new Float32Array(visited.length * table.A).fill(0.1);
    const value = await median(9, async (k) => {
      // Other parameters each time, as in training: what was kept of the last ones is of no use.
      parameters[0] = k;
      network.setParameters(parameters);
      await network.forward();
      await network.vjp(dLogits);
    });
    network.dispose();
    if (engine.name === 'ts') typescript = value;
    const name = `${SIZE}, forward + vjp on ${visited.length} visited states: ${engine.adapter}`;
    rows.push({ name, value, unit: 'ms', ...(engine.name !== 'ts' && { ratios: [{ times: typescript / value, than: 'TypeScript' }] }) });
  }
  const [ts] = engines;
  const whole = await ts!.createTransformer(shape, prefix, Uint32Array.from({ length: table.S }, (_, s) => s));
  const evaluate = async (k: number) => {
    parameters[0] = k;
    whole.setParameters(parameters);
    await whole.forward();
  };
  rows.push({ name: `${SIZE}, forward on all ${table.S.toLocaleString('en')} states: ${ts!.adapter}`, value: await median(3, evaluate), unit: 'ms' });
  return rows;
}

async function iterationMilliseconds(engine: EngineName): Promise<number> {
  const preset = (await loadPreset('token-cold'))!;
  const training = await Training.start(
    {
      ...preset.spec,
      schemes: preset.spec.schemes.slice(0, 1),
      training: {
        ...preset.spec.training,
        policy: { kind: 'transformer', width: 32, layers: 2, heads: 4 },
        optimiser: 'adam',
        learningRate: 0.001,
        engine,
        iterations: 5000,
        seeds: { first: 0, count: 1 },
      },
    },
    { plugins: allPlugins(), now: () => performance.now(), wasmBinaries },
  );
  try {
    return (await timeIterations(training, 6000)).milliseconds;
  } finally {
    training.dispose();
  }
}

/** The states that the first batch of the token scenario visits. */
function tokenBatch() {
  const token = allPlugins().get('scenario', 'token') as TableScenario;
  const table = token.table({ base: 'cold' } as never);
  const { threshold } = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
  const { row, maxLen, length } = rollout(table, threshold, { nTraj: 64, groupSize: 8, seed: 0, learner: 0, iteration: 0 });
  const visited = new Set<number>();
  length.forEach((count, i) => {
    for (let t = 0; t < count; t++) visited.add(table.rowState[row[i * maxLen + t]]);
  });
  return { table, visited: Uint32Array.from(visited) };
}

async function median(rounds: number, round: (k: number) => Promise<void>): Promise<number> {
  await round(-1);
  const times: number[] = [];
  for (let k = 0; k < rounds; k++) {
    const start = performance.now();
    await round(k);
    times.push(performance.now() - start);
  }
  return quantile(times, 0.5);
}
