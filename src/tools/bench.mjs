import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { nodeBundle } from './node-bundle.mjs';
import { projectRoot, runTool } from './run-command.mjs';
import { printSizeReport } from './size-report.mjs';

/** Sizes of the built site, then the measurements of tests/bench/main.ts, which gets this command's arguments. */
await runTool(async () => {
  await ensureDependencies();
  await ensureSite();
  printSizeReport();
  if (existsSync(join(projectRoot, 'tests/bench/main.ts'))) {
    await import(await nodeBundle('bench', 'tests/bench/main.ts', ['tests/bench']));
  }
});
