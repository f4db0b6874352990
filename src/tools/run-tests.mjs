import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureBrowser } from './find-browser.mjs';
import { projectRoot, runPackageScript } from './run-command.mjs';
import { countResults } from './test-counts.mjs';
import { runTypeChecks } from './type-checks.mjs';

const reports = join(projectRoot, '.cache', 'test-reports');
const total = { passed: 0, failed: 0 };

/**
 * Runs one stage and adds its counts; a stage that throws counts as one failure.
 * @param {() => Promise<{ passed: number, failed: number }>} stage
 */
async function add(stage) {
  try {
    const { passed, failed } = await stage();
    total.passed += passed;
    total.failed += failed;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    total.failed += 1;
  }
}

/**
 * @param {string} name
 * @param {readonly string[]} projects
 * @param {NodeJS.ProcessEnv} [env] what is added to this process's environment
 */
async function vitest(name, projects, env = {}) {
  const report = join(reports, `${name}.json`);
  const code = await runPackageScript(
    'vitest/vitest.mjs',
    ['run', ...projects.map((project) => `--project=${project}`), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { env: { ...process.env, NODE_ENV: 'test', ...env } },
  );
  return countResults(report, code);
}

async function main() {
  await ensureDependencies();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await add(runTypeChecks);
  await add(() => vitest('pure', ['node', 'dom']));
  await add(async () => {
    const browser = await ensureBrowser();
    process.stdout.write('Building the site …\n');
    await buildSite();
    return vitest('browser', ['browser'], { ADVANTAGE_LAB_BROWSER: browser });
  });
  return { passed: 0, failed: 0 };
}

await add(main);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
