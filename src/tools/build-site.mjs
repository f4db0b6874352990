import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, siteSources } from './fingerprint.mjs';
import { projectRoot, runPackageScript } from './run-command.mjs';

const stamp = join(projectRoot, 'dist', '.built-from');

/** Builds dist/: the app's pass, then the embed's pass into dist/embed/. */
export async function buildSite() {
  const sources = fingerprint(siteSources);
  rmSync(stamp, { force: true });
  for (const config of ['vite.config.ts', 'vite.embed.config.ts']) {
    const code = await runPackageScript('vite/bin/vite.js', ['build', '--config', config, '--logLevel', 'warn'], { quietStdout: true });
    if (code !== 0) throw new Error(`The build (${config}) ended with code ${code}; its message above says why.`);
  }
  writeFileSync(stamp, sources);
}

export function siteIsFresh() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(siteSources);
}

/** Builds when dist/ is missing or older than its sources. */
export async function ensureSite() {
  if (siteIsFresh()) return;
  process.stderr.write('Building the site …\n');
  await buildSite();
}
