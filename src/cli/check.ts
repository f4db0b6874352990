import { checkScheme, type SchemeCheck } from '../core/diagnostics/scheme-check';
import { noTable } from '../core/contracts/scenario';
import { resolveSpec } from '../core/experiment/resolve';
import { readArguments, UsageError } from './arguments';
import { chosen, openTarget, type TargetDeps } from './target';

export interface CheckResult {
  /** Id of the preset, or the file or link as it was given. */
  readonly preset: string;
  /** By scheme name; `error` says why a scheme could not be compiled or priced. */
  readonly schemes: Readonly<Record<string, SchemeCheck | { readonly error: { readonly message: string } }>>;
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
  schemes.forEach(({ name }, k) => {
    try {
      checked[name] = checkScheme(experiment, k);
    } catch (error) {
      checked[name] = { error: { message: (error as Error).message } };
    }
  });
  return { preset: target, schemes: checked };
}
