import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dependenciesAreFresh } from '../../src/tools/dependencies.mjs';
import { fingerprint } from '../../src/tools/fingerprint.mjs';
import { countResults } from '../../src/tools/test-counts.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'advantage-lab-setup-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true }));
const write = (path: string, value: unknown) => writeFileSync(join(root, path), typeof value === 'string' ? value : JSON.stringify(value));

describe('dependencies are stale', () => {
  const wanted = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b-darwin': { version: '2.0.0', optional: true },
  };
  const installed = (packages: object) => {
    write('package-lock.json', { packages: wanted });
    write('node_modules/.package-lock.json', { packages });
    return dependenciesAreFresh(root);
  };

  test('not when all but other platforms’ packages are there', () => {
    expect(installed({ 'node_modules/a': { version: '1.0.0' } })).toBe(true);
  });
  test('when one is missing or of another version', () => {
    expect(installed({})).toBe(false);
    expect(installed({ 'node_modules/a': { version: '1.0.1' } })).toBe(false);
  });
  test('when nothing was installed', () => {
    write('package-lock.json', { packages: wanted });
    expect(dependenciesAreFresh(root)).toBe(false);
  });
});

test('a fingerprint follows contents and names, not times', () => {
  mkdirSync(join(root, 'src'));
  write('src/a.ts', 'one');
  const before = fingerprint(['src', 'absent'], root);
  utimesSync(join(root, 'src/a.ts'), new Date(0), new Date(0));
  expect(fingerprint(['src', 'absent'], root)).toBe(before);
  write('src/a.ts', 'two');
  const changed = fingerprint(['src', 'absent'], root);
  expect(changed).not.toBe(before);
  write('src/b.ts', '');
  expect(fingerprint(['src', 'absent'], root)).not.toBe(changed);
});

describe('test counts', () => {
  const passing = { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] };
  const count = (testResults: object[], exitCode: number) => {
    write('report.json', { testResults });
    return countResults(join(root, 'report.json'), exitCode);
  };

  test.each([
    ['all passing', [passing], 0, 2, 0],
    ['one failing', [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }], 1, 1, 1],
    ['a skipped test is a failure', [{ status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'skipped' }] }], 0, 1, 1],
    ['a file that did not load', [passing, { status: 'failed', assertionResults: [] }], 1, 2, 1],
    ['an error outside every test', [passing], 1, 2, 1],
    ['nothing ran', [], 0, 0, 1],
  ])('%s', (_, results, exitCode, passed, failed) => {
    expect(count(results, exitCode)).toEqual({ passed, failed });
  });

  test('a report that was never written', () => {
    expect(countResults(join(root, 'none.json'), 0)).toEqual({ passed: 0, failed: 1 });
  });
});

test('the lock file and the configuration name no registry', () => {
  for (const file of ['package-lock.json', 'package.json', '.npmrc']) {
    expect(readFileSync(file, 'utf8')).not.toMatch(/"resolved"|registry\s*=|registry\./);
  }
});

test('every dependency is pinned to one version', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.length).toBeGreaterThan(10);
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
