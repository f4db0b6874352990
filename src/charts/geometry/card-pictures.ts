/**
 * The pictures of gallery cards, each drawn from one batch: its cells, groups, lengths, places or prefixes, and what
 * prices say about them. One function a picture; which one a card shows is said by its preset.
 */
import { card, CARD, CellPaths, escapeXml, levelClass, n } from './card-svg';
import type { ChainSource } from './chain-picture';

/** One batch and what prices say about it. All step columns are [nTraj × maxLen]. */
export interface CardBatch {
  readonly nTraj: number;
  readonly maxLen: number;
  readonly length: Int32Array;
  /** [nTraj] group of each trajectory. */
  readonly group: ArrayLike<number>;
  /** [nTraj] what the true objective paid. */
  readonly outcome: ArrayLike<number>;
  readonly action: ArrayLike<number>;
}

export interface PricedRow {
  /** `x` for the exact advantage, else a scheme's letter. */
  readonly series: string;
  readonly advantage: Float64Array;
  readonly range: number;
}

/** Cells across that still read as cells. */
const COLUMNS = 24;

/** One trajectory under several prices: a row each, the exact one first and apart. Short trajectories bring those after them along. */
export function pricesPicture(batch: CardBatch, trajectory: number, rows: readonly PricedRow[]): string {
  const together = batch.maxLen > 4 ? 1 : Math.floor(COLUMNS / (batch.maxLen + 1));
  const first = Math.min(trajectory, Math.max(0, batch.nTraj - together));
  const columns: { readonly k: number; readonly left: number }[] = [];
  let left = 0;
  for (let i = first; i < Math.min(batch.nTraj, first + together); i++) {
    for (let t = 0; t < Math.min(COLUMNS, batch.length[i]!); t++) columns.push({ k: i * batch.maxLen + t, left: left++ });
    left += batch.maxLen > 1 ? 0.5 : 0;
  }
  const gutter = 20;
  const cell = Math.min(15, (CARD.width - gutter - 4) / left);
  const pitch = Math.min(24, (CARD.height - 6) / rows.length);
  const height = pitch - 4;
  const cells = new CellPaths();
  let labels = '';
  rows.forEach(({ series, advantage, range }, r) => {
    const y = r * pitch + (r > 0 ? 6 : 0);
    labels += chip(series, 0, y + height / 2 - 8);
    for (const column of columns) cells.add(levelClass(advantage[column.k]!, range), gutter + 4 + column.left * cell, y, cell - 1.2, height);
  });
  return card(gutter + 4 + left * cell, rows.length * pitch + 6 - 4, labels + cells.toString());
}

/** Whole groups side by side: a row a trajectory, a column a step. A group without colour teaches nothing. */
export function groupsPicture(batch: CardBatch, { advantage, range }: PricedRow): string {
  const groups = [...new Set(Array.from({ length: batch.nTraj }, (_, i) => batch.group[i]!))].slice(0, batch.maxLen > 2 ? 4 : 6);
  const members = groups.map((g) => Array.from({ length: batch.nTraj }, (_, i) => i).filter((i) => batch.group[i] === g).slice(0, 8));
  const cells = new CellPaths();
  const put = (i: number, t: number, x: number, y: number, w: number, h: number) =>
    cells.add(levelClass(advantage[i * batch.maxLen + t]!, range), x, y, w - 1.2, h - 1.2);
  if (batch.maxLen <= 2) {
    // A row a group, so that trajectories of a step or two do not make a thin column.
    const [cw, ch] = [CARD.width / 8 / batch.maxLen - 2, CARD.height / groups.length];
    members.forEach((row, g) => row.forEach((i, r) => { for (let t = 0; t < batch.length[i]!; t++) put(i, t, (r * batch.maxLen + t) * (cw + 2), g * ch, cw, ch - 3); }));
    return card(CARD.width, CARD.height, cells.toString());
  }
  const most = Math.max(...members.map((row) => row.length));
  const [cw, ch] = [Math.min(18, (CARD.width - 14) / 2 / batch.maxLen), (CARD.height - 8) / 2 / most];
  members.forEach((row, g) =>
    row.forEach((i, r) => { for (let t = 0; t < batch.length[i]!; t++) put(i, t, (g % 2) * (cw * batch.maxLen + 14) + t * cw, (g >> 1) * (most * ch + 8) + r * ch, cw, ch); }),
  );
  return card(2 * cw * batch.maxLen + 14, CARD.height, cells.toString());
}

