import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureBrowser } from './find-browser.mjs';
import { fail, projectRoot, runPackageScript } from './run-command.mjs';
import { countResults } from './test-counts.mjs';
import { runTypeChecks } from './type-checks.mjs';

await ensureDependencies();
const browser = await ensureBrowser().catch((error) => fail(`${error.message}\n0 passed, 1 failed`));

const reports = join(projectRoot, '.cache', 'test-reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

async function vitest(/** @type {string} */ name, /** @type {readonly string[]} */ projects) {
  const report = join(reports, `${name}.json`);
  const code = await runPackageScript(
    'vitest/vitest.mjs',
    ['run', ...projects.map((project) => `--project=${project}`), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { env: { ...process.env, ADVANTAGE_LAB_BROWSER: browser } },
  );
  return countResults(report, code);
}

const checks = await runTypeChecks();
const counts = [{ passed: checks.filter((check) => check.passed).length, failed: checks.filter((check) => !check.passed).length }];
counts.push(await vitest('pure', ['node', 'dom']));
process.stdout.write('Building the site …\n');
await buildSite();
counts.push(await vitest('browser', ['browser']));

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
