import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './run-command.mjs';

/**
 * A hash of the contents and names of files and folders under the root. Times
 * of modification are not used: a clone or a checkout changes them at will.
 * @param {readonly string[]} paths relative to the root; a missing one counts as absent
 * @param {string} [root]
 */
export function fingerprint(paths, root = projectRoot) {
  const hash = createHash('sha256');
  const visit = (/** @type {string} */ path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) visit(`${path}/${name}`);
      return;
    }
    hash.update(`${path}\0`).update(readFileSync(full)).update('\0');
  };
  for (const path of paths) visit(path);
  return hash.digest('hex').slice(0, 16);
}

/** Everything that the built site depends on. */
export const siteSources = [
  'src',
  'public',
  'static',
  'package-lock.json',
  'svelte.config.js',
  'tsconfig.json',
  'vite.config.ts',
  'vite.embed.config.ts',
];
