import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, inject } from 'vitest';

let connection: Promise<Browser> | undefined;

/** The browser that all test files share. A test that harms it (GPU crash) must launch its own. */
export function sharedBrowser(): Promise<Browser> {
  connection ??= chromium.connect(inject('browserEndpoint'));
  return connection;
}

afterAll(async () => {
  await (await connection)?.close();
  connection = undefined;
});

/** Address of a page of the built site, which is served below a sub-path: `siteUrl('lab/#v1.…')`. */
export function siteUrl(path = ''): string {
  return new URL(path, inject('siteUrl')).href;
}

/** Address of a page built from tests/browser/pages/NAME.page.ts. */
export function testPageUrl(name: string): string {
  return new URL(`${name}.html`, inject('testPagesUrl')).href;
}

export interface PageOptions extends BrowserContextOptions {
  /** Page errors, console errors and policy violations that the test expects; anything else fails it. */
  readonly allowErrors?: RegExp;
  /** Runs in the page before its own scripts; it must need nothing from around it. */
  readonly initScript?: () => void;
  /** Another browser than the shared one, for a test that needs other launch arguments. */
  readonly browser?: Browser;
}

/**
 * Opens `url` in a fresh context (no storage, no cache), hands the page to
 * `body`, and closes it. Errors that the page reports fail the test even when
 * every expectation holds.
 */
export async function withPage<T>(url: string, body: (page: Page) => Promise<T>, options: PageOptions = {}): Promise<T> {
  const { allowErrors, initScript, browser, ...contextOptions } = options;
  const context = await (browser ?? (await sharedBrowser())).newContext(contextOptions);
  const errors: string[] = [];
  const note = (text: string) => {
    if (!allowErrors?.test(text)) errors.push(text);
  };
  try {
    const page = await context.newPage();
    if (initScript) await page.addInitScript(initScript);
    page.on('pageerror', (error) => note(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') note(`console error: ${message.text()} (${message.location().url})`);
    });
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      if (reason !== 'net::ERR_ABORTED') note(`request failed: ${request.url()} ${reason}`);
    });
    await page.goto(url);
    const result = await body(page);
    if (errors.length > 0) throw new Error(`The page reported errors:\n${errors.join('\n')}`);
    return result;
  } catch (error) {
    if (errors.length > 0 && error instanceof Error && !error.message.includes(errors[0])) {
      error.message += `\nThe page also reported:\n${errors.join('\n')}`;
    }
    throw error;
  } finally {
    await context.close();
  }
}

/** Opens a test page and waits until its module has exposed its functions. */
export function withTestPage<T>(name: string, body: (page: Page) => Promise<T>, options?: PageOptions): Promise<T> {
  return withPage(
    testPageUrl(name),
    async (page) => {
      await page.waitForFunction(() => globalThis.exposed !== undefined);
      return body(page);
    },
    options,
  );
}

/** Calls one exposed function of a test page; arguments and result travel as JSON. */
export function call<T>(page: Page, name: string, ...args: unknown[]): Promise<T> {
  return page.evaluate(
    ([wanted, given]) => {
      const found = globalThis.exposed?.[wanted] as ((...values: unknown[]) => unknown) | undefined;
      if (!found) throw new Error(`The test page exposes no function "${wanted}".`);
      return found(...given);
    },
    [name, args] as const,
  ) as Promise<T>;
}