/** A bar a trajectory of one group, as long as `size` says, filled by its mean advantage, and whether it succeeded. */
export function barsPicture(batch: CardBatch, { advantage }: PricedRow, success: number, size: ArrayLike<number>): string {
  const members = membersOfMixedGroup(batch, success).slice(0, 6);
  const mean = members.map((i) => {
    let sum = 0;
    for (let t = 0; t < batch.length[i]!; t++) sum += advantage[i * batch.maxLen + t]!;
    return sum / Math.max(1, batch.length[i]!);
  });
  const range = Math.max(...mean.map(Math.abs), 1e-12);
  const longest = Math.max(...members.map((i) => size[i]!), 1e-12);
  const pitch = CARD.height / Math.max(5, members.length);
  let body = '';
  members.forEach((i, k) => {
    const width = Math.max(6, ((CARD.width - 22) * size[i]!) / longest);
    const y = k * pitch;
    body += `<rect class="${levelClass(mean[k]!, range)}" x="0" y="${n(y)}" width="${n(width)}" height="${n(pitch - 5)}" rx="3"/>`;
    body += `<path class="${batch.outcome[i]! >= success ? 'tick' : 'fail'}" d="${batch.outcome[i]! >= success ? `M${n(width + 7)} ${n(y + pitch / 2 - 2)}l3 3.2 6-7` : `M${n(width + 8)} ${n(y + pitch / 2 - 6)}l7 7m0-7l-7 7`}"/>`;
  });
  return card(CARD.width, members.length * pitch - 5, body);
}

/** A dot a trajectory: what the true objective paid across, what something else paid upwards, filled by its mean advantage. */
export function scatterPicture(across: ArrayLike<number>, upwards: ArrayLike<number>, batch: CardBatch, { advantage, range }: PricedRow): string {
  const extent = (values: ArrayLike<number>) => [Math.min(...Array.from(values)), Math.max(...Array.from(values))] as const;
  const [[x0, x1], [y0, y1]] = [extent(across), extent(upwards)];
  const [width, height] = [CARD.width - 24, CARD.height - 6];
  let dots = '';
  for (let i = 0; i < batch.nTraj; i++) {
    let sum = 0;
    for (let t = 0; t < batch.length[i]!; t++) sum += advantage[i * batch.maxLen + t]!;
    const x = 12 + (width * (across[i]! - x0)) / (x1 - x0 || 1);
    const y = 3 + height - ((height - 6) * (upwards[i]! - y0)) / (y1 - y0 || 1) - 3;
    dots += `<circle class="node ${levelClass(sum / Math.max(1, batch.length[i]!), range)}" cx="${n(x)}" cy="${n(y)}" r="3.6"/>`;
  }
  return card(CARD.width, CARD.height, `<path class="joint" d="M4 2V${CARD.height - 2}H${CARD.width - 4}"/>${dots}`);
}

/** The first calls of one trajectory as links of a chain, a row a price, by their short names. */
export function chainCard(batch: CardBatch, trajectory: number, rows: readonly PricedRow[], picture: ChainSource): string {
  const shown = Math.min(5, batch.length[trajectory]!);
  const [left, pitch, width, height, rowPitch] = [22, 35, 30, 28, 36];
  let body = '';
  rows.forEach(({ series, advantage, range }, r) => {
    const y = r * rowPitch;
    body += chip(series, 0, y + height / 2 - 8);
    for (let t = 0; t < shown; t++) {
      const x = left + t * pitch;
      const { role } = picture.actions[batch.action[trajectory * batch.maxLen + t]!]!;
      if (t > 0) body += `<path class="joint" d="M${n(x - pitch + width)} ${n(y + height / 2)}h${n(pitch - width)}"/>`;
      body += `<rect class="${levelClass(advantage[trajectory * batch.maxLen + t]!, range)}" x="${n(x)}" y="${n(y)}" width="${width}" height="${height}" rx="${role === 'finish' ? 14 : 6}"/>`;
    }
  });
  for (let t = 0; t < shown; t++) {
    const { short } = picture.actions[batch.action[trajectory * batch.maxLen + t]!]!;
    body += `<text class="under" x="${n(left + t * pitch + width / 2)}" y="${n(rows.length * rowPitch + 5)}">${escapeXml(short)}</text>`;
  }
  return card(left + shown * pitch - (pitch - width), rows.length * rowPitch + 10, body);
}

