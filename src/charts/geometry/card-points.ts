/** Gallery pictures of scenarios in closed form: the clicks of a batch at their target, or one denoised point on its plane. */
import type { PlanePicture } from '../../core/contracts/closed-form';
import { card, CARD, lineClass, n } from './card-svg';
import { planePicture, screenPicture, type Points, type ScreenView } from './plane-picture';

/** [nTraj × steps] what colours the points. */
export interface Colouring {
  readonly advantage: ArrayLike<number>;
  readonly range: number;
}

export function pointsCard(picture: PlanePicture, points: Points, trajectory: number, { advantage, range }: Colouring): string {
  const size = { width: CARD.width, height: CARD.height };
  if (picture.kind === 'screen') {
    const { whole, near } = screenPicture(picture, points, size);
    return card(CARD.width, CARD.height, [whole, ...(near ? [near] : [])].map((view) => screenText(view, advantage, range)).join(''));
  }
  const { target, trace, completions } = planePicture(picture, points, trajectory, points.steps - 1, size);
  const discs = target.map(({ x, y, radius }) => `<circle class="buoy passed" fill-opacity="0.4" stroke-opacity="0.4" cx="${n(x)}" cy="${n(y)}" r="${n(radius)}"/>`).join('');
  const ends = completions.map(([x, y]) => `<circle class="z" cx="${n(x)}" cy="${n(y)}" r="1.8"/>`).join('');
  const way = trace.steps.map((piece) => (piece.stayed ? '' : `<path class="way l-${lineClass(advantage[trajectory * points.steps + piece.step]!, range)}" d="${piece.path}"/>`)).join('');
  const from = `<circle class="from" cx="${n(trace.start[0])}" cy="${n(trace.start[1])}" r="3"/>`;
  return card(CARD.width, CARD.height, `<rect class="floor" width="${CARD.width}" height="${CARD.height}" rx="6"/>${discs}${ends}${way}${from}`);
}

function screenText({ frame, target, clicks }: ScreenView, advantage: ArrayLike<number>, range: number): string {
  const box = (name: string, { x, y, width, height }: typeof frame, rx: number) =>
    `<rect class="${name}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${rx}"/>`;
  const dots = clicks.map(({ trajectory, at }) => `<circle class="${lineClass(advantage[trajectory]!, range)}" cx="${n(at[0])}" cy="${n(at[1])}" r="2.4"/>`).join('');
  return `${box('floor', frame, 6)}${box('buoy passed', target, 2)}${dots}`;
}
