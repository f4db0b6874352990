import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page, Worker } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import type { Metric } from '../../src/worker/protocol';
import { button, curveOf, linkTo, recorded, trainToEnd, withLab, type RecordedFrame } from './lab-page';

const SEEDS = 2;
const ITERATIONS = 10;
type EngineName = ExperimentSpec['training']['engine'];

/** Two schemes, a small net, few iterations: the emulated adapter compiles for seconds and then computes slowly. */
const network = (engine: EngineName) => (spec: ExperimentSpec): ExperimentSpec => ({
  ...spec,
  schemes: [spec.schemes[1]!, spec.schemes[3]!],
  training: {
    ...spec.training,
    policy: { kind: 'mlp', hidden: [8], activation: 'tanh' },
    optimiser: 'adam',
    learningRate: 0.05,
    engine,
    iterations: ITERATIONS,
    seeds: { first: 0, count: SEEDS },
  },
});

const engineBadge = (page: Page) => page.locator('button.engine');

/** What the badge says, and the words behind it. */
async function engineWords(page: Page): Promise<{ badge: string; words: string }> {
  await engineBadge(page).click();
  const words = await page.getByRole('dialog', { name: /^Engine/ }).locator('p').first().textContent();
  const badge = (await engineBadge(page).textContent())!;
  await page.keyboard.press('Escape');
  return { badge, words: words! };
}

const curves = (frames: readonly RecordedFrame[], metric: Metric) => [0, 1].flatMap((scheme) => curveOf(frames, { scheme, seeds: SEEDS, metric }));

async function trained(engine: EngineName) {
  return withLab(await linkTo(network(engine)), async (page) => {
    const counting = countSubmissions(page);
    await trainToEnd(page);
    const { frames } = await recorded(page);
    const [worker] = page.workers();
    const loaded = { page: await page.evaluate(scriptsLoaded), worker: await worker!.evaluate(scriptsLoaded) };
    return { frames, loaded, ...(await engineWords(page)), submissions: await (await counting)() };
  });
}

/** File names of the scripts that this thread has loaded. Runs in the page and in its worker. */
function scriptsLoaded(): string[] {
  return performance.getEntriesByType('resource').flatMap(({ name }) => /\/assets\/[^/]+\.js$/.exec(name)?.[0] ?? []);
}

const sourceOf = (script: string) => readFileSync(join(inject('siteFolder'), script));
const isTensorFlow = (script: string) => /registerKernel|WEBGPU_|_tfGlobals/.test(sourceOf(script).toString());

/** Counts what is submitted to a GPU queue in the training worker, from the moment it starts. */
async function countSubmissions(page: Page): Promise<() => Promise<number>> {
  const worker = await page.waitForEvent('worker');
  await worker.evaluate(() => {
    const counted = globalThis as unknown as { submissions: number };
    counted.submissions = 0;
    if (typeof GPUQueue === 'undefined') return;
    const { submit } = GPUQueue.prototype;
    GPUQueue.prototype.submit = function (...given) {
      counted.submissions += 1;
      return submit.apply(this, given);
    };
  });
  return () => submissionsOf(worker);
}

const submissionsOf = (worker: Worker) => worker.evaluate(() => (globalThis as unknown as { submissions: number }).submissions);

/** Largest distance of two families of curves. */
function distance(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((curve, k) => curve.map((x, j) => Math.abs(x - b[k]![j]!))));
}

describe('a neural network learns in the page', () => {
  test('along the same curve on TypeScript, WebGPU and WASM, each named with its reason', async () => {
    const ts = await trained('ts');
    const webgpu = await trained('webgpu');
    const wasm = await trained('wasm');
    for (const { frames } of [ts, webgpu, wasm]) expect(curves(frames, 'success').map((curve) => curve.length)).toEqual(Array(2 * SEEDS).fill(ITERATIONS));

    expect(ts.badge).toContain('TypeScript');
    expect(ts.words).toBe('TypeScript: chosen by hand.');
    expect(webgpu.badge).toContain('WebGPU');
    expect(webgpu.words).toBe('WebGPU: chosen by hand.');
    expect(wasm.badge).toContain('WASM');
    expect(wasm.words).toBe('WASM: chosen by hand.');

    expect(webgpu.submissions, 'work reached the GPU in every iteration').toBeGreaterThanOrEqual(ITERATIONS);
    expect(ts.submissions).toBe(0);
    expect(curves(webgpu.frames, 'success'), 'WebGPU sums in an order of its own').not.toEqual(curves(ts.frames, 'success'));

    // It learns: what is compared is no flat line.
    const success = curves(ts.frames, 'success');
    for (const curve of success) expect(Math.abs(curve.at(-1)! - curve[0]!)).toBeGreaterThan(1e-3);
    // Engines differ by 1e-5 of a gradient. Ten steps of Adam, each at most 0.05 a parameter, carry that into the logits
    // at the same order, and success is a smooth function of them while no draw of 32-bit luck falls between the two
    // policies; a lost batch, a wrong member or a missing layer moves the curve by more than 1e-3.
    for (const { loaded } of [ts, webgpu, wasm]) {
      expect(loaded.page.length).toBeGreaterThan(5);
      expect(loaded.page.filter(isTensorFlow), 'TensorFlow.js on the main thread').toEqual([]);
    }
    expect(ts.loaded.worker.filter(isTensorFlow), 'TensorFlow.js where no experiment needs it').toEqual([]);
    const forWebGpu = webgpu.loaded.worker.filter((script) => !ts.loaded.worker.includes(script));
    expect(forWebGpu.filter(isTensorFlow).length).toBeGreaterThan(1);
    const bytes = forWebGpu.reduce((sum, script) => sum + gzipSync(sourceOf(script), { level: 9 }).length, 0);
    expect(bytes, forWebGpu.join(', ')).toBeLessThanOrEqual(190_000);
    for (const other of [webgpu, wasm]) {
      expect(distance(curves(other.frames, 'success'), success)).toBeLessThan(1e-4);
      expect(distance(curves(other.frames, 'proxy'), curves(ts.frames, 'proxy'))).toBeLessThan(1e-9);
    }
  });

  test('the engine can be changed by hand, which starts the same run over on it', async () => {
    await withLab(await linkTo(network('ts')), async (page) => {
      await trainToEnd(page);
      const first = (await recorded(page)).frames;
      await engineBadge(page).click();
      await page.getByRole('group', { name: 'Engine' }).getByRole('button', { name: 'WASM' }).click();
      await page.keyboard.press('Escape');
      await button(page, /^(Run|Resume)$/).waitFor();
      await trainToEnd(page);
      const second = (await recorded(page)).frames.slice(first.length);
      expect(first.map(({ engine }) => engine)).toEqual(first.map(() => 'ts'));
      expect(second.map(({ engine }) => engine)).toEqual(second.map(() => 'wasm'));
      expect(second[0]!.from).toBe(0);
      expect(distance(curves(second, 'success'), curves(first, 'success'))).toBeLessThan(1e-4);
      expect((await engineWords(page)).words).toBe('WASM: chosen by hand.');
    });
  });

  test('the fastest engine is chosen by a measurement and says so; an emulated GPU is not chosen', async () => {
    await withLab(await linkTo(network('auto')), async (page) => {
      await trainToEnd(page);
      const { badge, words } = await engineWords(page);
      expect(badge).toMatch(/TypeScript|WASM/);
      expect(words).toMatch(/^(TypeScript|WASM): (\d+(\.\d)?× faster than|as fast as) (TypeScript|WASM) here\.$/);
    });
  });
});
