import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder built from sources with this fingerprint; built when there is none.
 * Builds lie side by side under their fingerprints and appear by a rename, so
 * commands that run at the same time never see half of one.
 * @param {string} folder holds the builds of one kind
 * @param {string} fingerprint
 * @param {(outDir: string) => Promise<void>} build
 * @returns {Promise<string>}
 */
export async function buildOnce(folder, fingerprint, build) {
  const made = join(folder, fingerprint);
  if (existsSync(made)) return made;
  const inProgress = `${made}.${process.pid}`;
  try {
    await build(inProgress);
    renameSync(inProgress, made);
  } catch (error) {
    rmSync(inProgress, { recursive: true, force: true });
    if (!existsSync(made)) throw error;
  }
  forgetOld(folder, made);
  return made;
}

/** Removes all but the three newest builds; a command may still be running from one of those. */
function forgetOld(/** @type {string} */ folder, /** @type {string} */ kept) {
  const others = readdirSync(folder)
    .map((entry) => join(folder, entry))
    .filter((path) => path !== kept && !/\.\d+$/.test(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of others.slice(2)) rmSync(path, { recursive: true, force: true });
}
