import { ensureDependencies } from './dependencies.mjs';
import { nodeBundle } from './node-bundle.mjs';
import { projectRoot, runTool } from './run-command.mjs';

/** `node src/tools/pretrain.mjs`: makes the pretrained weights in static/pretrained/ anew. */
await runTool(async () => {
  await ensureDependencies();
  process.chdir(projectRoot);
  await import(await nodeBundle('pretrain', 'src/cli/pretrain.ts'));
});
