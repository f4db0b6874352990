import { groupLayout, type Batch, type Column, type GroupLayout, type Shape } from '../contracts/columns';

/** One logged trajectory, as the headless command reads it. */
export type TrajectoryInput = Readonly<Record<string, unknown>>;

/** A logged trajectory that cannot be read; the message names the trajectory and the field. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  constructor(
    /** Such as `trajectories[3].rewards[2]`. */
    readonly field: string,
    problem: string,
  ) {
    super(`${field} ${problem}`);
  }
}

/** Field of the JSON that holds a column of another name. */
const FIELD_OF: Readonly<Record<string, readonly string[]>> = {
  reward: ['rewards'],
  state: ['states'],
  action: ['actions'],
  value: ['values'],
  tokenCount: ['extra.tokenCount', 'extra.length'],
};

/**
 * Logged trajectories as a batch: ragged lists become padded columns, found by name and read by shape.
 *
 * | shape | JSON |
 * |---|---|
 * | trajectory | a number or boolean |
 * | step | a list of T numbers |
 * | state | a list of T + 1 numbers, or T with 0 for the last |
 * | …-id | whole numbers, or texts, which are numbered by first appearance; a missing last state is −1 |
 * | named | an object of numbers, the same names everywhere |
 * | step-vector | T lists of numbers, equally long within a trajectory |
 * | json | anything |
 *
 * A column is looked for as a field of the trajectory, then in `signals`, then in `extra`. T is the
 * number of `rewards`, or of the first list of steps there is, or `length`. `outcome` defaults to the
 * sum of the rewards, `group` to 0, `terminated` to true. Throws `ImportError`.
 */
export function importBatch(input: unknown): Batch {
  const trajectories = readTrajectories(input);
  const length = Int32Array.from(trajectories, readLength);
  const maxLen = length.reduce((a, b) => Math.max(a, b), 0);
  const group = groupLayout(trajectories.map(readGroup));
  const made = new Map<string, Column | string>();
  const reader = new Reader(trajectories, length, maxLen, group);
  return {
    nTraj: trajectories.length,
    maxLen,
    length,
    group,
    column(name: string, shape: Shape): Column | string {
      const key = `${shape} ${name}`;
      let column = made.get(key);
      if (column === undefined) made.set(key, (column = reader.read(name, shape)));
      return column;
    },
  };
}

/** A step column as ragged lists, without padding. */
export function stepLists(column: ArrayLike<number>, { nTraj, maxLen, length }: Pick<Batch, 'nTraj' | 'maxLen' | 'length'>): number[][] {
  return Array.from({ length: nTraj }, (_, i) => Array.from({ length: length[i] }, (_, t) => column[i * maxLen + t]));
}

/** A state column as ragged lists of T + 1 entries. */
export function stateLists(column: ArrayLike<number>, { nTraj, maxLen, length }: Pick<Batch, 'nTraj' | 'maxLen' | 'length'>): number[][] {
  return Array.from({ length: nTraj }, (_, i) => Array.from({ length: length[i] + 1 }, (_, t) => column[i * (maxLen + 1) + t]));
}

function readTrajectories(input: unknown): readonly TrajectoryInput[] {
  const list = isObject(input) ? input['trajectories'] : undefined;
  if (!Array.isArray(list)) throw new ImportError('input.trajectories', 'is missing. Give a list of trajectories.');
  list.forEach((trajectory, i) => {
    if (!isObject(trajectory)) throw new ImportError(`trajectories[${i}]`, 'is not an object with rewards, group and outcome.');
    for (const bag of ['signals', 'extra']) {
      const held = trajectory[bag];
      if (held !== undefined && !isObject(held)) throw new ImportError(`trajectories[${i}].${bag}`, 'is not an object of columns.');
    }
  });
  return list as TrajectoryInput[];
}

function readLength(trajectory: TrajectoryInput, i: number): number {
  const field = `trajectories[${i}]`;
  if (trajectory['rewards'] !== undefined) return listOf(trajectory['rewards'], `${field}.rewards`).length;
  const signals = Object.values((trajectory['signals'] as object | undefined) ?? {});
  const steps = [trajectory['actions'], ...signals].find(Array.isArray);
  if (steps) return steps.length;
  const { length } = trajectory;
  if (length === undefined) throw new ImportError(field, 'has no steps. Give rewards, actions, signals or length.');
  if (!Number.isInteger(length) || (length as number) < 0) throw new ImportError(`${field}.length`, 'is not a whole number of steps.');
  return length as number;
}

