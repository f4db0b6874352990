import { benchPage } from './bench-page.mjs';
import { ensureSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { nodeBundle } from './node-bundle.mjs';
import { runTool } from './run-command.mjs';

/**
 * `npm run --silent lab -- COMMAND`: standard output belongs to the command alone. `lab bench` is
 * `npm run bench -- --json`: its measurements live with the tests, because they measure the peers' practice too.
 */
await runTool(async () => {
  await ensureDependencies();
  if (process.argv[2] === 'bench') {
    process.argv.splice(2, 1, '--json');
    await ensureSite();
    process.env.ADVANTAGE_LAB_BENCH_PAGE = await benchPage(process.argv);
    await import(await nodeBundle('bench', 'tests/bench/main.ts', ['tests/bench']));
  } else {
    await import(await nodeBundle('lab', 'src/cli/main.ts'));
  }
});
