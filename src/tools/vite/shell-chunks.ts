import { resolve } from 'node:path';
import type { Rolldown } from 'vite';

const closures = new WeakMap<Rolldown.ChunkingContext, Map<string, ReadonlySet<string>>>();

/** `entry` and every module that it imports at once, directly or not. */
export function importedAtOnce(build: Rolldown.ChunkingContext, entry: string): ReadonlySet<string> {
  const known = closures.get(build) ?? new Map<string, ReadonlySet<string>>();
  closures.set(build, known);
  const found = known.get(entry);
  if (found) return found;
  const modules = new Set([resolve(entry)]);
  for (const id of modules) for (const imported of build.getModuleInfo(id)?.importedIds ?? []) modules.add(imported);
  known.set(entry, modules);
  return modules;
}

const lab = 'src/app/main.ts';
/** Pages that share the lab's shell, the lightest first, and the chunk that each of them adds. */
const sharing = [
  ['base', 'src/app/home-main.ts'],
  ['lesson-base', 'src/app/lesson-main.ts'],
  ['pricing', 'src/app/logs-main.ts'],
] as const;

function shellChunk(id: string, build: Rolldown.ChunkingContext): string | null {
  if (!importedAtOnce(build, lab).has(id)) return null;
  const shared = sharing.find(([, page]) => importedAtOnce(build, page).has(id));
  // What only the lab draws stays with its entry: a lesson that runs loads the lab's state, not its page.
  return shared?.[0] ?? (/\/src\/(app|ui|charts)\//.test(id) ? null : 'lab');
}

/**
 * Cuts the lab's shell where other pages need a part of it, and nowhere else. Left to itself the bundler makes forty
 * chunks of it, one for each set of importers, and 9 kB more, because each is compressed without knowing the others.
 */
export const shellChunks: Rolldown.CodeSplittingGroup[] = [...sharing.map(([chunk]) => chunk), 'lab'].map((chunk, k, { length }) => ({
  name: (id, build) => (shellChunk(id, build) === chunk ? chunk : null),
  // A chunk takes along what its modules import, so those that are everywhere come first.
  priority: length - k,
}));
