import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { buildOnce } from '../../src/tools/build-once.mjs';
import { fingerprint, siteSources } from '../../src/tools/fingerprint.mjs';
import { projectRoot } from '../../src/tools/run-command.mjs';
import { contentSecurityPolicy } from '../../src/tools/vite/pages';
import { pluginMetadata } from '../../src/tools/vite/plugin-metadata';
import { wasmBinaries } from '../../src/tools/vite/wasm-binaries';

const sources = 'tests/browser/pages';

/**
 * Bundles every tests/browser/pages/NAME.page.ts to NAME.html, with the site's
 * own content security policy, so that modules of `src/` run in a real browser
 * without being part of the site. Gives the folder that holds them.
 */
export function buildTestPages(): Promise<string> {
  const wanted = fingerprint([sources, 'tests/browser/build-test-pages.ts', ...siteSources]);
  return buildOnce(join(projectRoot, '.cache', 'test-pages'), wanted, bundlePages);
}

async function bundlePages(outDir: string): Promise<void> {
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
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      minify: false,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: {
        checks: { pluginTimings: false },
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
    writeFileSync(join(outDir, `${name}.html`), html);
  }
}
