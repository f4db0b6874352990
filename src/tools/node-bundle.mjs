import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fingerprint } from './fingerprint.mjs';
import { projectRoot, runPackageScript } from './run-command.mjs';

/**
 * The bundle of a Node program written in TypeScript, as a file URL; built when
 * none was made from these very sources. Bundles lie side by side under the
 * fingerprint of their sources and appear by a rename, so commands that run at
 * the same time never see half of one. Messages go to standard error.
 * @param {string} name folder under .cache
 * @param {string} entry path of the program
 * @param {readonly string[]} [moreSources] beyond src/
 */
export async function nodeBundle(name, entry, moreSources = []) {
  if (!existsSync(join(projectRoot, entry))) throw new Error(`${entry} does not exist, so there is nothing to run.`);
  const folder = join(projectRoot, '.cache', name);
  const made = join(folder, fingerprint(['src', 'package-lock.json', 'vite.node.config.ts', ...moreSources]));
  if (!existsSync(join(made, 'main.mjs'))) {
    process.stderr.write(`Bundling ${entry} …\n`);
    const inProgress = `${made}.${process.pid}`;
    const code = await runPackageScript(
      'vite/bin/vite.js',
      ['build', '--config', 'vite.node.config.ts', '--ssr', entry, '--outDir', inProgress, '--logLevel', 'warn'],
      { quietStdout: true },
    );
    if (code !== 0) throw new Error(`Bundling ${entry} ended with code ${code}; its message above says why.`);
    try {
      renameSync(inProgress, made);
    } catch (error) {
      rmSync(inProgress, { recursive: true, force: true });
      if (!existsSync(join(made, 'main.mjs'))) throw error;
    }
    forgetOld(folder, made);
  }
  return pathToFileURL(join(made, 'main.mjs')).href;
}

/** Removes all but the three newest bundles; a command may still be running from one of those. */
function forgetOld(/** @type {string} */ folder, /** @type {string} */ kept) {
  const others = readdirSync(folder)
    .map((entry) => join(folder, entry))
    .filter((path) => path !== kept && !/\.\d+$/.test(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of others.slice(2)) rmSync(path, { recursive: true, force: true });
}