function readGroup(trajectory: TrajectoryInput, i: number): number | string {
  const { group = 0 } = trajectory;
  if (typeof group === 'number' || typeof group === 'string') return group;
  throw new ImportError(`trajectories[${i}].group`, 'is not a number or a text.');
}

interface Found {
  readonly value: unknown;
  readonly field: string;
}

class Reader {
  constructor(
    private readonly trajectories: readonly TrajectoryInput[],
    private readonly length: Int32Array,
    private readonly maxLen: number,
    private readonly group: GroupLayout,
  ) {}

  read(name: string, shape: Shape): Column | string {
    if (shape === 'group') return name === 'group' ? this.group : `The trajectories have only one grouping, "group".`;
    if (shape === 'play-on') return 'Logged trajectories cannot be gone on from: where other actions would have led is not in a log.';
    const found = this.trajectories.map((_, i) => this.find(name, i));
    const absent = found.findIndex((entry) => entry === undefined);
    if (absent >= 0 && !this.canBeDerived(name, shape)) {
      const field = FIELD_OF[name]?.[0] ?? name;
      return `trajectories[${absent}] has no "${field}", neither beside its rewards nor in signals or extra.`;
    }
    return this.convert(name, shape, found);
  }

  private find(name: string, i: number): Found | undefined {
    const trajectory = this.trajectories[i];
    for (const field of FIELD_OF[name] ?? [name, `signals.${name}`, `extra.${name}`]) {
      const [bag, key] = field.includes('.') ? field.split('.') : [null, field];
      const holder = (bag === null ? trajectory : trajectory[bag]) as TrajectoryInput | undefined;
      if (holder && Object.hasOwn(holder, key) && holder[key] !== undefined) {
        return { value: holder[key], field: `trajectories[${i}].${field}` };
      }
    }
    return undefined;
  }

  /** Columns that follow from others when the log leaves them out. */
  private canBeDerived(name: string, shape: Shape): boolean {
    return (
      (shape === 'trajectory' && (name === 'outcome' || name === 'terminated')) ||
      (shape === 'step' && name === 'done') ||
      (this.trajectories.length === 0)
    );
  }

  private convert(name: string, shape: Exclude<Shape, 'play-on'>, found: readonly (Found | undefined)[]): Column {
    switch (shape) {
      case 'trajectory':
        return Float64Array.from(found, (entry, i) => (entry ? numberOf(entry.value, entry.field) : this.derived(name, i)));
      case 'step':
        return this.perStep(found, (entry, i) => (entry ? this.numbers(entry, i, 0) : this.doneOf(i)), 0);
      case 'state':
        return this.perStep(found, (entry, i) => this.numbers(entry!, i, 1), 1);
      case 'trajectory-id':
        return Int32Array.from(numbered(found.map((entry) => entry!.value), (i) => found[i]!.field));
      case 'step-id':
        return this.ids(found, 0);
      case 'state-id':
        return this.ids(found, 1);
      case 'named':
        return namedColumn(found.map((entry) => entry!));
      case 'step-vector':
        return this.vectors(found.map((entry) => entry!));
      case 'json':
        return found.map((entry) => entry!.value);
      case 'group':
        return this.group;
    }
  }

  private derived(name: string, i: number): number {
    if (name === 'terminated') return 1;
    const rewards = this.trajectories[i]['rewards'];
    if (rewards === undefined) throw new ImportError(`trajectories[${i}].outcome`, 'is missing, and there are no rewards to add up.');
    return this.numbers({ value: rewards, field: `trajectories[${i}].rewards` }, i, 0).reduce((a, b) => a + b, 0);
  }

  private doneOf(i: number): number[] {
    const terminated = this.trajectories[i]['terminated'] ?? true;
    return Array.from({ length: this.length[i] }, (_, t) => (terminated && t === this.length[i] - 1 ? 1 : 0));
  }

