import { basename, dirname } from 'node:path';
import { learningAlarm } from '../core/diagnostics/goodhart-alarm';
import { hackingGap } from '../core/diagnostics/hacking-gap';
import { checkScheme } from '../core/diagnostics/scheme-check';
import { resolveExperiment, type Experiment } from '../core/experiment/resolve';
import { startValue } from '../core/mdp/exact';
import { optimalPolicy } from '../core/mdp/optimal';
import { reportHtml } from '../core/report/report-html';
import { reportMarkdown } from '../core/report/report-markdown';
import { rewardReport, type RunFacts } from '../core/report/reward-report';
import { isScheduled } from '../core/scheme/scheme-at';
import { learnColumns } from '../worker/learn-columns';
import { METRICS } from '../worker/protocol';
import { Training } from '../worker/training-loop';
import { readArguments, UsageError } from './arguments';
import { verdictLines, type VerdictLine } from './check';
import type { RunDeps } from './run';
import { chosen, openTarget, type TargetDeps } from './target';
import { writeWhole } from './write-whole';

export interface ReportDeps extends TargetDeps, Pick<RunDeps, 'now' | 'engines'> {
  /** The day, as it is to be printed. */
  readonly today: string;
}

export interface ReportResult {
  readonly preset: string;
  readonly scheme: string;
  readonly title: string;
  readonly verdicts: readonly VerdictLine[];
  /** The file that was written; without `--out` there is none and the Markdown is here. */
  readonly file?: string;
  readonly markdown?: string;
}

/**
 * `lab report PRESET|FILE|LINK --scheme NAME [--train] [--out FILE]`: the reward report of one scheme, as Markdown or, for a name
 * that ends in .html, as one web page. With `--train` the scheme is trained as its spec says, and what its run shows is part of it.
 * Throws `UsageError`, naming the field, for what cannot be read.
 */
export async function report(argv: readonly string[], deps: ReportDeps): Promise<ReportResult> {
  const args = readArguments(argv, ['scheme', 'out'], ['train', 'json']);
  const [target, ...rest] = args.positional;
  if (target === undefined) throw new UsageError('report: give a preset, a file or a link. `lab list presets` names the presets.');
  if (rest.length > 0) throw new UsageError(`report: one experiment at a time; "${rest[0]}" is a second one.`);
  const out = args.one('out');
  if (out !== undefined && !/\.(md|html)$/.test(out)) throw new UsageError(`--out ${out}: the name says the form; use one that ends in .md or .html.`);
  const source = await openTarget('report', target, deps);
  const wanted = args.all('scheme').flatMap((names) => names.split(','));
  if (wanted.length > 1) throw new UsageError(`--scheme ${wanted[1]}: a report is about one scheme.`);
  const [scheme] = wanted.length === 0 ? source.spec.schemes : chosen(source, wanted);
  const spec = { ...source.spec, schemes: [scheme] };
  const experiment = experimentOf(spec, deps);
  if (!experiment.schemes[0]) throw new UsageError(`--scheme ${scheme.name}: ${experiment.failures[0]?.message ?? 'it could not be compiled.'}`);
  const learned = (await learnColumns(experiment, deps.engines))?.columns[0] ?? null;
  const check = checkScheme(experiment, 0, { learned });
  const run = args.flag('train') ? await runFacts(experiment, deps) : null;
  const quotedTarget = /^[\w./-]+$/.test(target) ? target : `'${target}'`;
  const document = rewardReport({
    experiment,
    scheme: 0,
    name: scheme.name,
    date: deps.today,
    source: `lab report ${quotedTarget} --scheme ${scheme.name}`,
    check,
    run,
    versions: await presetVersion(spec, deps),
  });
  const verdicts = verdictLines(check, experiment, scheme.name);
  const answer = { preset: target, scheme: scheme.name, title: document.title, verdicts };
  if (out === undefined) return { ...answer, markdown: reportMarkdown(document) };
  const [file] = writeWhole(dirname(out), { [basename(out)]: out.endsWith('.html') ? reportHtml(document) : reportMarkdown(document) });
  return { ...answer, file };
}

/** The scheme of that name in the preset that the experiment started from, where it was another one. */
async function presetVersion({ base, schemes: [scheme] }: Experiment['spec'], { loadPreset }: ReportDeps): Promise<Experiment['spec']['schemes']> {
  const preset = await loadPreset(base.split('@')[0]);
  const before = preset && [...preset.spec.schemes, ...preset.library].find(({ name }) => name === scheme.name);
  return before ? [before] : [];
}

function experimentOf(spec: Experiment['spec'], { plugins }: ReportDeps): Experiment {
  try {
    return resolveExperiment(spec, plugins);
  } catch (error) {
    throw new UsageError(`report: ${(error as Error).message}`);
  }
}

/** Trains the scheme as its spec says and gathers what its curves, means over seeds, show. */
async function runFacts({ spec, table, schemes }: Experiment, deps: ReportDeps): Promise<RunFacts | null> {
  const training = await Training.start(spec, { ...deps.engines, plugins: deps.plugins, now: deps.now });
  const curves = { proxy: [] as number[], success: [] as number[] };
  let failure: string | null = null;
  for (let done = await training.iterate(); done && failure === null; done = await training.iterate()) {
    const { learners, metrics } = done;
    failure = done.failures[0]?.message ?? null;
    for (const name of ['proxy', 'success'] as const) {
      const values = Array.from(learners, (_, k) => metrics[k * METRICS.length + METRICS.indexOf(name)]).filter((x) => !Number.isNaN(x));
      curves[name].push(values.length > 0 ? values.reduce((sum, x) => sum + x, 0) / values.length : Number.NaN);
    }
  }
  const engine = training.engine.words;
  training.dispose();
  const known = curves.success.filter((x) => !Number.isNaN(x));
  if (known.length < 2) return null;
  const [start, end] = [known[0], known.at(-1)!];
  const best = { proxy: curves.proxy.reduce((most, x) => (x > most ? x : most), -Infinity), truth: startValue(table, optimalPolicy(table, table.metrics[table.truth]).value) };
  const gap = hackingGap({ current: curves.proxy.at(-1)!, start: curves.proxy[0], best: best.proxy }, { current: end, start, best: best.truth });
  const alarm = isScheduled(schemes[0]!.spec) ? null : learningAlarm(Float64Array.from(curves.proxy), Float64Array.from(curves.success), best);
  return { iterations: curves.success.length, seeds: spec.training.seeds.count, success: { start, best: Math.max(...known), end }, hackingGap: gap, alarm, failure, engine };
}
