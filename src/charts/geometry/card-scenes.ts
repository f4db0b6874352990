/** Gallery pictures of places: a grid or a course with the way of one trajectory, and a grid shaded by a number per cell. */
import { card, CARD, escapeXml, levelClass, lineClass, n } from './card-svg';
import { cardsPicture, type CardsSource } from './cards-picture';
import { gridPicture, type GridSource } from './grid-picture';
import { hillPicture, type HillSource } from './hill-picture';
import type { Trace } from './path-trace';
import { trackPicture, type TrackSource } from './track-picture';

export interface Way {
  /** [length + 1] visited states. */
  readonly state: ArrayLike<number>;
  /** [length] */
  readonly advantage: ArrayLike<number>;
  readonly range: number;
  readonly step: number;
}

function traceText(trace: Trace, { advantage, range }: Way): string {
  let ahead = '';
  let ways = '';
  let stays = '';
  for (const piece of trace.steps) {
    const name = lineClass(advantage[piece.step]!, range);
    if (piece.stayed) {
      if (piece.when !== 'future') stays += `<circle class="${name}" cx="${n(piece.middle[0])}" cy="${n(piece.middle[1])}" r="1.8"/>`;
    } else if (piece.when === 'future') ahead += piece.path;
    else ways += `<path class="way l-${name}" d="${piece.path}"/>`;
  }
  return `${ahead && `<path class="ahead" d="${ahead}"/>`}${ways}${stays}<circle class="from" cx="${n(trace.start[0])}" cy="${n(trace.start[1])}" r="3"/>`;
}

const chequers = (x: number, y: number, size: number) => {
  const s = size / 4;
  let d = '';
  for (let k = 0; k < 16; k++) if ((k + Math.floor(k / 4)) % 2 === 0) d += `M${n(x + (k % 4) * s)} ${n(y + Math.floor(k / 4) * s)}h${n(s)}v${n(s)}h${n(-s)}z`;
  return `<rect class="paper" x="${n(x)}" y="${n(y)}" width="${n(size)}" height="${n(size)}" rx="2"/><path class="ink" d="${d}"/>`;
};

/** A boat race. */
export function trackCard(picture: TrackSource, way: Way): string {
  const geometry = trackPicture(picture, way.state, way.step, { width: CARD.width, height: CARD.height + 6 });
  const ring = geometry.ring ? `<circle class="channel" cx="${n(geometry.ring.x)}" cy="${n(geometry.ring.y)}" r="${n(geometry.ring.radius)}"/>` : '';
  const finish = geometry.finish ? chequers(geometry.finish[0] - 8, geometry.finish[1] - 8, 16) : '';
  const buoys = geometry.buoys.map((buoy) => `<circle class="buoy${buoy.passed ? ' passed' : ''}" cx="${n(buoy.x)}" cy="${n(buoy.y)}" r="6"/>`).join('');
  const { at } = geometry.trace;
  const boat = `<path class="agent" transform="translate(${n(at.x)} ${n(at.y)}) rotate(${n(at.angle)})" d="M10 0C5 4.6-2 5.4-7 4.8L-4.200 0L-7-4.800C-2-5.400 5-4.600 10 0Z"/>`;
  return card(
    CARD.width,
    CARD.height + 6,
    `<rect class="water" width="${CARD.width}" height="${CARD.height + 6}" rx="6"/><path class="channel" d="${geometry.channel}"/>${ring}${finish}${buoys}${traceText(geometry.trace, way)}${boat}`,
  );
}

/** The dealer's card and the hands of some trajectories, a row each, filled by the advantage of what was done with them. */
export function cardsCard(picture: CardsSource, ways: readonly (Way & { readonly action: ArrayLike<number> })[]): string {
  const [width, height, pitch, row] = [30, 28, 35, 34];
  let body = '';
  ways.forEach((way, r) => {
    const y = r * row;
    const { dealer, hands } = cardsPicture(picture, way.state, way.action);
    body += `<rect class="paper" x="0.5" y="${n(y + 0.5)}" width="${width - 6}" height="${height - 1}" rx="4"/><text class="on-paper" x="${width / 2 - 3}" y="${n(y + 19)}">${dealer}</text>`;
    hands.slice(0, 4).forEach(({ points, step }, k) => {
      const name = levelClass(way.advantage[step]!, way.range);
      body += `<rect class="${name}" x="${n(44 + k * pitch)}" y="${n(y)}" width="${width}" height="${height}" rx="4"/><text class="hand on-${name}" x="${n(44 + k * pitch + width / 2)}" y="${n(y + 19)}">${points}</text>`;
    });
  });
  return card(44 + 4 * pitch, ways.length * row - (row - height), body);
}

