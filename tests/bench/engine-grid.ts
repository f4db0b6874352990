/**
 * Complete iterations of every engine at every size, beside the loop of the peers in the same run: per-step TensorFlow.js, the
 * TypeScript engine, WASM, and WebGPU in a real browser; 1, 8 and 32 learners. The network is 16-64-64-5.
 */
import '@tensorflow/tfjs-backend-wasm';
import type { EngineName } from '../../src/engine/engine';
import { updateCost } from '../../src/engine/engine-work';
import { openEngine } from '../../src/engine/open-engine';
import { A, T, timeTraining, type BenchSize, type Timed } from './bench-training';
import { BrowserTraining } from './browser-training';
import { measurePeerLoop } from './peer-loop';
import { formatNumber, type SpeedRow } from './speed-row';
import { wasmBinaries } from './wasm-files';

const HIDDEN = [64, 64];
export const TITLE: Readonly<Record<EngineName, string>> = { ts: 'TypeScript', wasm: 'WASM', webgpu: 'WebGPU' };
/** Milliseconds of a measurement: of small batches, and at most of one on WebGPU. */
const BUDGET = 1500;
const WEBGPU_BUDGET = 3000;
/** An iteration on WebGPU that is expected to take longer is not begun. */
const LONGEST = 15_000;
/** Environment steps a second that the page makes beside its networks, as a lower bound. */
const STEPS_BESIDE = 12e6;

export async function engineGrid(): Promise<SpeedRow[]> {
  // Also tells TensorFlow.js where its binaries are, for the peers.
  await openEngine('wasm', { wasmBinaries });
  const browser = await BrowserTraining.open();
  try {
    const rows: SpeedRow[] = [];
    for (const S of [256, 4096]) for (const N of [64, 1024, 8192]) rows.push(...(await sizeRows(S, N, browser)));
    return rows;
  } finally {
    await browser.close();
  }
}

const count = (n: number) => n.toLocaleString('en');
const times = (n: number, word: string) => `${Number.isInteger(n) ? n : n.toFixed(1)} ${word}${n === 1 ? '' : word.endsWith('ch') ? 'es' : 's'}`;
const millionSteps = (steps: number, milliseconds: number) => steps / milliseconds / 1000;

/** All rows of one table size and batch size. */
async function sizeRows(S: number, N: number, browser: BrowserTraining): Promise<SpeedRow[]> {
  const size = `S=${count(S)}, N=${count(N)}, T=${T}`;
  const peer = await measurePeerLoop('wasm', S, N, BUDGET);
  const [complete, alone] = [millionSteps(N * T, peer.rollout + peer.update), millionSteps(N * T, peer.rollout)];
  const rows: SpeedRow[] = [
    { name: `${size}: per-step loop, TensorFlow.js on WASM, complete`, value: complete, unit: 'M steps/s', note: `rollout ${peer.rollout.toFixed(0)} ms, update ${peer.update.toFixed(0)} ms` },
    { name: `${size}: per-step loop, TensorFlow.js on WASM, rollout only`, value: alone, unit: 'M steps/s' },
  ];
  const single = new Map<EngineName, number>();
  for (const learners of [1, 8, 32]) {
    let typescript = Number.NaN;
    for (const engine of ['ts', 'wasm', 'webgpu'] as const) {
      const bench: BenchSize = { S, N, learners, hidden: HIDDEN, engine, estimator: 'grpo' };
      const name = `${size}, ${learners === 1 ? '1 learner' : `${learners} learners`}: ${TITLE[engine]}`;
      const timed = engine === 'webgpu' ? await onWebGpu(browser, bench) : await timeTraining(bench, BUDGET, wasmBinaries);
      if ('skipped' in timed) {
        rows.push({ name, value: null, unit: 'M steps/s', note: timed.skipped });
        continue;
      }
      const speed = millionSteps(timed.environmentSteps, timed.milliseconds);
      if (engine === 'ts') typescript = speed;
      if (learners === 1) single.set(engine, speed);
      const ratios = [{ times: speed / complete, than: 'per-step' }];
      if (engine !== 'ts') ratios.push({ times: speed / typescript, than: 'TypeScript' });
      if (learners > 1 && single.has(engine)) ratios.push({ times: speed / single.get(engine)!, than: 'singles' });
      rows.push({ name, value: speed, unit: 'M steps/s', ratios, note: noteOf(timed, browser.browserVersion) });
    }
  }
  if (S === 256 && N === 1024) {
    const timed = await timeTraining({ S, N, learners: 1, hidden: HIDDEN, engine: 'ts', estimator: 'gae' }, BUDGET, wasmBinaries);
    const speed = millionSteps(timed.environmentSteps, timed.milliseconds);
    rows.push({ name: `${size}, 1 learner, GAE with a learned critic: TypeScript`, value: speed, unit: 'M steps/s', ratios: [{ times: speed / complete, than: 'per-step' }], note: noteOf(timed, '') });
  }
  return rows;
}

/** What a row says of its measurement beside the speed. */
export function noteOf({ milliseconds, iterations, dispatches, readBacks, adapter, isEmulated }: Timed, browserVersion: string): string {
  const parts = [`${formatNumber(milliseconds)} ms, median of ${iterations}`];
  if (dispatches > 0) parts.push(`${times(dispatches, 'dispatch')}, ${times(readBacks, 'read-back')}`, isEmulated && !adapter.includes('emulated') ? `${adapter}, emulated` : adapter, browserVersion);
  return parts.join('; ');
}

/** The slowest multiply–adds a second seen so far; what is expected of larger networks follows from it. */
let workPerMillisecond = Infinity;

async function onWebGpu(browser: BrowserTraining, bench: BenchSize): Promise<Timed | { skipped: string }> {
  if (browser.missing) return { skipped: browser.missing };
  const work = updateCost({ inputs: 16, hidden: bench.hidden, outputs: A, activation: 'tanh', population: bench.learners }, bench.S);
  const expected = work / workPerMillisecond + (1000 * bench.N * T * bench.learners) / STEPS_BESIDE;
  if (expected > LONGEST) return { skipped: `about ${(expected / 1000).toFixed(0)} s an iteration expected of this adapter` };
  const timed = await browser.time(bench, WEBGPU_BUDGET);
  if ('milliseconds' in timed) workPerMillisecond = Math.min(workPerMillisecond, work / timed.milliseconds);
  return timed;
}
