import { noTable } from '../core/contracts/scenario';
import { verdictsOf } from '../core/diagnostics/check-verdicts';
import { checkScheme, type SchemeCheck } from '../core/diagnostics/scheme-check';
import { resolveSpec, type Experiment } from '../core/experiment/resolve';
import { learnColumns } from '../worker/learn-columns';
import { readArguments, UsageError } from './arguments';
import { chosen, openTarget, type TargetDeps } from './target';

export interface CheckResult {
  /** Id of the preset, or the file or link as it was given. */
  readonly preset: string;
  /** By scheme name; `error` says why a scheme could not be compiled or priced. */
  readonly schemes: Readonly<Record<string, (SchemeCheck & { readonly verdicts: readonly VerdictLine[] }) | { readonly error: { readonly message: string } }>>;
}

/** A check's verdict in words. */
export interface VerdictLine {
  readonly check: string;
  readonly tone: string;
  readonly verdict: string;
  readonly basis: string;
}

/**
 * `lab check PRESET|FILE|LINK`: what a scheme would teach, before anything is trained: whether its optimum is the true
 * one, whether it can be farmed, how far it is from the truth, what each term weighs. Every scheme, or those of `--scheme`.
 * Throws `UsageError`, naming the field, for what cannot be read.
 */
export async function check(argv: readonly string[], deps: TargetDeps): Promise<CheckResult> {
  const args = readArguments(argv, ['scheme'], ['json']);
  const [target, ...rest] = args.positional;
  if (target === undefined) throw new UsageError('check: give a preset, a file or a link. `lab list presets` names the presets.');
  if (rest.length > 0) throw new UsageError(`check: one experiment at a time; "${rest[0]}" is a second one.`);
  const source = await openTarget('check', target, deps);
  const schemes = chosen(source, args.all('scheme').flatMap((names) => names.split(',')));
  const experiment = resolveSpec({ ...source.spec, schemes: [...schemes] }, deps.plugins);
  if (experiment.table === null) throw new UsageError(`check: ${noTable(experiment.scenario, 'optimum to solve for and no cycle to search')}`);
  const checked: Record<string, CheckResult['schemes'][string]> = {};
  const learned = (await learnColumns(experiment))?.columns[0] ?? null;
  schemes.forEach(({ name }, k) => {
    try {
      const found = checkScheme(experiment, k, { learned });
      checked[name] = { ...found, verdicts: verdictLines(found, experiment, name) };
    } catch (error) {
      checked[name] = { error: { message: (error as Error).message } };
    }
  });
  return { preset: target, schemes: checked };
}

/** The verdicts of a check of one scheme, which is called `name` in them. */
export function verdictLines(check: SchemeCheck, { scenario, table }: Experiment, name: string): VerdictLine[] {
  const metric = scenario.metrics[table.truth];
  const context = { scheme: name, truth: { title: metric?.title ?? table.truth, unit: metric?.unit ?? ('number' as const) }, horizon: table.horizon };
  return verdictsOf(check, context).map(({ id, tone, headline, basis }) => ({ check: id, tone, verdict: headline, basis }));
}
