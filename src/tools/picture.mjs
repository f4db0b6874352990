import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureBrowser, launchArguments } from './find-browser.mjs';
import { projectRoot, runTool } from './run-command.mjs';
import { listenFrom, staticServer } from './static-server.mjs';

/** `npm run picture`: makes the README's picture from the running page, trained on the default preset. */
await runTool(async () => {
  await ensureDependencies();
  await ensureSite();
  const { chromium } = await import('playwright-core');
  const server = staticServer(join(projectRoot, 'dist'));
  const port = await listenFrom(server, 4600);
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: launchArguments });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`http://127.0.0.1:${port}/lab/`);
    await page.getByRole('button', { name: 'Run', exact: true }).first().click();
    await page.getByText('300 of 300').waitFor({ timeout: 120_000 });
    await page.mouse.move(0, 0);
    mkdirSync(join(projectRoot, 'static', 'pictures'), { recursive: true });
    await page.screenshot({ path: join(projectRoot, 'static', 'pictures', 'lab.png'), animations: 'disabled' });
  } finally {
    await browser.close();
    server.close();
  }
});
