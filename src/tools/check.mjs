import { ensureDependencies } from './dependencies.mjs';
import { runTool } from './run-command.mjs';
import { runTypeChecks } from './type-checks.mjs';

await runTool(async () => {
  await ensureDependencies();
  const { failed } = await runTypeChecks();
  if (failed > 0) process.exitCode = 1;
});
