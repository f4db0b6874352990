import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, siteSources } from './fingerprint.mjs';
import { projectRoot, runPackageScript } from './run-command.mjs';

const dist = join(projectRoot, 'dist');
const stamp = '.built-from';

/** Builds dist/: the app's pass, then the embed's pass into dist/embed/. The old build stays until the new one is whole. */
export async function buildSite() {
  const sources = fingerprint(siteSources);
  const inProgress = `${dist}.${process.pid}`;
  try {
    for (const [config, outDir] of [
      ['vite.config.ts', inProgress],
      ['vite.embed.config.ts', join(inProgress, 'embed')],
    ]) {
      const args = ['build', '--config', config, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
      // The test runner sets NODE_ENV=test, which would build Svelte's development runtime: larger, slower, not what ships.
      const env = { ...process.env, NODE_ENV: 'production' };
      const code = await runPackageScript('vite/bin/vite.js', args, { quietStdout: true, env });
      if (code !== 0) throw new Error(`The build (${config}) ended with code ${code}; its message above says why.`);
    }
    writeFileSync(join(inProgress, stamp), sources);
    rmSync(dist, { recursive: true, force: true });
    renameSync(inProgress, dist);
  } finally {
    rmSync(inProgress, { recursive: true, force: true });
  }
}

export function siteIsFresh() {
  const path = join(dist, stamp);
  return existsSync(path) && readFileSync(path, 'utf8') === fingerprint(siteSources);
}

/** Builds when dist/ is missing or older than its sources. */
export async function ensureSite() {
  if (siteIsFresh()) return;
  process.stderr.write('Building the site …\n');
  await buildSite();
}
