import { ensureDependencies } from './dependencies.mjs';
import { nodeBundle } from './node-bundle.mjs';
import { runTool } from './run-command.mjs';

/** `npm run --silent lab -- COMMAND`: standard output belongs to the command alone. */
await runTool(async () => {
  await ensureDependencies();
  await import(await nodeBundle('lab', 'src/cli/main.ts'));
});
