/** What the checks panel says of a lab's schemes: verdicts of the checks, and what the run has shown so far. */
import { percent, plain } from '../../charts/geometry/number-format';
import { verdictsOf, type CheckContext, type CheckVerdict, type Tone } from '../../core/diagnostics/check-verdicts';
import { GAP_SHOWN } from '../../core/diagnostics/hacking-gap';
import type { SchemeCheck } from '../../core/diagnostics/scheme-check';
import type { Lab } from '../../state/lab.svelte';
import { slotOf } from '../scheme-words';

/** A verdict of a check, or of the run. */
export type ShownVerdict = Omit<CheckVerdict, 'id'> & { readonly id: CheckVerdict['id'] | 'training' };

export const TRAINING_TITLE = 'In training';

/** The sign of a tone, so that colour is never alone. */
export const TONE_SIGNS: Readonly<Record<Tone, { readonly glyph: string; readonly words: string }>> = {
  good: { glyph: '✓', words: 'nothing against it' },
  warn: { glyph: '!', words: 'worth a look' },
  bad: { glyph: '✕', words: 'found against it' },
  open: { glyph: '·', words: 'open' },
};

export function contextOf(lab: Lab, scheme: number): CheckContext {
  const { scenario, truth, table } = lab.whatIf.scene;
  const metric = scenario.metrics[truth];
  return { scheme: slotOf(scheme), truth: { title: metric?.title ?? truth, unit: metric?.unit ?? 'number' }, horizon: table?.horizon ?? 0 };
}

export function checkVerdicts(lab: Lab, scheme: number, check: SchemeCheck): readonly ShownVerdict[] {
  return verdictsOf(check, contextOf(lab, scheme));
}

/** What the learning curves of a scheme say about hacking so far. */
export function trainingVerdict(lab: Lab, scheme: number): ShownVerdict {
  const { run } = lab;
  const slot = slotOf(scheme);
  const iterations = run.iterationOf(scheme);
  const seeds = lab.experiment.spec.training.seeds.count;
  const common = {
    id: 'training' as const,
    title: TRAINING_TITLE,
    basis: 'measured, not decided' as const,
    how: `Learning curves of ${iterations} iterations, ${seeds === 1 ? 'one seed' : `mean of ${seeds} seeds`}: exact success, and the proxy return of each batch.`,
    remedy: null,
    details: [] as string[],
  };
  const failure = run.failureOf(scheme);
  if (failure) return { ...common, tone: 'bad', short: 'stopped', headline: failure };
  if (iterations < 2) return { ...common, tone: 'open', short: 'not trained', headline: `${slot} has not been trained yet.`, how: 'Run trains it; the proxy and true success are then compared in every iteration.' };
  const alarm = lab.alarm(scheme);
  const gap = lab.hackingGap(scheme);
  const gapWords = gap === null ? [] : [gap < GAP_SHOWN ? 'Hacking gap: none.' : `Hacking gap at iteration ${run.shownIteration}: the proxy has come ${plain(gap)} further than the truth.`];
  if (alarm) {
    return {
      ...common,
      tone: 'bad',
      short: `from iteration ${alarm.from}`,
      headline: alarmWords(slot, alarm),
      details: [`Over these iterations the proxy rises by ${percent(alarm.proxyRise)} of its way to the best and true success falls by ${percent(alarm.successFall)} of its own.`, ...gapWords],
      remedy: 'Go back to the iteration before, and change what pays for the proxy without the truth.',
    };
  }
  const isApart = gap !== null && gap >= 0.1;
  return {
    ...common,
    tone: isApart ? 'warn' : 'good',
    short: isApart ? `gap ${plain(gap)}` : 'no alarm',
    headline: `In ${iterations} iterations ${slot}’s proxy never rose while true success fell.`,
    details: gapWords,
  };
}

/** "From iteration 40 on, B’s proxy rises while true success falls." */
export function alarmWords(slot: string, { from }: { readonly from: number }): string {
  return `From iteration ${from} on, ${slot}’s proxy rises while true success falls.`;
}
