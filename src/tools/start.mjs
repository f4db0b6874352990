import { join } from 'node:path';
import { ensureSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { projectRoot, runTool } from './run-command.mjs';
import { listenFrom, staticServer } from './static-server.mjs';

await runTool(async () => {
  await ensureDependencies();
  await ensureSite();
  const port = await listenFrom(staticServer(join(projectRoot, 'dist')), Number(process.env.PORT) || 4173);
  process.stdout.write(`Advantage Lab runs at http://localhost:${port}/\nStop it with Ctrl-C.\n`);
});
