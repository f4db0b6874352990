/**
 * `npm run bench`: sizes, speeds in Node, training on WebGPU and the page's own measures in a real browser. Printed as
 * tables, ratios to the baselines of the same run first, or with `--json` as one object; `--only PART` keeps one part,
 * `--record` writes what was measured into tests/bench/figures.md. Rates are never to be compared across machines.
 */
import { resolve } from 'node:path';
import { printSizeReport, sizeReport } from '../../src/tools/size-report.mjs';
import { checkBench } from './check-bench';
import { measureCore } from './core-speed';
import { deviceBench } from './device-bench';
import { engineGrid } from './engine-grid';
import { estimatorBench } from './estimator-bench';
import { circumstances, recordFigures } from './figures';
import { networkBench } from './network-bench';
import { pageBench } from './page-bench';
import { populationBench } from './population-bench';
import { tableText, type SpeedRow } from './speed-row';
import { transformerBench } from './transformer-bench';

const parts: Readonly<Record<string, () => SpeedRow[] | Promise<SpeedRow[]>>> = {
  core: measureCore,
  estimators: estimatorBench,
  checks: checkBench,
  engines: engineGrid,
  populations: populationBench,
  networks: networkBench,
  transformer: transformerBench,
  device: deviceBench,
  page: () => pageBench(resolve('dist')),
};

const has = (option: string) => process.argv.includes(option);
const only = has('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
if (has('--only') && !Object.hasOwn(parts, only ?? '')) {
  process.stderr.write(`--only ${only ?? ''}: there is no such part. Use ${Object.keys(parts).join(', ')}.\n`);
  process.exit(2);
}

const json = has('--json');
const measured = circumstances();
if (!json) process.stdout.write(`${measured}\n`);
if (!json && only === undefined) printSizeReport(resolve('dist'));
const rows: Record<string, SpeedRow[]> = {};
for (const [name, measure] of Object.entries(parts)) {
  if (only !== undefined && name !== only) continue;
  process.stderr.write(`Measuring ${name} …\n`);
  const began = performance.now();
  rows[name] = await measure();
  process.stderr.write(`… in ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  if (!json) process.stdout.write(`\n${name}\n${tableText(rows[name])}`);
}
if (json) process.stdout.write(`${JSON.stringify({ measured, sizes: sizeReport(resolve('dist')), rows })}\n`);
if (has('--record')) recordFigures(resolve('tests/bench/figures.md'), rows, measured);
process.exit();
