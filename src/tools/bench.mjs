import { benchPage } from './bench-page.mjs';
import { ensureSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureBrowser } from './find-browser.mjs';
import { nodeBundle } from './node-bundle.mjs';
import { runTool } from './run-command.mjs';

/** Runs the measurements of tests/bench/main.ts, which gets this command's arguments, on a fresh build. */
await runTool(async () => {
  await ensureDependencies();
  await ensureSite();
  process.env.ADVANTAGE_LAB_BROWSER = await ensureBrowser();
  process.env.ADVANTAGE_LAB_BENCH_PAGE = await benchPage(process.argv);
  await import(await nodeBundle('bench', 'tests/bench/main.ts', ['tests/bench']));
});
