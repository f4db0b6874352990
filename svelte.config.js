import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Runes everywhere; component styles are emitted to CSS files, which the strict CSP needs. */
export default {
  preprocess: vitePreprocess({ style: false }),
  compilerOptions: { runes: true, css: 'external' },
};
