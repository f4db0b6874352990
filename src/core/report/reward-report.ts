import { printed } from '../contracts/explanation';
import { provenanceWords } from '../contracts/provenance';
import type { Citation, Described } from '../contracts/plugin';
import { truthInWords, verdictsOf, type CheckContext } from '../diagnostics/check-verdicts';
import type { SchemeCheck } from '../diagnostics/scheme-check';
import type { Experiment } from '../experiment/resolve';
import { evaluatePolicy, startValue } from '../mdp/exact';
import { softmaxPolicy } from '../mdp/policy';
import { isGated, type CompiledScheme } from '../scheme/compile-scheme';
import type { SchemeSpec } from '../scheme/scheme-spec';
import { schemeWarnings } from '../scheme/scheme-warnings';
import { gateMeaning, termMeaning } from '../scheme/term-meaning';
import type { ReportBlock, ReportDocument, ReportSection } from './report-document';
import { schemeDifference } from './scheme-difference';

/** What a run has shown of a scheme. */
export interface RunFacts {
  readonly iterations: number;
  readonly seeds: number;
  /** Exact true value at the start, at its best and at the end, mean over seeds. */
  readonly success: { readonly start: number; readonly best: number; readonly end: number };
  /** Proxy further than the truth by so much of the way to the best; null where there is nothing to compare. */
  readonly hackingGap: number | null;
  /** First and last iteration of the first window in which the proxy rose while success fell. */
  readonly alarm: { readonly from: number; readonly to: number } | null;
  /** Why a learner stopped before its time. */
  readonly failure: string | null;
  readonly engine: string;
}

export interface ReportInput {
  readonly experiment: Experiment;
  /** Number of the scheme. */
  readonly scheme: number;
  /** What the scheme is called in sentences: its letter or its name. */
  readonly name: string;
  /** The day of the report, as it is to be printed. */
  readonly date: string;
  /** An address or a command that opens this very experiment. */
  readonly source: string;
  readonly check: SchemeCheck;
  readonly run: RunFacts | null;
  /** Earlier versions of the scheme, the oldest first, without the present one. */
  readonly versions: readonly SchemeSpec[];
}

/**
 * A reward report: what a scheme is for, what it pays, what it assumes, what the checks and the runs found, and how it came to be. Every
 * sentence is the reader's own intent or follows from a figure.
 *
 * After "Reward Reports for Reinforcement Learning" (Gilbert et al., arXiv:2204.10817).
 */
export function rewardReport(input: ReportInput): ReportDocument {
  const { experiment, scheme, name, date, source } = input;
  const compiled = experiment.schemes[scheme];
  if (!compiled) throw new Error(experiment.failures.find((failure) => failure.scheme === scheme)?.message ?? 'This scheme could not be compiled.');
  return {
    title: `Reward report: ${compiled.spec.name}`,
    subtitle: `${experiment.scenario.title}, ${date}.`,
    source,
    sections: [
      intent(compiled.spec),
      task(experiment),
      pay(experiment, compiled),
      learning(compiled),
      assumptions(experiment, compiled, input.check),
      checks(experiment, input, name),
      failureModes(input),
      versions(compiled.spec, input.versions),
    ],
  };
}

const text = (words: string, strong?: string): ReportBlock => ({ kind: 'text', text: words, ...(strong && { strong }) });

function intent({ intent: words = '' }: SchemeSpec): ReportSection {
  return { title: 'Intent', blocks: [words.trim() ? text(words.trim()) : text('Nobody has written down what this reward is for.')] };
}

