import { buildSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { runTool } from './run-command.mjs';
import { printSizeReport } from './size-report.mjs';

await runTool(async () => {
  await ensureDependencies();
  await buildSite();
  printSizeReport();
});
