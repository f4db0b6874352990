/** One batch as a still picture, exact beside one scheme: an embed's poster, and the image in a snippet's fallback. */
import { advantageRange } from '../../charts/geometry/advantage-range';
import { fitRowHeight } from '../../charts/geometry/heatmap-layout';
import { count, percent } from '../../charts/geometry/number-format';
import { HEAD, posterHeatmap, type PosterPanel } from '../../charts/geometry/poster-heatmap';
import { rowOrder, trajectoryStatus } from '../../charts/geometry/row-order';
import type { Theme } from '../../charts/palette';
import type { Still } from '../../state/still';
import { slotOf, successOutcome, titleOf } from '../scheme-words';

export interface StillOptions {
  readonly theme: Theme;
  /** At most so many trajectories are drawn. */
  readonly rows: number;
  /** Pixels of the whole picture; rows keep a readable height, so it may come out lower or higher. */
  readonly width: number;
  readonly height: number;
  readonly padding?: number;
  readonly background?: boolean;
}

const GAP = 14;

/** SVG text with literal colours and nothing that runs. */
export function stillPicture(still: Still, { theme, rows, width, height, padding = 0, background = false }: StillOptions): string {
  const { scene, spec, scheme, prices } = still;
  const { length, maxLen, group } = scene.batch;
  const status = trajectoryStatus(scene.outcome, scene.terminated, successOutcome(scene.outcome));
  const order = rowOrder({ status, length, group: group.id }, { sort: spec.view.sort, limit: rows, include: spec.view.selected?.trajectory });
  const panel = (series: PosterPanel['series'], title: string, advantage: Float64Array): PosterPanel => ({
    series,
    title,
    advantage,
    range: advantageRange(advantage, length, maxLen),
  });
  const panels = [panel('exact', 'What helped', scene.exact)];
  if (prices) panels.push(panel(slotOf(scheme), schemeTitle(still), prices.priced.advantage));
  return posterHeatmap(panels, { length, maxLen, rowOrder: order }, {
    theme,
    title: stillWords(still),
    panelWidth: Math.floor((width - 2 * padding - (panels.length - 1) * GAP) / panels.length),
    rowHeight: Math.floor(fitRowHeight(order, height - HEAD - 2 * padding, { min: 7, max: 18 })),
    gap: GAP,
    padding,
    background,
  });
}

/** The picture in a sentence or two, with the figure that matters. */
export function stillWords(still: Still): string {
  const { scene, spec, prices } = still;
  const { nTraj, maxLen } = scene.batch;
  const batch = `${spec.title}: ${count(nTraj)} ${nounOf(still)} of at most ${maxLen} steps.`;
  if (!prices) return `${batch} The exact advantage of every step.`;
  const { wrongSign, judged } = prices.figures;
  const verdict = judged > 0 ? ` At ${percent(wrongSign)} of the steps that matter its sign is wrong.` : '';
  return `${batch} The exact advantage of every step, beside the one that the reward scheme ${schemeTitle(still)} gives it.${verdict}`;
}

/** "races"; one batch holds several. */
export function nounOf({ scene }: Pick<Still, 'scene'>): string {
  return `${scene.scenario.trajectoryNoun}s`;
}

export function schemeTitle({ spec, scheme }: Pick<Still, 'spec' | 'scheme'>): string {
  return titleOf(spec.schemes[scheme]!.name);
}

/** An SVG as an address, escaped no more than a URL in double quotes needs. */
export function svgAddress(svg: string): string {
  const escapes: Record<string, string> = { '%': '%25', '#': '%23', '<': '%3C', '>': '%3E', '&': '%26', '"': "'" };
  return `data:image/svg+xml,${svg.replace(/[%#<>&"]/g, (c) => escapes[c]!)}`;
}
