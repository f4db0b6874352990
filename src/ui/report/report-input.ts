/** What a report needs of a lab, gathered. */
import type { SchemeCheck } from '../../core/diagnostics/scheme-check';
import type { ReportInput, RunFacts } from '../../core/report/reward-report';
import type { Lab } from '../../state/lab.svelte';
import { slotOf } from '../scheme-words';

/** Null for a scenario without a table. */
export function reportInput(lab: Lab, scheme: number, check: SchemeCheck, date: string, source: string): ReportInput | null {
  const { resolved } = lab.whatIf.frame;
  if (resolved.table === null) return null;
  return { experiment: resolved, scheme, name: slotOf(scheme), date, source, check, run: runFacts(lab, scheme), versions: lab.experiment.versionsOf(scheme) };
}

function runFacts(lab: Lab, scheme: number): RunFacts | null {
  const { run } = lab;
  const success = [...run.history.band(scheme, 'success').mean].filter((x) => !Number.isNaN(x));
  const failure = run.failureOf(scheme);
  if (success.length < 2) return null;
  return {
    iterations: run.iterationOf(scheme),
    seeds: run.history.seeds,
    success: { start: success[0]!, best: Math.max(...success), end: success.at(-1)! },
    hackingGap: lab.hackingGap(scheme),
    alarm: lab.alarm(scheme),
    failure,
    engine: run.engine?.words ?? 'tables',
  };
}
