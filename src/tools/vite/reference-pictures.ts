/** Pictures of reference pages as SVG text. Colours are classes of reference.css, so that they follow the theme. */
import type { LiveFigures } from '../../core/reference/live';
import type { MergedPicture, PlacedNode } from '../../core/reference/merged-picture';
import { escapeHtml, shortNumber } from './reference-text.ts';

/** Colours each way from zero. */
const LEVELS = 6;

type Batch = Pick<LiveFigures, 'length' | 'maxLen' | 'spans'>;

/** Level −6 … 6 of a number by the square root of its share of the range, as the lab colours cells. */
function levelOf(value: number, range: number): number {
  if (!(range > 0) || !Number.isFinite(value)) return 0;
  return Math.sign(value) * Math.round(Math.sqrt(Math.min(1, Math.abs(value) / range)) * LEVELS) + 0;
}

const nameOf = (level: number) => (level === 0 ? 'z' : `${level > 0 ? 'p' : 'm'}${Math.abs(level)}`);

function largest(cells: ArrayLike<number>): number {
  return Array.from(cells).reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
}

/** Top of every trajectory's row, with a gap between groups, and the height of all. */
function rowTops({ length, spans }: Batch, rowHeight: number, gap: number): { top: number[]; height: number } {
  const top: number[] = [];
  let y = 0;
  spans.forEach(({ count }, k) => {
    if (k > 0) y += gap;
    for (let m = 0; m < count && top.length < length.length; m++, y += rowHeight) top.push(y);
  });
  return { top, height: y };
}

/** Rows are trajectories, columns steps, every cell with its number. */
export function cellPicture(cells: Float64Array, batch: Batch, label: string): string {
  const [cellWidth, rowHeight, left, head] = [58, 26, 22, 18];
  const { top, height } = rowTops(batch, rowHeight, 8);
  const range = largest(cells);
  const parts: string[] = [];
  for (let t = 0; t < batch.maxLen; t++) parts.push(`<text class="axis" x="${left + (t + 0.5) * cellWidth}" y="11">${t}</text>`);
  batch.length.forEach((T, i) => {
    const y = head + top[i];
    parts.push(`<text class="axis row" x="${left - 8}" y="${y + 17}">${i + 1}</text>`);
    for (let t = 0; t < T; t++) {
      const value = cells[i * batch.maxLen + t];
      const name = nameOf(levelOf(value, range));
      const x = left + t * cellWidth;
      parts.push(`<rect class="${name}" x="${x}" y="${y}" width="${cellWidth - 2}" height="${rowHeight - 2}" rx="3"/><text class="on-${name}" x="${x + cellWidth / 2 - 1}" y="${y + 16.5}">${shortNumber(value)}</text>`);
    }
  });
  const size = { width: left + batch.maxLen * cellWidth, height: head + height };
  return `<svg class="cells" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(label)}">${parts.join('')}</svg>`;
}

/** The same without numbers, small: cells of one colour are one path. */
export function thumbnail(cells: Float64Array, batch: Batch): string {
  const [cellWidth, rowHeight] = [8, 5];
  const { top, height } = rowTops(batch, rowHeight, 2);
  const range = largest(cells);
  const paths = new Map<string, string>();
  batch.length.forEach((T, i) => {
    for (let t = 0; t < T; t++) {
      const name = nameOf(levelOf(cells[i * batch.maxLen + t], range));
      paths.set(name, `${paths.get(name) ?? ''}M${t * cellWidth} ${top[i]}h${cellWidth - 1}v${rowHeight - 1}h${1 - cellWidth}z`);
    }
  });
  const width = batch.maxLen * cellWidth;
  return `<svg class="thumb" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true">${[...paths].map(([name, d]) => `<path class="${name}" d="${d}"/>`).join('')}</svg>`;
}

/** What an estimator merges, from the root at the left: a node's number is its worth, the way of the explained step is thick. */
export function treePicture({ nodes, selected, title, unit }: MergedPicture): string {
  const [stepX, rowY, left, top] = [112, 46, 34, 32];
  const rows = Math.max(...nodes.map(({ row }) => row)) + 1;
  const depth = Math.max(...nodes.map((node) => node.depth));
  const [width, height] = [left + depth * stepX + 84, top + (rows - 1) * rowY + 20];
  const at = ({ depth: d, row }: PlacedNode) => ({ x: left + d * stepX, y: top + row * rowY });
  const parts: string[] = [];
  nodes.forEach((node, k) => {
    if (node.parent < 0) return;
    const [from, to] = [at(nodes[node.parent]), at(node)];
    const middle = (from.x + to.x) / 2;
    parts.push(`<path class="edge${node.isOwn ? ' own' : ''}${k === selected ? ' chosen' : ''}" d="M${from.x + 22} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x - 22} ${to.y}"/>`);
  });
  nodes.forEach((node, k) => {
    const { x, y } = at(node);
    const form = `node${node.isLeaf ? ' end' : ''}${node.isOwn ? ' own' : ''}${k === selected ? ' chosen' : ''}`;
    parts.push(`<rect class="${form}" x="${x - 22}" y="${y - 12}" width="44" height="24" rx="${node.isLeaf ? 4 : 12}"/>`);
    parts.push(`<text class="axis name" x="${x - 21}" y="${y - 16}">${escapeHtml(node.kind === 'root' ? 'start' : node.name)}${node.count > 1 ? ` ×${node.count}` : ''}</text>`);
    parts.push(`<text class="value" x="${x}" y="${y + 4.5}">${node.value === null ? '–' : shortNumber(node.value)}</text>`);
  });
  const words = nodes
    .filter((node) => node.value !== null)
    .map((node) => `${node.parent < 0 ? 'root' : `depth ${node.depth}, ${node.name}`}: ${shortNumber(node.value!)}, ${node.count} ${node.count === 1 ? unit : `${unit}s`}`)
    .join('; ');
  return `<svg class="tree" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${title}. ${words}.`)}">${parts.join('')}</svg>`;
}
