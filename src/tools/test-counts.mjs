import { readFileSync } from 'node:fs';

/**
 * Counts a Vitest JSON report. What did not run counts as failed: a skipped
 * test, a file that could not be loaded, a run that ended badly without a
 * failing test (an unhandled error, a crashed worker), a missing report.
 * @param {string} report path of the JSON file
 * @param {number} exitCode of the run that wrote it
 * @returns {{ passed: number, failed: number }}
 */
export function countResults(report, exitCode) {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  let passed = 0;
  let failed = 0;
  for (const file of results.testResults) {
    if (file.status === 'failed' && file.assertionResults.length === 0) failed += 1;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else failed += 1;
    }
  }
  if (failed === 0 && (exitCode !== 0 || passed === 0)) failed = 1;
  return { passed, failed };
}