  private perStep(
    found: readonly (Found | undefined)[],
    listFor: (entry: Found | undefined, i: number) => readonly number[],
    beyond: 0 | 1,
  ): Float64Array {
    const stride = this.maxLen + beyond;
    const column = new Float64Array(found.length * stride);
    found.forEach((entry, i) => column.set(listFor(entry, i), i * stride));
    return column;
  }

  /** T numbers, or up to T + beyond of them. */
  private numbers({ value, field }: Found, i: number, beyond: 0 | 1): number[] {
    const list = this.sized(value, field, i, beyond);
    return list.map((x, t) => (Number.isFinite(x) ? (x as number) : numberOf(x, `${field}[${t}]`)));
  }

  private sized(value: unknown, field: string, i: number, beyond: 0 | 1): readonly unknown[] {
    const list = listOf(value, field);
    const T = this.length[i];
    if (list.length !== T && list.length !== T + beyond) {
      throw new ImportError(field, `has ${list.length} entries for ${T} steps. Give ${beyond ? `${T} or ${T + 1}` : T}.`);
    }
    return list;
  }

  private ids(found: readonly (Found | undefined)[], beyond: 0 | 1): Int32Array {
    const stride = this.maxLen + beyond;
    const column = new Int32Array(found.length * stride);
    const values: unknown[] = [];
    const place: number[] = [];
    found.forEach((entry, i) => {
      const list = this.sized(entry!.value, entry!.field, i, beyond);
      if (beyond && list.length === this.length[i]) column[i * stride + this.length[i]] = -1;
      list.forEach((value, t) => {
        values.push(value);
        place.push(i * stride + t);
      });
    });
    const fieldOf = (k: number) => {
      const i = Math.floor(place[k] / stride);
      return `${found[i]!.field}[${place[k] - i * stride}]`;
    };
    numbered(values, fieldOf).forEach((id, k) => (column[place[k]] = id));
    return column;
  }

  private vectors(found: readonly Found[]): Column {
    const rows = found.map(({ value, field }, i) =>
      this.sized(value, field, i, 0).map((row, t) => listOf(row, `${field}[${t}]`).map((x, j) => numberOf(x, `${field}[${t}][${j}]`))),
    );
    const size = Int32Array.from(rows, (steps, i) => {
      const odd = steps.findIndex((row) => row.length !== steps[0].length);
      if (odd >= 0) throw new ImportError(`${found[i].field}[${odd}]`, `has ${steps[odd].length} entries where the first step has ${steps[0].length}.`);
      return steps[0]?.length ?? 0;
    });
    const width = size.reduce((a, b) => Math.max(a, b), 0);
    const data = new Float64Array(found.length * this.maxLen * width);
    rows.forEach((steps, i) => steps.forEach((row, t) => data.set(row, (i * this.maxLen + t) * width)));
    return { width, size, data };
  }
}

/** Whole numbers as they are; as soon as one entry is a text, all are numbered by first appearance. */
function numbered(values: readonly unknown[], fieldOf: (k: number) => string): number[] {
  const texts = values.some((value) => typeof value === 'string');
  const number = new Map<unknown, number>();
  return values.map((value, k) => {
    if (!texts) {
      if (!Number.isInteger(value)) throw new ImportError(fieldOf(k), 'is not a whole number.');
      return value as number;
    }
    if (typeof value !== 'string' && typeof value !== 'number') throw new ImportError(fieldOf(k), 'is neither a number nor a text.');
    let id = number.get(value);
    if (id === undefined) number.set(value, (id = number.size));
    return id;
  });
}

function namedColumn(found: readonly Found[]): Column {
  const names = found.length === 0 ? [] : Object.keys(objectOf(found[0]));
  const data = new Float64Array(found.length * names.length);
  found.forEach((entry, i) => {
    const held = objectOf(entry);
    const other = Object.keys(held).find((name) => !names.includes(name));
    if (other !== undefined) throw new ImportError(`${entry.field}.${other}`, 'is a name that the first trajectory lacks.');
    names.forEach((name, k) => (data[i * names.length + k] = numberOf(held[name], `${entry.field}.${name}`)));
  });
  return { names, data };
}

function objectOf({ value, field }: Found): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new ImportError(field, 'is not an object of numbers.');
  return value;
}

function listOf(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ImportError(field, 'is not a list.');
  return value;
}

function numberOf(value: unknown, field: string): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ImportError(field, 'is not a finite number.');
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
