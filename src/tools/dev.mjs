import { ensureDependencies } from './dependencies.mjs';
import { runPackageScript, runTool } from './run-command.mjs';

await runTool(async () => {
  await ensureDependencies();
  process.exitCode = await runPackageScript('vite/bin/vite.js', process.argv.slice(2));
});
