/**
 * `npm run bench`: sizes, speeds in Node, and the page's own measures in a real
 * browser while it trains. Printed as a table, or with `--json` as one object;
 * `--only NAME` keeps one part. Rates are to be read against the peers' rows of
 * the same run, never across machines.
 */
import { resolve } from 'node:path';
import { printSizeReport, sizeReport } from '../../src/tools/size-report.mjs';
import { checkBench } from './check-bench';
import { measureCore, type SpeedRow } from './core-speed';
import { engineBench } from './engine-bench';
import { estimatorBench } from './estimator-bench';
import { iterationBench } from './iteration-bench';
import { pageBench } from './page-bench';

const parts: Readonly<Record<string, () => SpeedRow[] | Promise<SpeedRow[]>>> = {
  core: measureCore,
  estimators: estimatorBench,
  checks: checkBench,
  iteration: iterationBench,
  engine: engineBench,
  page: () => pageBench(resolve('dist')),
};

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
if (only !== undefined && !Object.hasOwn(parts, only)) {
  process.stderr.write(`--only ${only}: there is no such part. Use ${Object.keys(parts).join(', ')}.\n`);
  process.exit(2);
}

const json = process.argv.includes('--json');
if (!json && only === undefined) printSizeReport(resolve('dist'));
const rows: Record<string, SpeedRow[]> = {};
for (const [name, measure] of Object.entries(parts)) {
  if (only !== undefined && name !== only) continue;
  process.stderr.write(`Measuring ${name} …\n`);
  rows[name] = await measure();
  if (!json) for (const row of rows[name]) process.stdout.write(`${format(row.value).padStart(10)} ${row.unit.padEnd(12)} ${row.name}\n`);
}
if (json) process.stdout.write(`${JSON.stringify({ sizes: sizeReport(resolve('dist')), rows })}\n`);
process.exit();

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
