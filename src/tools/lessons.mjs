import { ensureDependencies } from './dependencies.mjs';
import { nodeBundle } from './node-bundle.mjs';
import { runTool } from './run-command.mjs';

/** `npm run lessons`: measures what the lessons print and writes it to static/lessons. */
await runTool(async () => {
  await ensureDependencies();
  await import(await nodeBundle('lessons', 'tests/lessons/main.ts', ['tests/lessons']));
});
