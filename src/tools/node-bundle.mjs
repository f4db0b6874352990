import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildOnce } from './build-once.mjs';
import { fingerprint } from './fingerprint.mjs';
import { projectRoot, runPackageScript } from './run-command.mjs';

/**
 * The bundle of a Node program written in TypeScript, as a file URL; built when
 * none was made from these very sources. Messages go to standard error.
 * @param {string} name folder under .cache
 * @param {string} entry path of the program
 * @param {readonly string[]} [moreSources] beyond src/
 */
export async function nodeBundle(name, entry, moreSources = []) {
  if (!existsSync(join(projectRoot, entry))) throw new Error(`${entry} does not exist, so there is nothing to run.`);
  const sources = fingerprint(['src', 'static', 'package-lock.json', 'vite.node.config.ts', ...moreSources]);
  const made = await buildOnce(join(projectRoot, '.cache', name), sources, async (outDir) => {
    process.stderr.write(`Bundling ${entry} …\n`);
    const code = await runPackageScript(
      'vite/bin/vite.js',
      ['build', '--config', 'vite.node.config.ts', '--ssr', entry, '--outDir', outDir, '--logLevel', 'warn'],
      { quietStdout: true },
    );
    if (code !== 0) throw new Error(`Bundling ${entry} ended with code ${code}; its message above says why.`);
  });
  return pathToFileURL(join(made, 'main.mjs')).href;
}
