import { ensureDependencies } from './dependencies.mjs';
import { nodeBundle } from './node-bundle.mjs';
import { runTool } from './run-command.mjs';

/** `npm run scenarios`: every measured outcome of the scenarios with 20 seeds; `npm test` runs a subset. */
await runTool(async () => {
  await ensureDependencies();
  await import(await nodeBundle('scenarios', 'tests/scenarios/main.ts', ['tests/scenarios', 'tests/lessons', 'tests/golden']));
});
