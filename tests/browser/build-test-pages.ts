import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { fingerprint, siteSources } from '../../src/tools/fingerprint.mjs';
import { projectRoot } from '../../src/tools/run-command.mjs';
import { contentSecurityPolicy } from '../../src/tools/vite/pages';
import { pluginMetadata } from '../../src/tools/vite/plugin-metadata';
import { wasmBinaries } from '../../src/tools/vite/wasm-binaries';

const sources = 'tests/browser/pages';
export const testPagesFolder = join(projectRoot, '.cache', 'test-pages');

/**
 * Bundles every tests/browser/pages/NAME.ts to NAME.html, with the site's own
 * content security policy, so that modules of `src/` run in a real browser
 * without being part of the site.
 */
export async function buildTestPages(): Promise<void> {
  const stamp = join(testPagesFolder, '.built-from');
  const wanted = fingerprint([sources, 'tests/browser/build-test-pages.ts', ...siteSources]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  const names = readdirSync(join(projectRoot, sources))
    .filter((file) => file.endsWith('.page.ts'))
    .map((file) => basename(file, '.page.ts'));
  await build({
    root: projectRoot,
    configFile: false,
    base: './',
    publicDir: false,
    logLevel: 'warn',
    plugins: [svelte(), wasmBinaries(), pluginMetadata()],
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      outDir: testPagesFolder,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      minify: false,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: {
        input: Object.fromEntries(names.map((name) => [name, join(sources, `${name}.page.ts`)])),
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  for (const name of names) {
    const html = [
      '<!doctype html>',
      '<meta charset="utf-8" />',
      `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy()}" />`,
      `<title>${name}</title>`,
      '<link rel="icon" href="data:," />',
      `<script type="module" src="./${name}.js"></script>`,
    ].join('\n');
    writeFileSync(join(testPagesFolder, `${name}.html`), html);
  }
  writeFileSync(stamp, wanted);
}
