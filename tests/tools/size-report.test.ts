import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sizeReport } from '../../src/tools/size-report.mjs';

test('a shell is what its page’s tags load, and everything else loads on demand', () => {
  const dist = mkdtempSync(join(tmpdir(), 'advantage-lab-sizes-'));
  const write = (path: string, text: string) => writeFileSync(join(dist, path), text);
  mkdirSync(join(dist, 'assets'));
  mkdirSync(join(dist, 'embed'));
  mkdirSync(join(dist, 'lab'));
  const page =
    '<link rel="icon" href="./icon.svg" /><link rel="stylesheet" href="./assets/a.css" /><link rel="modulepreload" href="./assets/shared.js" /><script type="module" src="./assets/main.js"></script>';
  write('index.html', '<script type="module" src="./assets/home.js"></script>');
  write('assets/home.js', 'home');
  write('lab/index.html', page.replaceAll('./', '../'));
  write('assets/a.css', 'a'.repeat(300));
  write('assets/main.js', 'main');
  write('assets/shared.js', 'shared');
  write('assets/tensors.js', 'lazy'.repeat(50));
  write('embed/index.html', '<script defer src="./embed.js"></script>');
  write('embed/embed.js', 'embed');
  const report = sizeReport(dist);
  rmSync(dist, { recursive: true });

  expect(report.app.parts.map((part) => part.file)).toEqual(['lab/index.html', 'assets/a.css', 'assets/shared.js', 'assets/main.js']);
  const gzip = (text: string) => gzipSync(text, { level: 9 }).length;
  expect(report.app.gzip).toBe([page.replaceAll('./', '../'), 'a'.repeat(300), 'shared', 'main'].reduce((sum, text) => sum + gzip(text), 0));
  expect(report.home.parts.map((part) => part.file)).toEqual(['index.html', 'assets/home.js']);
  expect(report.embed.parts.map((part) => part.file)).toEqual(['embed/index.html', 'embed/embed.js']);
  expect(report.lazy).toEqual([{ file: 'assets/tensors.js', gzip: gzip('lazy'.repeat(50)) }]);
});