function task({ scenario, table, initialLogits, spec }: Experiment): ReportSection {
  const { truth, horizon, S, A } = table;
  const metric = scenario.metrics[truth];
  const start = startValue(table, evaluatePolicy(table, softmaxPolicy(initialLogits, S, A).probability, table.metrics[truth]).value);
  return {
    title: 'Task and truth',
    blocks: [
      text(scenario.summary),
      text(`${metric?.title ?? truth}, undiscounted, over at most ${horizon} steps. The starting policy has ${truthInWords(start, metric?.unit ?? 'number')}.`, 'True objective.'),
      text(`${S} states, ${A} actions. Learners are ${spec.training.policy.kind === 'tabular' ? 'tables' : 'networks'} that see the state and not the time.`, 'World.'),
    ],
  };
}

function pay({ scenario, table }: Experiment, compiled: CompiledScheme): ReportSection {
  const title = (signal: string) => scenario.signals[signal]?.title ?? signal;
  const { terms, spec } = compiled;
  const blocks: ReportBlock[] = [
    {
      kind: 'table',
      head: ['Term', 'Weight', 'Construction', 'Gated', 'How sure the formula is'],
      rows: terms.map((term) => [term.spec.label || term.plugin.title, printed(term.spec.weight), `${term.plugin.title} (${term.plugin.id})`, isGated(term, spec) ? 'yes' : 'no', provenanceWords[term.plugin.provenance].badge]),
    },
    { kind: 'list', items: terms.map((_, k) => termMeaning(compiled, k, title)) },
  ];
  if (spec.gate) blocks.push(text(`Gated terms pay ${gateMeaning(spec.gate, spec, title)}.`, 'Gate.'));
  for (const term of unique(terms.map(({ plugin }) => plugin))) blocks.push(...described('reward', term));
  const named = unique(terms.flatMap(({ plugin, params }) => Object.entries(plugin.params).flatMap(([key, parameter]) => (parameter.kind === 'signal' ? [String(params[key])] : [])))).filter((signal) => Object.hasOwn(table.signals, signal));
  if (named.length > 0) blocks.push({ kind: 'list', items: named.map((signal) => `${title(signal)} (${signal}): ${scenario.signals[signal]?.help ?? 'a fact of the scenario.'}`) });
  return { title: 'What it pays', blocks };
}

function learning({ estimator, spec }: CompiledScheme): ReportSection {
  const stages = [spec.whiten === 'batch' ? 'whitened over the batch' : null, spec.clip === null ? null : `clipped to ±${printed(spec.clip)}`].filter((stage) => stage !== null);
  const value = Object.hasOwn(estimator.needs, 'value') ? ` V is ${{ learned: 'a learned critic', exact: 'exact', zero: 'zero' }[spec.value]}.` : '';
  return {
    title: 'How it becomes an advantage',
    blocks: [
      text(`${estimator.title} (${estimator.id}) at discount ${printed(spec.gamma)}${stages.length > 0 ? `, ${stages.join(' and ')}` : ''}.${value}`),
      ...described('estimator', estimator),
    ],
  };
}

/** Formula, sources and what is known to break it, as the construction declares them. */
function described(kind: 'reward' | 'estimator', { id, title, formula, provenance, cite, breaksWhen }: Described): ReportBlock[] {
  const sources = cite.map(inWords).join('; ');
  return [
    { kind: 'formula', tex: formula, of: title, plugin: { kind, id } },
    text(`${provenanceWords[provenance].help}${sources ? ` ${sources}.` : ''}${breaksWhen ? ` Known to break: ${breaksWhen}` : ''}`),
  ];
}

const inWords = ({ title, source }: Citation) => `${title} (${source})`;

