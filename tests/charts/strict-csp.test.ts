import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

describe('strict content security policy', () => {
  test('no mark writes a style attribute into its markup', () => {
    const folder = new URL('../../src/charts/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));
    expect(files.length).toBeGreaterThan(20);
    for (const name of files) {
      const source = readFileSync(new URL(name, folder), 'utf8');
      expect(source, name).not.toMatch(/\sstyle=/);
      expect(source, name).not.toMatch(/style:[\w-]+="[^{]/);
      expect(source, name).not.toContain('{@html');
    }
  });
});
