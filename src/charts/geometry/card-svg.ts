/**
 * Small pictures as SVG text, made where there is no page. Colours are classes (`z`, `p1` … `p6`, `m1` … `m6` for the sign of
 * an advantage, names for the rest), so that one picture serves both themes.
 */

/** Width and height that every picture fits into. */
export const CARD = { width: 192, height: 98 } as const;

/** Colours each way from zero. */
const LEVELS = 6;

/** Class of a number by the square root of its share of the range, as the lab colours cells. */
export function levelClass(value: number, range: number): string {
  if (!(range > 0) || !Number.isFinite(value)) return 'z';
  const level = Math.round(Math.sqrt(Math.min(1, Math.abs(value) / range)) * LEVELS);
  return level === 0 ? 'z' : `${value > 0 ? 'p' : 'm'}${level}`;
}

/** The same, never paler than half strength: a thin line has to be seen. */
export function lineClass(value: number, range: number): string {
  const name = levelClass(value, range);
  return name === 'z' ? 'z' : `${name[0]}${Math.max(3, Number(name[1]))}`;
}

/** Rectangles by class; those of one class are one path, so the text stays small. */
export class CellPaths {
  readonly #byClass = new Map<string, string>();

  add(name: string, x: number, y: number, width: number, height: number): void {
    this.#byClass.set(name, `${this.#byClass.get(name) ?? ''}M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`);
  }

  toString(): string {
    return [...this.#byClass].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, d]) => `<path class="${name}" d="${d}"/>`).join('');
  }
}

/** An SVG that its card scales; what it shows is said in the card's words. */
export function card(width: number, height: number, body: string): string {
  return `<svg viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" aria-hidden="true">${body}</svg>`;
}

/** A coordinate without needless digits. */
export function n(x: number): string {
  return String(Math.round(x * 10) / 10);
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
