/**
 * `npm run scenarios`: the full set of measured outcomes, 20 seeds unless `--seeds N`. Tasks are spread over the cores,
 * one process each; a finished task is written down under the fingerprint of the sources, so an
 * interrupted run goes on where it was. `--fresh` begins them anew, `--only TEXT` keeps tasks whose id holds
 * the text, `--slow` adds transformers, `--json` prints the figures as JSON. Exit code 1 when a figure lies outside its interval.
 */
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timeLeftWords } from '../../src/core/experiment/pace';
import { tasks, type Figure, type Task } from './tasks';

const program = fileURLToPath(import.meta.url);

if (process.send) workOff();
else process.exitCode = await runAll(process.argv.slice(2));

/** In a child: does the tasks that the parent names, one after the other. */
function workOff(): void {
  process.on('message', async ({ id, seeds }: { id: string; seeds: number }) => {
    const task = tasks.find((candidate) => candidate.id === id)!;
    try {
      process.send!({ id, figures: await task.run(seeds) });
    } catch (error) {
      process.send!({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

async function runAll(argv: readonly string[]): Promise<number> {
  const option = (name: string) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
  const seeds = Number(option('--seeds') ?? 20);
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > 64) throw new Error(`--seeds ${option('--seeds')}: expected a whole number from 1 to 64.`);
  const wanted = tasks.filter(({ id, slow }) => id.includes(option('--only') ?? '') && (!slow || argv.includes('--slow')));
  if (wanted.length === 0) throw new Error(`--only ${option('--only')}: no task holds this text.`);
  // The bundle's folder is named after the fingerprint of its sources.
  const store = join(dirname(dirname(dirname(program))), 'scenario-results', basename(dirname(program)), String(seeds));
  mkdirSync(store, { recursive: true });
  const fileOf = (task: Task) => join(store, `${task.id.replace(/[^a-z0-9]+/gi, '-')}.json`);
  if (argv.includes('--fresh')) for (const task of wanted) rmSync(fileOf(task), { force: true });
  const left = wanted.filter((task) => !existsSync(fileOf(task)));
  const processes = Math.min(availableParallelism(), left.length);
  if (left.length < wanted.length) process.stderr.write(`${wanted.length - left.length} of ${wanted.length} tasks were finished before.\n`);
  const began = Date.now();
  let done = 0;
  let worked = 0;
  const effort = left.reduce((sum, task) => sum + effortOf(task), 0);
  const queue = [...left];
  const failed: string[] = [];
  await Promise.all(Array.from({ length: processes }, () => workWithChild()));
  const figures = wanted.flatMap((task) => (existsSync(fileOf(task)) ? (JSON.parse(readFileSync(fileOf(task), 'utf8')) as Figure[]) : []));
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ seeds, figures })}\n`);
  else process.stdout.write(tableOf(figures, seeds));
  for (const message of failed) process.stderr.write(`${message}\n`);
  return failed.length > 0 || figures.some(isMissed) ? 1 : 0;

  function workWithChild(): Promise<void> {
    const child = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    return new Promise((resolve) => {
      let current: Task | undefined;
      const give = () => {
        current = queue.shift();
        if (current) child.send({ id: current.id, seeds });
        else child.disconnect();
      };
      child.on('message', (message: { id: string; figures?: readonly Figure[]; error?: string }) => {
        const task = current!;
        if (message.figures) writeWhole(fileOf(task), JSON.stringify(message.figures));
        else failed.push(`${task.id}: ${message.error}`);
        done += 1;
        worked += effortOf(task);
        const seconds = ((Date.now() - began) / 1000 / worked) * (effort - worked);
        process.stderr.write(`${done} of ${left.length}${done < left.length ? `, about ${timeLeftWords(seconds)}` : ''}: ${task.id}\n`);
        give();
      });
      child.on('exit', (code) => {
        if (current) failed.push(`${current.id}: its process ended with code ${code}.`);
        resolve();
      });
      give();
    });
  }
}

/** How long a task takes beside one of a table with a hundred states, about, so that the time left is not that of the short ones. */
function effortOf({ id }: Task): number {
  if (id.includes('transformer') || id.includes('mlp')) return 40;
  if (id.startsWith('diagnosis')) return 15;
  return id.startsWith('token-') ? 8 : 1;
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

function isMissed({ mean, accept }: Figure): boolean {
  return accept !== undefined && !(mean >= accept[0] && mean <= accept[1]);
}

function intervalText([low, high]: readonly [number, number]): string {
  if (high > 1 && high < 1.01) return `≥ ${low}`;
  return low < 0 && high > 0 && high <= 0.3 && low > -0.01 ? `≤ ${high}` : `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

function tableOf(figures: readonly Figure[], seeds: number): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const lines = figures.map((figure) => {
    const { name, mean, spread, reference, accept } = figure;
    const interval = accept ? intervalText(accept) : '';
    const verdict = accept ? (isMissed(figure) ? 'OUTSIDE' : 'ok') : '';
    return `${name.padEnd(width)}  ${mean.toFixed(4).padStart(8)} ± ${spread.toFixed(4)}  ${reference.padStart(12)}  ${interval.padEnd(16)} ${verdict}`.trimEnd();
  });
  const judged = figures.filter(({ accept }) => accept);
  const missed = judged.filter(isMissed);
  const head = `${'figure'.padEnd(width)}  ${'measured'.padStart(17)}  ${'reference'.padStart(12)}  accepted`;
  return [head, ...lines, `${judged.length - missed.length} of ${judged.length} figures within their intervals, ${seeds} seeds.`, ''].join('\n');
}