function assumptions({ spec, table }: Experiment, compiled: CompiledScheme, { invariance, farming, iteration }: SchemeCheck): ReportSection {
  const items = schemeWarnings(compiled, { table, iterations: spec.training.iterations }).map(({ sentence, advice }) => `${sentence} ${advice}`);
  if (invariance.kind === 'decided' && invariance.remembering.length > 0) items.push(`${invariance.remembering.map((label) => `“${label}”`).join(' and ')} ${invariance.remembering.length > 1 ? 'pay' : 'pays'} by what happened before in the trajectory, which the state does not show to the learner.`);
  if (invariance.kind !== 'decided') items.push(`What is best under this scheme was not decided: ${invariance.reason}`);
  if (farming.leftOut.length > 0) items.push(`The search for circles leaves out ${farming.leftOut.join(', ')}.`);
  if (iteration !== null) items.push(`Weights or thresholds move over training; the checks hold for iteration ${iteration}.`);
  const unsure = unique(compiled.terms.filter(({ plugin }) => plugin.provenance === 'recalled' || plugin.provenance === 'own').map(({ plugin }) => `${plugin.title}: ${provenanceWords[plugin.provenance].help}`));
  items.push(...unsure);
  return { title: 'Assumptions', blocks: [items.length > 0 ? { kind: 'list', items } : text('No law is broken, nothing is left out of the checks, and no formula is from memory or this project’s own.')] };
}

function checks({ scenario, table }: Experiment, { check }: ReportInput, name: string): ReportSection {
  const metric = scenario.metrics[table.truth];
  const context: CheckContext = { scheme: name, truth: { title: metric?.title ?? table.truth, unit: metric?.unit ?? 'number' }, horizon: table.horizon };
  const verdicts = verdictsOf(check, context);
  return {
    title: 'Checks',
    blocks: [
      { kind: 'table', head: ['Check', 'Verdict', 'Basis'], rows: verdicts.map(({ title, headline, basis }) => [title, headline, basis]) },
      ...verdicts.flatMap(({ title, details, how, remedy }): ReportBlock[] => [
        text([...details, how].join(' '), `${title}.`),
        ...(remedy ? [text(remedy, 'What would help.')] : []),
      ]),
    ],
  };
}

function failureModes({ experiment, run, name }: ReportInput): ReportSection {
  const metric = experiment.scenario.metrics[experiment.table.truth];
  const value = (x: number) => truthInWords(x, metric?.unit ?? 'number');
  if (!run) return { title: 'Failure modes seen in training', blocks: [text(`${name} has not been trained for this report, so none could be seen.`)] };
  const { iterations, seeds, success, hackingGap, alarm, failure, engine } = run;
  const items: string[] = [];
  if (failure) items.push(`A learner stopped: ${failure}`);
  if (alarm) items.push(`From iteration ${alarm.from} to ${alarm.to} the proxy rose while true success fell.`);
  if (hackingGap !== null && hackingGap >= 0.02) items.push(`The hacking gap at the end is ${hackingGap.toFixed(2)}: by so much further the proxy has come on the way to its best than the truth on its own.`);
  if (success.best - success.end > 0.05 * Math.max(1e-12, Math.abs(success.best))) items.push(`${metric?.title ?? 'The true value'} was best at ${value(success.best)} and ended at ${value(success.end)}.`);
  const trained = `${iterations} iterations, ${seeds === 1 ? 'one seed' : `${seeds} seeds`}, ${engine}: ${(metric?.title ?? experiment.table.truth).toLowerCase()} went from ${value(success.start)} to ${value(success.end)}, exactly evaluated.`;
  return { title: 'Failure modes seen in training', blocks: [text(trained), items.length > 0 ? { kind: 'list', items } : text('None was seen: no learner stopped, the proxy never rose while true success fell, and success ended near its best.')] };
}

function versions(now: SchemeSpec, before: readonly SchemeSpec[]): ReportSection {
  const all = [...before, now];
  const steps = all.slice(1).flatMap((version, k) => {
    const changes = schemeDifference(all[k], version);
    return changes.length > 0 ? [changes.join('; ')] : [];
  });
  if (steps.length === 0) return { title: 'Versions', blocks: [text('This is the only version that is known here.')] };
  return { title: 'Versions', blocks: [text(`${steps.length} ${steps.length === 1 ? 'change' : 'changes'} that ${steps.length === 1 ? 'is' : 'are'} known here, the newest last.`), { kind: 'list', items: steps.map((step, k) => `Version ${k + 2}: ${step}.`) }] };
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
