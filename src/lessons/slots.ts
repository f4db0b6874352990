/** Numbers in prose: `{arm.metric}` names a recorded figure, and the recording says what is printed. */
import type { Recording, Summary, Unit } from './recording';

const PLACE = String.raw`([A-Za-z][\w]*)\.([A-Za-z]\w*)(?:@(\d+))?`;
const slotForm = new RegExp(`^${PLACE}(?:-${PLACE})?(?:\\|(\\w+))?$`);

/**
 * The text of one slot. `B.success` is the mean after the last update, `B.success@60` after update 60, `B.success-A.success` a
 * difference in points; after a bar: `sd` the spread, `range` least to largest, `solved` how many seeds passed one half,
 * `lost` how many did not, `below` how many ended below where they began, `odds` one in so many, `digits` four significant ones, `1` and `2` so many decimals. `seeds` is the number of seeds. Throws where nothing was recorded.
 */
export function slotText(slot: string, recording: Recording): string {
  if (slot === 'seeds') return String(recording.seeds);
  const match = slotForm.exec(slot);
  if (!match) throw new Error(`"{${slot}}" is no slot.`);
  const [, arm, metric, at, minusArm, minusMetric, minusAt, form] = match;
  const { summary, unit } = find(recording, arm!, metric!, at);
  if (minusArm) return difference(summary.mean - find(recording, minusArm, minusMetric!, minusAt).summary.mean, unit);
  switch (form) {
    case undefined:
      return numberText(summary.mean, unit, metric);
    case 'sd':
      return unit === 'share' ? points(summary.sd) : summary.sd.toFixed(2);
    case 'range':
      return `${numberText(Math.min(...summary.values), unit, metric)} to ${numberText(Math.max(...summary.values), unit, metric)}`;
    case 'solved':
      return `${summary.values.filter((x) => x > 0.5).length} of ${summary.values.length}`;
    case 'lost':
      return `${summary.values.filter((x) => x <= 0.5).length} of ${summary.values.length}`;
    case 'below': {
      const began = find(recording, arm!, metric!, '0').summary.values;
      return `${summary.values.filter((x, k) => x < began[k]!).length} of ${summary.values.length}`;
    }
    case 'odds':
      return `one in ${grouped(Number((1 / summary.mean).toPrecision(2)))}`;
    case 'digits':
      return summary.mean.toPrecision(4).replace('-', '−');
    case '1':
    case '2':
      return summary.mean.toFixed(Number(form)).replace('-', '−');
    default:
      throw new Error(`"{${slot}}": "${form}" is no form of a number.`);
  }
}

/** The figure that a plain slot names, for those who draw or replace it. */
export function slotFigure(slot: string, recording: Recording): { readonly arm: string; readonly metric: string; readonly at: number; readonly summary: Summary; readonly unit: Unit } {
  const match = slotForm.exec(slot);
  if (!match) throw new Error(`"${slot}" is no slot.`);
  const [, arm, metric, at] = match;
  return { arm: arm!, metric: metric!, ...find(recording, arm!, metric!, at) };
}

function find({ arms, units, lesson }: Recording, arm: string, metric: string, at: string | undefined): { summary: Summary; unit: Unit; at: number } {
  const recorded = arms[arm];
  const iteration = at === undefined ? recorded?.iterations : Number(at);
  const summary = recorded?.figures[`${metric}@${iteration}`];
  if (!summary) throw new Error(`${lesson}: nothing was recorded for ${arm}.${metric}@${iteration}.`);
  return { summary, unit: units[metric] ?? 'number', at: iteration! };
}

/** A mean as prose prints it. */
export function numberText(x: number, unit: Unit, metric = ''): string {
  if (unit === 'share') return percentText(x);
  if (unit === 'count') return x.toFixed(1);
  return metric === 'cosine' ? signedText(x) : x.toFixed(2).replace('-', '−').replace(/^−(0\.00)$/, '$1');
}

export function percentText(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return 'under 1%';
  if (rounded === 100 && share < 1) return 'over 99%';
  return `${rounded}%`;
}

function signedText(x: number): string {
  const text = Math.abs(x).toFixed(2);
  return Number(text) === 0 ? text : `${x < 0 ? '−' : '+'}${text}`;
}

function points(share: number): string {
  const size = Math.abs(share) * 100;
  return size < 0.5 ? 'under a point' : Math.round(size) === 1 ? '1 point' : `${Math.round(size)} points`;
}

function difference(x: number, unit: Unit): string {
  return unit === 'share' ? points(x) : Math.abs(x).toFixed(2);
}

function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}
