/**
 * `lab COMMAND`: the playground without a page. Standard output carries the JSON and nothing
 * else; what cannot be read at all ends with exit code 2 and one line on standard error.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decodeLink } from '../codec/link';
import { allPlugins } from '../core/all-plugins';
import { findPresetSpec, loadPreset, presetIds } from '../core/experiment/presets';
import { UnknownPluginError } from '../core/plugin-set';
import { advantages } from './advantages';
import { numberOption, objectOption, readArguments, UsageError } from './arguments';
import { check } from './check';
import { exactValues, policyLogits } from './exact';
import { exportRollouts } from './export';
import { list } from './list';
import { progressLine } from './progress';
import { report } from './report';
import { rewards } from './rewards';
import { run, type RunDeps } from './run';
import { describeTable, scenarioTable } from './table';

type CommandFunction = (argv: readonly string[]) => unknown;

const COMMANDS: Readonly<Record<string, CommandFunction>> = {
  async list(argv) {
    const { positional } = readArguments(argv, [], ['json']);
    const presets = await Promise.all(presetIds().map(async (id) => (await loadPreset(id))!));
    return list(positional[0], allPlugins(), presets);
  },
  advantages(argv) {
    return advantages(readJson(readArguments(argv, [], ['json']).positional[0]), allPlugins());
  },
  rewards(argv) {
    return rewards(readJson(readArguments(argv, [], ['json']).positional[0]), allPlugins());
  },
  table(argv) {
    const args = readArguments(argv, ['params'], ['json']);
    return describeTable(scenarioTable(args.positional[0], objectOption(args, 'params'), allPlugins()).table);
  },
  exact(argv) {
    const args = readArguments(argv, ['params', 'policy', 'gamma', 'horizon'], ['json']);
    const { table } = scenarioTable(args.positional[0], objectOption(args, 'params'), allPlugins());
    const policy = args.one('policy') ?? 'uniform';
    const logits = policy === 'uniform' ? new Float64Array(table.S * table.A) : policyLogits(readJson(policy), table);
    const horizon = numberOption(args, 'horizon');
    if (horizon !== undefined && (!Number.isInteger(horizon) || horizon < 1)) throw new UsageError('--horizon: expected a whole number of at least 1.');
    const gamma = numberOption(args, 'gamma');
    if (gamma !== undefined && !(gamma >= 0 && gamma <= 1)) throw new UsageError('--gamma: expected a number from 0 to 1.');
    return exactValues(table, logits, { gamma, horizon });
  },
  export(argv) {
    return exportRollouts(argv, { plugins: allPlugins(), loadPreset, readText });
  },
  check(argv) {
    return check(argv, { plugins: allPlugins(), loadPreset, decodeLink: (link) => decodeLink(link, findPresetSpec), readJson });
  },
  run(argv) {
    return run(argv, trainingDeps('run'));
  },
  report(argv) {
    return report(argv, { ...trainingDeps('report'), today: new Date().toISOString().slice(0, 10) });
  },
};

/** What a command needs that may train. */
function trainingDeps(command: string): RunDeps {
  return {
    plugins: allPlugins(),
    loadPreset,
    decodeLink: (link) => decodeLink(link, findPresetSpec),
    readJson,
    now: () => performance.now(),
    progress: progressLine(process.stderr, () => performance.now()),
    engines: { wasmBinaries: wasmBinaries(), notice: (_code, message) => void process.stderr.write(`lab ${command}: ${message}\n`) },
  };
}

/** TensorFlow.js's .wasm files as they were installed. */
function wasmBinaries(): string {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  return `${join(dirname(main), 'dist')}/`;
}

/** Text of a file, or of standard input for `-`. */
function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}

/** Parsed JSON of a file, or of standard input for `-`. */
function readJson(path: string | undefined): unknown {
  if (path === undefined) throw new UsageError('Which file? Give its path, or - for standard input.');
  const text = readText(path);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined || !Object.hasOwn(COMMANDS, name)) {
      throw new UsageError(`${name ?? 'No command'}: expected one of ${[...Object.keys(COMMANDS), 'bench'].join(', ')}.`);
    }
    await write(JSON.stringify(await COMMANDS[name](rest)) + '\n');
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof UnknownPluginError)) throw error;
    process.stderr.write(`lab ${error.message.replaceAll('\n', ' ')}\n`);
    return 2;
  }
}

/** Waits until the reader took everything: a pipe may be slower than the process. */
function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

process.exitCode = await main(process.argv.slice(2));
