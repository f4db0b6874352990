import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { projectRoot } from './run-command.mjs';

/** Gzipped kilobytes (1,000 bytes) before anything is run: scripts and styles that a page's HTML loads, and the HTML. */
const budgets = { home: 60, app: 120, embed: 60 };

const gzipped = (/** @type {string} */ file) => gzipSync(readFileSync(file), { level: 9 }).length;

/**
 * What one page loads by its tags, and how heavy each file is, in bytes.
 * @param {string} dist
 * @param {string} page
 */
function shell(dist, page) {
  const html = readFileSync(join(dist, page), 'utf8');
  const links = [...html.matchAll(/<(?:script[^>]*\ssrc|link[^>]*rel="(?:stylesheet|modulepreload)"[^>]*href)="([^"]+)"/g)];
  const files = [...new Set(links.map(([, link]) => join(dist, page, '..', link)))];
  const parts = [join(dist, page), ...files].map((file) => ({ file: file.slice(dist.length + 1), gzip: gzipped(file) }));
  return { parts, gzip: parts.reduce((sum, part) => sum + part.gzip, 0) };
}

/**
 * The sizes of a built site: the shells with their budgets, and every other
 * script, style and WebAssembly file, which load on demand.
 * @param {string} [dist]
 */
export function sizeReport(dist = join(projectRoot, 'dist')) {
  const home = { ...shell(dist, 'index.html'), budget: budgets.home * 1000 };
  const app = { ...shell(dist, 'lab/index.html'), budget: budgets.app * 1000 };
  const embed = { ...shell(dist, 'embed/index.html'), budget: budgets.embed * 1000 };
  const inShell = new Set([...home.parts, ...app.parts, ...embed.parts].map((part) => part.file));
  const lazy = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(js|css|wasm)$/.test(file) && !inShell.has(file))
    .map((file) => ({ file, gzip: gzipped(join(dist, file)) }))
    .sort((a, b) => b.gzip - a.gzip || a.file.localeCompare(b.file));
  return { home, app, embed, lazy };
}

/** @param {string} [dist] */
export function printSizeReport(dist) {
  const { home, app, embed, lazy } = sizeReport(dist);
  const kB = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const line = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);
  for (const [name, part] of Object.entries({ 'home shell': home, 'app shell': app, 'embed shell': embed })) {
    line(`${name}: ${kB(part.gzip)} gzipped of ${kB(part.budget)}${part.gzip > part.budget ? ' — OVER BUDGET' : ''}`);
  }
  line(`loaded on demand: ${lazy.length} files, ${kB(lazy.reduce((sum, part) => sum + part.gzip, 0))} gzipped`);
  for (const part of lazy.slice(0, 12)) line(`  ${kB(part.gzip).padStart(9)}  ${part.file}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!existsSync(join(projectRoot, 'dist/index.html'))) {
    process.stderr.write('There is no built site to measure. Run npm run build first.\n');
    process.exit(1);
  }
  printSizeReport();
}
