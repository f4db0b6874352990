import { ensureDependencies } from './dependencies.mjs';
import { runPackageScript, runTool } from './run-command.mjs';

/**
 * The full reproduction of the scenarios' outcomes: the tests of tests/scenarios
 * with SCENARIO_SEEDS seeds (20 unless set), where `npm test` runs fewer seeds
 * and the most informative cells.
 */
await runTool(async () => {
  await ensureDependencies();
  const env = { ...process.env, SCENARIO_SEEDS: process.env.SCENARIO_SEEDS ?? '20' };
  process.exitCode = await runPackageScript(
    'vitest/vitest.mjs',
    ['run', '--project=node', '--dir=tests/scenarios', '--testTimeout=3600000', ...process.argv.slice(2)],
    { env },
  );
});
