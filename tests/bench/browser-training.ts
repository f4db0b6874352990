/** Training in a real browser, for engines that Node does not have: the page of training.page.ts, driven from here. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { findBrowser, launchArguments } from '../../src/tools/find-browser.mjs';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import type { BenchSize, Timed } from './bench-training';

/** A measurement that is not done after so long is given up. */
const GIVEN_UP_AFTER = 120_000;

/** A browser on the machine's GPU where it has one that WebGPU can use, and else on the emulated adapter. */
async function launch(executablePath: string, address: string): Promise<Browser> {
  const args = launchArguments.filter((argument) => !argument.startsWith('--use-webgpu-adapter'));
  const browser = await chromium.launch({ executablePath, args: [...args, '--enable-features=Vulkan', '--ignore-gpu-blocklist'] });
  const page = await browser.newPage();
  await page.goto(address);
  await page.waitForFunction(() => typeof globalThis.hasOwnGpu === 'function');
  const hasOwnGpu = await page.evaluate(() => globalThis.hasOwnGpu()).catch(() => false);
  await page.close();
  if (hasOwnGpu) return browser;
  await browser.close();
  return chromium.launch({ executablePath, args: [...launchArguments] });
}

/** Why there is no measurement. */
export interface Skipped {
  readonly skipped: string;
}

export class BrowserTraining {
  /** Why nothing can be measured here; empty where it can. */
  readonly missing: string;
  readonly #browser: Browser | null;
  readonly #close: () => Promise<void>;
  readonly #address: string;
  #page: Page | null = null;

  private constructor(missing: string, browser: Browser | null, address: string, close: () => Promise<void>) {
    this.missing = missing;
    this.#browser = browser;
    this.#address = address;
    this.#close = close;
  }

  static async open(): Promise<BrowserTraining> {
    const folder = process.env['ADVANTAGE_LAB_BENCH_PAGE'];
    const executablePath = await findBrowser();
    if (!folder || !executablePath) return new BrowserTraining('needs Chrome or Chromium', null, '', async () => {});
    const server = staticServer(folder);
    const port = await listenFrom(server, 0);
    const address = `http://localhost:${port}/training.html`;
    const browser = await launch(executablePath, address);
    return new BrowserTraining('', browser, address, async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    });
  }

  get browserVersion(): string {
    return this.#browser ? `Chromium ${this.#browser.version()}` : '';
  }

  /** Times training on the random table in the page for about `budget` milliseconds; where it fails or takes far too long, why. */
  time(size: BenchSize, budget: number): Promise<Timed | Skipped> {
    return this.#guarded((page) => page.evaluate(([given, milliseconds]) => globalThis.timeTraining(given, milliseconds), [size, budget] as const));
  }

  /** The same of the transformer, on WebGPU. */
  timeTransformer(budget: number): Promise<Timed | Skipped> {
    return this.#guarded((page) => page.evaluate((milliseconds) => globalThis.timeTransformer(milliseconds), budget));
  }

  async #guarded(measure: (page: Page) => Promise<Timed>): Promise<Timed | Skipped> {
    if (this.missing) return { skipped: this.missing };
    const page = (this.#page ??= await this.#open());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Skipped>((resolve) => {
      timer = setTimeout(() => resolve({ skipped: `given up after ${GIVEN_UP_AFTER / 1000} s` }), GIVEN_UP_AFTER);
    });
    const result = await Promise.race([measure(page).catch((error: Error) => ({ skipped: error.message.split('\n')[0]! })), late]);
    clearTimeout(timer);
    if ('skipped' in result) {
      // What still runs there must not slow down the next measurement.
      this.#page = null;
      await page.close();
    }
    return result;
  }

  async close(): Promise<void> {
    await this.#close();
  }

  async #open(): Promise<Page> {
    const page = await this.#browser!.newPage();
    await page.goto(this.#address);
    await page.waitForFunction(() => typeof globalThis.timeTraining === 'function');
    return page;
  }
}
