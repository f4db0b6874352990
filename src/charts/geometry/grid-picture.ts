import type { Picture } from '../../core/contracts/scenario';
import { trace, type Point, type Trace } from './path-trace';

export type GridSource = Extract<Picture, { kind: 'grid' }>;

export interface GridGeometry {
  readonly width: number;
  readonly height: number;
  readonly cell: number;
  readonly left: number;
  readonly walls: readonly { readonly x: number; readonly y: number }[];
  readonly lines: string;
  readonly marks: readonly {
    readonly role: GridSource['marks'][number]['role'];
    readonly label: string;
    /** Centre. */
    readonly x: number;
    readonly y: number;
    /** Entered before the selected step. */
    readonly entered: boolean;
  }[];
  readonly trace: Trace;
  /** Thin walls between cells. */
  readonly fences: string;
  /** Centres of the marks where something waits, and where it is wanted, at the selected step. */
  readonly waiting: Point | null;
  readonly wanted: Point | null;
  /** What the agent carries at the selected step. */
  readonly carries: string;
  /** It differs from what it carried at the start. */
  readonly changed: boolean;
}

/** A grid world with the way of one trajectory; `state` holds its visited states, T + 1 of them. Cells are whole pixels unless their size is given. */
export function gridPicture(picture: GridSource, state: ArrayLike<number>, step: number, size: { width: number; maxHeight: number; cell?: number }): GridGeometry {
  const { columns, rows, wall, marks, cellOf, carries } = picture;
  const cell = size.cell ?? Math.floor(Math.min(size.width / columns, size.maxHeight / rows));
  const left = Math.floor((size.width - cell * columns) / 2);
  const centre = (place: number): Point => [((place % columns) + 0.5) * cell, (Math.floor(place / columns) + 0.5) * cell];
  const goal = marks.find((mark) => mark.role === 'goal')?.cell;
  const place = Array.from(state, (s) => cellOf[s]!).map((c, k, all) => (c >= 0 ? c : (goal ?? all[k - 1] ?? 0)));
  const visited = new Set(place.slice(0, step + 1));
  const here = Math.min(step, state.length - 1);
  const placeOf = (mark: Int32Array | undefined): Point | null => {
    const at = marks[mark?.[state[here]!] ?? -1];
    return at ? centre(at.cell) : null;
  };
  return {
    width: size.width,
    height: cell * rows,
    cell,
    left,
    walls: Array.from({ length: wall.length }, (_, k) => k)
      .filter((k) => wall[k] === 1)
      .map((k) => ({ x: (k % columns) * cell, y: Math.floor(k / columns) * cell })),
    lines:
      Array.from({ length: columns - 1 }, (_, k) => `M${(k + 1) * cell} 0V${rows * cell}`).join('') +
      Array.from({ length: rows - 1 }, (_, k) => `M0 ${(k + 1) * cell}H${columns * cell}`).join(''),
    marks: marks.map((mark) => ({ role: mark.role, label: mark.label, x: centre(mark.cell)[0], y: centre(mark.cell)[1], entered: visited.has(mark.cell) })),
    trace: trace({
      place,
      step,
      position: centre,
      way: (from, to) => [centre(from), centre(to)],
      beside: Math.max(3, cell * 0.13),
      farthest: cell * 0.36,
      orbit: cell * 0.36,
      arrow: Math.max(2.6, cell * 0.11),
    }),
    fences: (picture.fences ?? []).map((at) => `M${((at % columns) + 1) * cell} ${Math.floor(at / columns) * cell}v${cell}`).join(''),
    waiting: placeOf(picture.waiting),
    wanted: placeOf(picture.wanted),
    carries: carries[state[here]!] ?? '',
    changed: carries[state[here]!] !== carries[state[0]!],
  };
}
