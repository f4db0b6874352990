/**
 * The transformer of the token scenario: complete iterations of training on every engine beside the peers' loop, and its network
 * alone on the states that a batch of 64 responses visits.
 */
import '@tensorflow/tfjs-backend-wasm';
import { allPlugins } from '../../src/core/all-plugins';
import type { TableScenario } from '../../src/core/contracts/scenario';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { openEngine } from '../../src/engine/open-engine';
import { initialTransformer } from '../../src/engine/transformer-shape';
import { BrowserTraining } from './browser-training';
import { TITLE, noteOf } from './engine-grid';
import { measurePeerTransformer } from './peer-transformer';
import { quantile, type SpeedRow } from './speed-row';
import { RESPONSES, TRANSFORMER, timeTransformer } from './transformer-training';
import { wasmBinaries } from './wasm-files';

const SIZE = `transformer d=${TRANSFORMER.width}, ${TRANSFORMER.layers} layers, ${TRANSFORMER.heads} heads`;
const BUDGET = 5000;

export async function transformerBench(): Promise<SpeedRow[]> {
  const engines = [await openEngine('ts'), await openEngine('wasm', { wasmBinaries })] as const;
  const { table, visited } = tokenBatch();
  const prefix = table.prefix!;
  const shape = { ...TRANSFORMER, outputs: table.A, symbols: prefix.symbols, depth: prefix.depth };

  const peer = 1000 / (await measurePeerTransformer('wasm', shape, RESPONSES, BUDGET));
  const name = `${SIZE}, complete iteration of ${RESPONSES} responses`;
  const rows: SpeedRow[] = [{ name: `${name}: per-step loop, TensorFlow.js on WASM`, value: peer, unit: 'iterations/s' }];
  let typescript = Number.NaN;
  const browser = await BrowserTraining.open();
  try {
    for (const engine of ['ts', 'wasm', 'webgpu'] as const) {
      const row = { name: `${name}: ${TITLE[engine]}`, unit: 'iterations/s' };
      const timed = engine !== 'webgpu' ? await timeTransformer(engine, BUDGET, wasmBinaries) : await browser.timeTransformer(BUDGET);
      if ('skipped' in timed) {
        rows.push({ ...row, value: null, note: timed.skipped });
        continue;
      }
      const value = 1000 / timed.milliseconds;
      if (engine === 'ts') typescript = value;
      const ratios = [{ times: value / peer, than: 'per-step' }, ...(engine === 'ts' ? [] : [{ times: value / typescript, than: 'TypeScript' }])];
      rows.push({ ...row, value, ratios, note: noteOf(timed, browser.browserVersion) });
    }
  } finally {
    await browser.close();
  }

  const parameters = initialTransformer({ ...shape, population: 1 }, 1);
  let alone = Number.NaN;
  for (const engine of engines) {
    const network = await engine.createTransformer({ ...shape, population: 1 }, prefix, visited);
    const dLogits = new Float32Array(visited.length * table.A).fill(0.1);
    const value = await median(9, async (k) => {
      // Other parameters each time, as in training: what was kept of the last ones is of no use.
      parameters[0] = k;
      network.setParameters(parameters);
      await network.forward();
      await network.vjp(dLogits);
    });
    network.dispose();
    if (engine.name === 'ts') alone = value;
    rows.push({
      name: `${SIZE}, forward + vjp on ${visited.length} visited states: ${engine.adapter}`,
      value,
      unit: 'ms',
      ...(engine.name !== 'ts' && { ratios: [{ times: alone / value, than: 'TypeScript' }] }),
    });
  }
  return rows;
}

/** The states that the first batch of the token scenario visits. */
function tokenBatch() {
  const token = allPlugins().get('scenario', 'token') as TableScenario;
  const table = token.table({ base: 'cold' } as never);
  const { threshold } = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
  const { row, maxLen, length } = rollout(table, threshold, { nTraj: RESPONSES, groupSize: 8, seed: 0, learner: 0, iteration: 0 });
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
