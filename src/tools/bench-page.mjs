import { join } from 'node:path';
import { buildOnce } from './build-once.mjs';
import { fingerprint } from './fingerprint.mjs';
import { projectRoot, runPackageScript } from './run-command.mjs';

/** Parts of the bench that measure in these pages. */
const inPages = ['engines', 'transformer', 'device'];

/**
 * The folder of the pages in which the bench trains on WebGPU; built when none was made from these very sources, and not at all
 * (empty) for `--only` a part that measures elsewhere.
 * @param {readonly string[]} argv
 */
export async function benchPage(argv) {
  if (argv.includes('--only') && !inPages.includes(argv[argv.indexOf('--only') + 1] ?? '')) return '';
  const sources = fingerprint(['src', 'static', 'package-lock.json', 'tests/bench']);
  return buildOnce(join(projectRoot, '.cache', 'bench-page'), sources, async (outDir) => {
    process.stderr.write('Building the bench’s page …\n');
    const args = ['build', '--config', 'tests/bench/page.config.ts', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
    const code = await runPackageScript('vite/bin/vite.js', args, { quietStdout: true, env: { ...process.env, NODE_ENV: 'production' } });
    if (code !== 0) throw new Error(`Building the bench’s page ended with code ${code}; its message above says why.`);
  });
}
