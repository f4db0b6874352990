/** Which room may import which: the last column of the rooms table, as data. */
export interface Room {
  /** Folder under the repository root; the longest match decides. */
  readonly path: string;
  /** Folders and files (without extension) that it may import; its own folder, and what lies below it, is always allowed. */
  readonly may: readonly string[];
  /** Where it may import types only. */
  readonly types?: readonly string[];
  /** npm packages and built-ins, by prefix. */
  readonly packages?: readonly string[];
  /** Its files do not even import each other: each is a plug-in of its own. */
  readonly separate?: boolean;
}

const pluginFoundations = ['src/core/contracts', 'src/core/math', 'src/core/mdp'];
const page = ['svelte', 'virtual:'];

export const rooms: readonly Room[] = [
  // core/scheme, diagnostics, experiment and the registry: they may use the whole core.
  { path: 'src/core', may: [], packages: ['valibot'] },
  { path: 'src/core/contracts', may: [] },
  { path: 'src/core/math', may: ['src/core/contracts'] },
  { path: 'src/core/mdp', may: ['src/core/contracts', 'src/core/math'] },
  { path: 'src/core/batch', may: [...pluginFoundations, 'src/core/plugin-set'] },
  { path: 'src/core/scenarios', may: pluginFoundations, separate: true },
  { path: 'src/core/rewards', may: pluginFoundations, separate: true },
  { path: 'src/core/measures', may: pluginFoundations, separate: true },
  { path: 'src/core/estimators', may: pluginFoundations, separate: true },
  { path: 'src/core/objectives', may: pluginFoundations, separate: true },
  { path: 'src/engine', may: ['src/core'], packages: ['@tensorflow/'] },
  { path: 'src/worker', may: ['src/core', 'src/engine'] },
  { path: 'src/worker/protocol', may: [], types: ['src/core', 'src/engine'] },
  // The client names the worker's file for its address (?worker&url); none of its code comes along.
  { path: 'src/worker/client', may: ['src/worker/protocol', 'src/worker/session.worker'], types: ['src/core'] },
  { path: 'src/sandbox', may: ['src/core/contracts'], packages: ['jsep'] },
  { path: 'src/codec', may: ['src/core'], packages: ['valibot'] },
  { path: 'src/storage', may: ['src/core'] },
  { path: 'src/export', may: ['src/core'] },
  { path: 'src/charts', may: [], types: ['src/core'], packages: ['svelte'] },
  { path: 'src/charts/geometry', may: ['src/charts/palette'], types: ['src/core'], packages: ['d3'] },
  {
    path: 'src/state',
    may: ['src/core', 'src/codec', 'src/storage', 'src/worker/client'],
    types: ['src/worker/protocol'],
    packages: page,
  },
  { path: 'src/ui', may: ['src/core', 'src/state', 'src/charts'], packages: page },
  // A lesson's page reads its data; no other part of the interface knows lessons.
  { path: 'src/ui/lesson', may: ['src/core', 'src/state', 'src/charts', 'src/ui', 'src/lessons'], packages: page },
  { path: 'src/lessons', may: ['src/core'] },
  {
    path: 'src/app',
    // Where no worker may start, the entry hands down the session that trains on the page.
    may: ['src/state', 'src/ui', 'src/charts', 'src/lessons', 'src/export', 'src/worker/session-host'],
    types: ['src/core'],
    packages: [...page, '@fontsource-variable/'],
  },
  // Runs at build time, in Node: the home page gets its cards, and none of this code.
  { path: 'src/app/record-gallery', may: ['src/core', 'src/ui', 'src/lessons'] },
  {
    path: 'src/embed',
    // It starts its worker in its own way, and where none may start, the same session on the page.
    may: ['src/app', 'src/state', 'src/ui', 'src/charts', 'src/lessons', 'src/worker/session.worker', 'src/worker/session-host'],
    types: ['src/core'],
    packages: [...page, 'valibot', '@fontsource-variable/'],
  },
  // The command line reads links and presets, as the page does.
  { path: 'src/cli', may: ['src/core', 'src/codec', 'src/engine', 'src/worker', 'src/export', 'src/lessons'], packages: ['node:'] },
  { path: 'src/tools', may: [], types: ['src/core', 'src/lessons'], packages: ['node:', 'vite', 'svelte', '@sveltejs/', 'playwright-core', 'temml'] },
];

/** The room a path lies in, or undefined where the table has none. */
export function roomOf(path: string): Room | undefined {
  return rooms
    .filter((room) => path === room.path || path.startsWith(`${room.path}/`) || path.startsWith(`${room.path}.`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
