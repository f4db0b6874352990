import type { Picture } from '../../core/contracts/scenario';
import { whenOf, type When } from './path-trace';

export type ChainSource = Extract<Picture, { kind: 'chain' }>;

export interface ChainLink {
  readonly step: number;
  readonly when: When;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly label: string;
  readonly role: ChainSource['actions'][number]['role'];
}

export interface ChainGauge {
  readonly title: string;
  /** Level before the step and after it. */
  readonly level: number;
  readonly next: number;
  readonly levels: readonly string[];
}

export interface ChainGeometry {
  readonly width: number;
  readonly height: number;
  readonly boxWidth: number;
  readonly boxHeight: number;
  readonly links: readonly ChainLink[];
  /** Lines between neighbours, along rows and around their ends. */
  readonly joints: readonly { readonly step: number; readonly path: string }[];
  readonly gauges: readonly ChainGauge[];
}

/**
 * Actions as a path that turns at each row's end. `state` holds the T + 1 visited states, `action`
 * the T actions taken.
 */
export function chainPicture(
  picture: ChainSource,
  state: ArrayLike<number>,
  action: ArrayLike<number>,
  step: number,
  size: { width: number; maxHeight: number },
): ChainGeometry {
  const length = action.length;
  const longest = Math.max(1, ...picture.actions.map((a) => a.short.length));
  const wanted = Math.max(44, longest * 6.6 + 14);
  let columns = Math.max(1, Math.min(Math.max(4, length), Math.floor(size.width / wanted)));
  const rowsFor = (c: number) => Math.ceil(Math.max(1, length) / c);
  while (rowsFor(columns) * 27 > size.maxHeight && columns < length && size.width / columns > 18) columns += 1;
  columns = Math.max(1, Math.ceil(Math.max(1, length) / rowsFor(columns)));
  const rows = rowsFor(columns);
  const slot = size.width / columns;
  const pitch = Math.min(45, size.maxHeight / rows);
  const boxWidth = Math.min(72, slot - Math.min(14, slot * 0.25));
  const boxHeight = Math.min(30, pitch - Math.min(15, pitch * 0.3));
  const fits = boxWidth >= longest * 6.2 + 4;
  const at = (t: number) => {
    const row = Math.floor(t / columns);
    const column = row % 2 === 0 ? t % columns : columns - 1 - (t % columns);
    return { x: column * slot + (slot - boxWidth) / 2, y: row * pitch + 4 };
  };
  const centre = (t: number) => ({ x: at(t).x + boxWidth / 2, y: at(t).y + boxHeight / 2 });
  const here = Math.min(step, length);
  return {
    width: size.width,
    height: (rows - 1) * pitch + boxHeight + 8,
    boxWidth,
    boxHeight,
    links: Array.from({ length }, (_, t) => {
      const kind = picture.actions[action[t]!]!;
      return { step: t, when: whenOf(t, step), ...at(t), text: fits ? kind.short : kind.short.slice(0, Math.max(1, Math.floor((boxWidth - 4) / 6.8))), label: kind.label, role: kind.role };
    }),
    joints: Array.from({ length: Math.max(0, length - 1) }, (_, t) => {
      const [a, b] = [centre(t), centre(t + 1)];
      return { step: t + 1, path: `M${round(a.x)} ${round(a.y)}L${round(b.x)} ${round(b.y)}` };
    }),
    gauges: picture.gauges.map(({ title, of, levels }) => {
      const known = (t: number): number => {
        for (let k = Math.min(t, state.length - 1); k >= 0; k--) if (of[state[k]!]! >= 0) return of[state[k]!]!;
        return 0;
      };
      return { title, levels, level: known(here), next: known(here + 1) };
    }),
  };
}

/** `Call 8 of 16: search the code. Information 1 of 2, then 2 of 2. Patch none.` */
export function describeChain(picture: ChainSource, geometry: ChainGeometry, step: number): string {
  const link = geometry.links[step];
  const unit = picture.unit.charAt(0).toUpperCase() + picture.unit.slice(1);
  const what = link ? `${unit} ${step} of ${geometry.links.length}: ${link.label}.` : `After ${geometry.links.length} ${picture.unit}s.`;
  const gauges = geometry.gauges.map(({ title, level, next, levels }) => `${title} ${levels[level]}${next === level ? '' : `, then ${levels[next]}`}.`);
  return [what, ...gauges].join(' ');
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
