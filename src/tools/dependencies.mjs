import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, runCommand } from './run-command.mjs';

/**
 * Whether node_modules holds what the lock file names: npm writes what it
 * installed to node_modules/.package-lock.json, and the two are compared entry
 * by entry. Optional packages (other platforms' binaries) may be absent.
 * @param {string} [root]
 */
export function dependenciesAreFresh(root = projectRoot) {
  const read = (/** @type {string} */ path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  try {
    const wanted = read('package-lock.json');
    const installed = read('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, { version, optional }]) => {
      if (path === '') return true;
      if (!installed[path]) return optional === true;
      return installed[path].version === version;
    });
  } catch {
    return false;
  }
}

/** Refuses a Node that is too old, and installs the locked dependencies when they are missing or stale. */
export async function ensureDependencies() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Advantage Lab needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and run the command again.`);
  }
  if (dependenciesAreFresh()) return;
  process.stderr.write('Installing dependencies …\n');
  const code = await runCommand('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { quietStdout: true });
  if (code !== 0) throw new Error(`npm ci ended with code ${code}; its message above says why. Nothing was built.`);
}
