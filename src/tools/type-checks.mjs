import { runPackageScript } from './run-command.mjs';

/**
 * tsc for the TypeScript, svelte-check for the components (warnings count).
 * @returns {Promise<{ name: string, passed: boolean }[]>}
 */
export async function runTypeChecks() {
  const results = [];
  for (const [name, script, args] of /** @type {const} */ ([
    ['tsc', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']],
    ['svelte-check', 'svelte-check/bin/svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']],
  ])) {
    process.stdout.write(`Checking types with ${name} …\n`);
    results.push({ name, passed: (await runPackageScript(script, args)) === 0 });
  }
  return results;
}
