import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the licence file and the package agree', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { license: string };
  expect(manifest.license).toBe('MIT');
  expect(readFileSync('LICENSE', 'utf8')).toMatch(/^MIT License\n\nCopyright \(c\) 2026 Advantage Lab contributors/);
});