/** A hill, and under it where the car was at every step. */
export function hillCard(picture: HillSource, way: Way): string {
  const position = Array.from(way.state, (s) => picture.positionOf[s]!);
  const geometry = hillPicture(picture, position, way.step, { width: CARD.width, height: CARD.height + 6 });
  const ways = geometry.pieces.map((piece) => `<path class="way l-${lineClass(way.advantage[piece.step]!, way.range)}" d="${piece.path}"/>`).join('');
  const { car, flag } = geometry;
  return card(
    CARD.width,
    CARD.height + 6,
    `<path class="floor" d="${geometry.ground}"/><path class="rim" d="${geometry.track}"/><path class="pole" d="M${n(flag[0])} ${n(flag[1])}v-14"/><path class="pennant" d="M${n(flag[0])} ${n(flag[1] - 14)}l9 3-9 3z"/>${ways}<circle class="agent" cx="${n(car.x)}" cy="${n(car.y - 4)}" r="4.5"/>`,
  );
}

function board(picture: GridSource, fill: (cell: number) => string | null): { cell: number; text: string } {
  const cell = Math.floor(Math.min(CARD.width / picture.columns, (CARD.height + 6) / picture.rows) * 10) / 10;
  const gap = cell > 8 ? 1 : 0;
  let walls = '';
  let cells = '';
  for (let k = 0; k < picture.rows * picture.columns; k++) {
    const x = (k % picture.columns) * cell;
    const y = Math.floor(k / picture.columns) * cell;
    if (picture.wall[k] === 1) walls += `M${n(x)} ${n(y)}h${n(cell - gap)}v${n(cell - gap)}h${n(gap - cell)}z`;
    else cells += fill(k)?.replace('@', `x="${n(x)}" y="${n(y)}" width="${n(cell - gap)}" height="${n(cell - gap)}"`) ?? '';
  }
  return { cell, text: `<rect class="floor" width="${n(cell * picture.columns)}" height="${n(cell * picture.rows)}" rx="4"/>${cells}<path class="land" d="${walls}"/>${(picture.fences ?? []).map((at) => `<path class="pole" d="M${n(((at % picture.columns) + 1) * cell)} ${n(Math.floor(at / picture.columns) * cell)}v${n(cell)}"/>`).join('')}` };
}

function marksText(picture: GridSource, cell: number): string {
  return picture.marks
    .map(({ cell: at, role, label }) => {
      const [x, y] = [(at % picture.columns) * cell, Math.floor(at / picture.columns) * cell];
      const middle = `cx="${n(x + cell / 2)}" cy="${n(y + cell / 2)}"`;
      if (role === 'goal') return chequers(x + 1, y + 1, cell - 2);
      if (role === 'hazard') return `<circle class="hole" ${middle} r="${n(cell * 0.34)}"/>`;
      if (role === 'place') return `<rect class="spot" x="${n(x + 1)}" y="${n(y + 1)}" width="${n(cell - 2)}" height="${n(cell - 2)}" rx="2"/>`;
      if (role === 'key') return `<circle class="buoy passed" ${middle} r="${n(cell * 0.3)}"/>`;
      if (role === 'door') return `<rect class="door" x="${n(x + cell * 0.2)}" y="${n(y + 1)}" width="${n(cell * 0.6)}" height="${n(cell - 2)}" rx="1.5"><title>${escapeXml(label)}</title></rect>`;
      return '';
    })
    .join('');
}

/** A grid world with the way of one trajectory up to a step. */
export function gridCard(picture: GridSource, way: Way): string {
  const { cell, text } = board(picture, () => null);
  const geometry = gridPicture(picture, way.state, way.step, { width: cell * picture.columns, maxHeight: cell * picture.rows, cell });
  const { at } = geometry.trace;
  const agent = `<path class="agent" transform="translate(${n(at.x)} ${n(at.y)}) rotate(${n(at.angle)}) scale(${n(Math.max(0.5, cell / 22))})" d="M8 0L-5 5L-2.600 0L-5-5Z"/>`;
  return card(cell * picture.columns, cell * picture.rows, `${text}${marksText(picture, cell)}${traceText(geometry.trace, way)}${agent}`);
}

/** A grid world shaded by one number per cell, the largest darkest; NaN leaves a cell bare. */
export function fieldCard(picture: GridSource, value: ArrayLike<number>): string {
  const finite = Array.from(value).filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const { cell, text } = board(picture, (k) => {
    const v = value[k]!;
    if (!Number.isFinite(v) || !(high > low)) return null;
    return `<rect class="f${Math.round((9 * (v - low)) / (high - low))}" @ rx="2"/>`;
  });
  return card(cell * picture.columns, cell * picture.rows, text + marksText(picture, cell));
}
