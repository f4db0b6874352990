import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { pluginMetadata } from './src/tools/vite/plugin-metadata.ts';

const browserTests = ['tests/browser/**/*.test.ts', 'tests/e2e/**/*.test.ts'];
const domTests = ['tests/state/**/*.test.ts', 'tests/ui/**/*.test.ts', 'tests/charts/**/*.dom.test.ts', 'tests/**/*.dom.test.ts'];

/**
 * Three projects. `node`: everything pure. `dom`: what uses runes, which are
 * inert in Vitest's node environment. `browser`: tests that drive an installed
 * Chromium against the built pages.
 */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [pluginMetadata()],
        ssr: { resolve: { mainFields: ['module', 'main'] } },
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: [...browserTests, ...domTests],
          testTimeout: 60_000,
          // One copy of TensorFlow.js, as its ES modules, whichever path names it: Node alone would load the CommonJS twin.
          server: { deps: { inline: [/@tensorflow\//] } },
        },
      },
      {
        plugins: [svelte(), pluginMetadata()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'dom',
          environment: 'jsdom',
          include: domTests,
          exclude: browserTests,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'browser',
          environment: 'node',
          include: browserTests,
          globalSetup: ['tests/browser/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