/** A series' letter in its colour; `x` is the exact advantage. */
function chip(series: string, x: number, y: number): string {
  return `<g transform="translate(${n(x)} ${n(y)})" class="chip s-${series}"><rect width="16" height="16" rx="4"/><text x="8" y="11.8">${series === 'x' ? '✱' : series.toUpperCase()}</text></g>`;
}

/** Prefixes that trajectories of one group share, from left to right; a node's colour is the mean advantage of the steps into it. */
export function treePicture(batch: CardBatch, { advantage, range }: PricedRow): string {
  const members = Array.from({ length: batch.nTraj }, (_, i) => i).filter((i) => batch.group[i] === batch.group[0]).slice(0, 8);
  const depth = Math.min(6, Math.max(...members.map((i) => batch.length[i]!)));
  interface Node { readonly depth: number; readonly children: Map<number, Node>; sum: number; count: number; y: number }
  const make = (d: number): Node => ({ depth: d, children: new Map(), sum: 0, count: 0, y: 0 });
  const root = make(0);
  for (const i of members) {
    let node = root;
    for (let t = 0; t < Math.min(depth, batch.length[i]!); t++) {
      const action = batch.action[i * batch.maxLen + t]!;
      let next = node.children.get(action);
      if (!next) node.children.set(action, (next = make(t + 1)));
      next.sum += advantage[i * batch.maxLen + t]!;
      next.count += 1;
      node = next;
    }
  }
  let leaves = 0;
  const place = (node: Node): void => {
    const children = [...node.children].sort(([a], [b]) => a - b).map(([, child]) => child);
    children.forEach(place);
    node.y = children.length === 0 ? leaves++ : (children[0]!.y + children.at(-1)!.y) / 2;
  };
  place(root);
  const [dx, dy] = [(CARD.width - 14) / depth, Math.min(16, (CARD.height - 10) / Math.max(1, leaves - 1))];
  const at = (node: Node) => [6 + node.depth * dx, 6 + node.y * dy] as const;
  let edges = '';
  let nodes = `<circle class="root" cx="${n(at(root)[0])}" cy="${n(at(root)[1])}" r="4.5"/>`;
  const draw = (node: Node): void => {
    const [x, y] = at(node);
    for (const child of node.children.values()) {
      const [cx, cy] = at(child);
      edges += `M${n(x)} ${n(y)}C${n((x + cx) / 2)} ${n(y)} ${n((x + cx) / 2)} ${n(cy)} ${n(cx)} ${n(cy)}`;
      nodes += `<circle class="node ${levelClass(child.sum / child.count, range)}" cx="${n(cx)}" cy="${n(cy)}" r="4.8"/>`;
      draw(child);
    }
  };
  draw(root);
  return card(CARD.width, 12 + Math.max(0, leaves - 1) * dy, `<path class="joint" d="${edges}"/>${nodes}`);
}

/** Trajectories of the first group that holds both successes and failures, else of the first group. */
function membersOfMixedGroup(batch: CardBatch, success: number): number[] {
  const all = Array.from({ length: batch.nTraj }, (_, i) => i);
  const groups = [...new Set(all.map((i) => batch.group[i]!))].map((g) => all.filter((i) => batch.group[i] === g));
  const mixed = groups.find((members) => members.some((i) => batch.outcome[i]! >= success) && members.some((i) => batch.outcome[i]! < success));
  return mixed ?? groups[0]!;
}
