/** `lab bench` as people run it. It lives with the browser tests because sizes are read off the built site. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../src/tools/lab.mjs', import.meta.url));
const bench = (...argv: string[]) => spawnSync(process.execPath, [program, 'bench', ...argv], { encoding: 'utf8', maxBuffer: 64 << 20 });

test('lab bench prints sizes and measurements as JSON and nothing else', () => {
  const { status, stdout } = bench('--only', 'core');
  expect(status).toBe(0);
  const { sizes, rows } = JSON.parse(stdout) as { sizes: object; rows: { core: { name: string; value: number; unit: string }[] } };
  expect(Object.keys(sizes)).toContain('app');
  expect(rows.core.length).toBeGreaterThan(0);
  for (const { name, value, unit } of rows.core) expect([name !== '' && unit !== '', Number.isFinite(value) && value > 0]).toEqual([true, true]);
});

test('a part that does not exist ends with exit code 2 and names those that do', () => {
  const { status, stdout, stderr } = bench('--only', 'everything');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/--only everything.*\bcore\b.*\bchecks\b/);
});
