import { runPackageScript } from './run-command.mjs';

/**
 * tsc for the TypeScript, svelte-check for the components (warnings count).
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runTypeChecks() {
  const counts = { passed: 0, failed: 0 };
  for (const [name, script, args] of /** @type {const} */ ([
    ['tsc', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']],
    ['svelte-check', 'svelte-check/bin/svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']],
  ])) {
    process.stdout.write(`Checking types with ${name} …\n`);
    if ((await runPackageScript(script, args)) === 0) counts.passed += 1;
    else counts.failed += 1;
  }
  return counts;
}
