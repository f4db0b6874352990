/** TypeScript beside the device's kernels on the same batches, in a real browser: what comes after a rollout, and whole iterations. */
import { chromium } from 'playwright-core';
import { findBrowser, launchArguments } from '../../src/tools/find-browser.mjs';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import type { IterationTimes, KernelSize, SignalTimes } from './kernels.page';
import type { SpeedRow } from './speed-row';

const SIZES: readonly KernelSize[] = [
  { S: 256, nTraj: 1024, T: 64 },
  { S: 256, nTraj: 8192, T: 64 },
];

export async function deviceBench(): Promise<SpeedRow[]> {
  const folder = process.env['ADVANTAGE_LAB_BENCH_PAGE'];
  const executablePath = await findBrowser();
  if (!folder || !executablePath) return [{ name: 'kernels on WebGPU', value: null, unit: 'ms', note: 'needs Chrome or Chromium' }];
  const server = staticServer(folder);
  const port = await listenFrom(server, 0);
  const browser = await chromium.launch({ executablePath, args: [...launchArguments] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/kernels.html`);
    await page.waitForFunction(() => typeof globalThis.timeKernels === 'object');
    const rows: SpeedRow[] = [];
    for (const size of SIZES) {
      rows.push(...signalRows(size, await page.evaluate((given) => globalThis.timeKernels.signals(given), size)));
      rows.push(...iterationRows(size, await page.evaluate((given) => globalThis.timeKernels.iteration(given), size)));
    }
    return rows;
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

const where = ({ S, nTraj, T }: KernelSize) => `S=${S}, N=${nTraj.toLocaleString('en')}, T=${T}`;

function signalRows(size: KernelSize, { typescript, device, readBack, adapter }: SignalTimes): SpeedRow[] {
  const what = `pricing, GAE, group scores and sums of two schemes, ${where(size)}`;
  return [
    { name: `${what}: TypeScript in the browser`, value: typescript, unit: 'ms' },
    { name: `${what}: WGSL`, value: device, unit: 'ms', ratios: [{ times: typescript / device, than: 'TypeScript' }], note: adapter },
    { name: `${what}: WGSL, everything read back`, value: readBack, unit: 'ms', ratios: [{ times: typescript / readBack, than: 'TypeScript' }], note: adapter },
  ];
}

function iterationRows(size: KernelSize, { typescript, networks, device, dispatches, adapter }: IterationTimes): SpeedRow[] {
  const what = `iteration of two learners, 3-64-64-5, ${where(size)}`;
  return [
    { name: `${what}: TypeScript in the browser`, value: typescript, unit: 'ms' },
    { name: `${what}: networks and Adam on WebGPU`, value: networks, unit: 'ms', ratios: [{ times: typescript / networks, than: 'TypeScript' }], note: adapter },
    { name: `${what}: whole on WebGPU`, value: device, unit: 'ms', ratios: [{ times: typescript / device, than: 'TypeScript' }], note: `${dispatches} dispatches, 1 read-back, ${adapter}` },
  ];
}
