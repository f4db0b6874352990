import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { ensureSite } from '../../src/tools/build-site.mjs';
import { ensureBrowser, launchArguments } from '../../src/tools/find-browser.mjs';
import { projectRoot } from '../../src/tools/run-command.mjs';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import { buildTestPages } from './build-test-pages';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the built site, served below a sub-path so that absolute links would fail. */
    siteUrl: string;
    /** Folder of the very files that are served there. */
    siteFolder: string;
    testPagesUrl: string;
    browserEndpoint: string;
  }
}

/** Builds what is stale, serves it, and launches the one browser that all browser tests share. */
export default async function setup(project: TestProject) {
  const executablePath = await ensureBrowser();
  await ensureSite();
  // A copy, so that a build in another terminal does not change the site under a running test.
  const copy = mkdtempSync(join(tmpdir(), 'advantage-lab-site-'));
  cpSync(join(projectRoot, 'dist'), copy, { recursive: true });
  const site = staticServer(copy, { prefix: '/some/path/' });
  const pages = staticServer(await buildTestPages());
  const sitePort = await listenFrom(site, 0);
  const pagesPort = await listenFrom(pages, 0);
  const browser = await chromium.launchServer({ executablePath, headless: true, args: [...launchArguments] });
  project.provide('siteFolder', copy);
  project.provide('siteUrl', `http://localhost:${sitePort}/some/path/`);
  project.provide('testPagesUrl', `http://localhost:${pagesPort}/`);
  project.provide('browserEndpoint', browser.wsEndpoint());
  return async () => {
    await browser.close();
    rmSync(copy, { recursive: true, force: true });
    for (const server of [site, pages]) {
      server.closeAllConnections();
      server.close();
    }
  };
}
