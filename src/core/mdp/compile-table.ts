import { KNOWN_SHAPES } from '../contracts/columns';
import type { Table } from '../contracts/scenario';
import { compilePrefix } from './token-prefix';

/** Largest number of states that a row's `next` may name in sixteen bits. */
export const MAX_STATES = 65_536;

/** One outcome of taking action a in state s. Signals and metrics that are not named are 0. */
export interface Transition {
  readonly probability: number;
  readonly next: number;
  readonly done?: boolean;
  readonly signals?: Readonly<Record<string, number>>;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** What a scenario says about itself; `compileTable` turns it into look-ups. */
export interface TableSource {
  readonly S: number;
  readonly A: number;
  /** T, at least 1. */
  readonly horizon: number;
  readonly signals: readonly string[];
  readonly metrics: readonly string[];
  /** The metric that is the true objective. */
  readonly truth: string;
  /** [S] numbers each. */
  readonly stateTables?: Readonly<Record<string, ArrayLike<number>>>;
  readonly start: { readonly state: readonly number[]; readonly probability: readonly number[] };
  readonly starts?: Table['starts'];
  /** Starts kept from all batches. */
  readonly heldOut?: { readonly state: readonly number[]; readonly probability: readonly number[] };
  /** [S] s'·A + a of the right answer to what is there at each state, −1 for none. */
  readonly answer?: Int32Array;
  /** [S] first of the states that share a row of logits, for each state. */
  readonly logitRow?: readonly number[];
  /** States that no policy acts in; their rows are written here: every action stays, done. */
  readonly absorbing?: readonly number[];
  /** Inputs of a network for one state, the same number for every state. */
  readonly features: (state: number) => ArrayLike<number>;
  /** Token and node of the token before, for each state and then for tokens that no state stands for; parent −1 at first tokens. */
  readonly prefix?: { readonly parent: readonly number[]; readonly token: readonly number[]; readonly symbols: number };
  readonly transitions: (state: number, action: number) => readonly Transition[];
}

/**
 * Compiles a scenario to its table. Outcomes of probability 0 are dropped; rows of an (s, a) keep their order.
 *
 * Throws when the horizon is below 1, there are too many states, probabilities of an (s, a) or of the
 * start do not add up to 1 within 1e-9, a next state is outside the table, a number is not finite, starts in turn are not
 * equally likely, or states that share logits differ in their features.
 */
export function compileTable(source: TableSource): Table {
  checkSizes(source);
  const { S, A } = source;
  const absorbing = new Uint8Array(S);
  for (const state of source.absorbing ?? []) absorbing[state] = 1;
  const names = { signals: new Set(source.signals), metrics: new Set(source.metrics) };
  const rowStart = new Uint32Array(S * A + 1);
  const taken: Transition[] = [];
  for (let s = 0; s < S; s++) {
    for (let a = 0; a < A; a++) {
      const outcomes = absorbing[s] ? [{ probability: 1, next: s, done: true }] : source.transitions(s, a);
      checkOutcomes(outcomes, s, a, S, names);
      for (const outcome of outcomes) if (outcome.probability > 0) taken.push(outcome);
      rowStart[s * A + a + 1] = taken.length;
    }
  }
  const rows = taken.length;
  const rowState = new Uint32Array(rows);
  const rowAction = new Uint32Array(rows);
  for (let sa = 0; sa < S * A; sa++) {
    rowState.fill(Math.floor(sa / A), rowStart[sa], rowStart[sa + 1]);
    rowAction.fill(sa % A, rowStart[sa], rowStart[sa + 1]);
  }
  const rowProbability = new Float64Array(rows);
  const rowNext = new Uint32Array(rows);
  const rowDone = new Uint8Array(rows);
  const signals = emptyColumns(source.signals, rows);
  const metrics = emptyColumns(source.metrics, rows);
  taken.forEach((outcome, row) => {
    rowProbability[row] = outcome.probability;
    rowNext[row] = outcome.next;
    if (outcome.done) rowDone[row] = 1;
    for (const name in outcome.signals) signals[name][row] = outcome.signals[name];
    for (const name in outcome.metrics) metrics[name][row] = outcome.metrics[name];
  });
  const rowThreshold = new Uint32Array(rows);
  for (let sa = 0; sa < S * A; sa++) writeThresholds(rowProbability, rowStart[sa], rowStart[sa + 1], rowThreshold);
  const features = compileFeatures(source);
  return {
    S,
    A,
    horizon: source.horizon,
    rows,
    rowStart,
    rowState,
    rowAction,
    rowProbability,
    rowThreshold,
    rowNext,
    rowDone,
    signals,
    metrics,
    truth: source.truth,
    stateTables: compileStateTables(source),
    start: {
      state: Uint32Array.from(source.start.state),
      probability: Float64Array.from(source.start.probability),
    },
    ...(source.starts && { starts: checkedStarts(source) }),
    ...(source.heldOut && { heldOut: { state: Uint32Array.from(source.heldOut.state), probability: Float64Array.from(source.heldOut.probability) } }),
    ...(source.answer && { answer: source.answer }),
    ...(source.logitRow && { logitRow: compileLogitRow(source.logitRow, S, features) }),
    absorbing,
    features,
    ...(source.prefix && { prefix: compilePrefix(source.prefix, S) }),
  };
}

/**
 * Running integer thresholds of the probabilities from `begin` to `end`, round(2³² · Σ p), in the same cells of
 * `out`. A 32-bit word takes the first entry whose threshold exceeds it; the last entry, 2³² − 1, is always taken.
 */
export function writeThresholds(probability: Float64Array, begin: number, end: number, out: Uint32Array): void {
  let sum = 0;
  for (let k = begin; k < end; k++) {
    sum += probability[k];
    const threshold = Math.floor(sum * 4294967296 + 0.5);
    out[k] = threshold < 4294967295 && k < end - 1 ? threshold : 4294967295;
  }
}

function checkSizes({ S, A, horizon, signals, metrics, truth, start, heldOut, answer }: TableSource): void {
  if (!Number.isInteger(horizon) || horizon < 1) throw new Error(`The horizon must be at least 1 step; it is ${horizon}.`);
  if (!Number.isInteger(S) || S < 1 || S > MAX_STATES) {
    throw new Error(`The table has ${grouped(S)} states; it needs 1 to ${grouped(MAX_STATES)}. Shorten the horizon or coarsen the state.`);
  }
  if (!Number.isInteger(A) || A < 1) throw new Error(`The table needs at least 1 action; it has ${A}.`);
  if (!metrics.includes(truth)) throw new Error(`The true objective "${truth}" is not among the metrics: ${metrics.join(', ')}.`);
  const names = [...signals, ...metrics];
  for (const [k, name] of names.entries()) {
    if (names.indexOf(name) !== k) throw new Error(`"${name}" names two signals or metrics; every column needs its own name.`);
    if (Object.hasOwn(KNOWN_SHAPES, name)) throw new Error(`A signal or metric cannot be called "${name}", a column with a fixed meaning.`);
  }
  checkStart(start, 'The start', S);
  if (heldOut) checkStart(heldOut, 'The start kept from batches', S);
  if (answer && (answer.length !== S || answer.some((pair) => pair < -1 || pair >= S * A))) {
    throw new Error(`The right answers need one of ${S * A} state–action pairs, or −1, for each of the ${S} states.`);
  }
}

function checkStart({ state, probability }: TableSource['start'], what: string, S: number): void {
  if (state.length === 0 || state.length !== probability.length) {
    throw new Error(`${what} needs a probability for each of its states; it has ${state.length} states and ${probability.length} probabilities.`);
  }
  for (const s of state) {
    if (!Number.isInteger(s) || s < 0 || s >= S) throw new Error(`${what} names state ${s}; states are 0 to ${S - 1}.`);
  }
  checkSum(probability, what);
}

function emptyColumns(names: readonly string[], rows: number): Record<string, Float64Array> {
  return Object.fromEntries(names.map((name) => [name, new Float64Array(rows)]));
}

function checkOutcomes(
  outcomes: readonly Transition[],
  s: number,
  a: number,
  S: number,
  names: Readonly<Record<'signals' | 'metrics', ReadonlySet<string>>>,
): void {
  let sum = 0;
  for (const { probability, next, signals, metrics } of outcomes) {
    if (!Number.isInteger(next) || next < 0 || next >= S) throw new Error(`State ${s}, action ${a}: the next state ${next} is outside 0 to ${S - 1}.`);
    checkNamed(signals, 'signals', names.signals, s, a);
    checkNamed(metrics, 'metrics', names.metrics, s, a);
    checkProbability(probability, s, a);
    sum += probability;
  }
  if (Math.abs(sum - 1) > 1e-9) throw new Error(sumMessage(`State ${s}, action ${a}`, sum));
}

function checkNamed(values: Readonly<Record<string, number>> | undefined, kind: string, names: ReadonlySet<string>, s: number, a: number): void {
  for (const name in values) {
    if (!names.has(name)) throw new Error(`State ${s}, action ${a}: "${name}" is not one of the declared ${kind}: ${[...names].join(', ')}.`);
    if (!Number.isFinite(values[name])) throw new Error(`State ${s}, action ${a}: "${name}" is ${values[name]}, not a finite number.`);
  }
}

function checkProbability(p: number, s: number, a: number): void {
  if (!(p >= 0 && p <= 1 + 1e-9)) throw new Error(`State ${s}, action ${a}: ${p} is not a probability between 0 and 1.`);
}

function sumMessage(where: string, sum: number): string {
  return `${where}: the probabilities add up to ${Number(sum.toPrecision(10))}, not 1.`;
}

function checkSum(probability: readonly number[], where: string): void {
  let sum = 0;
  for (const p of probability) {
    if (!(p >= 0 && p <= 1 + 1e-9)) throw new Error(`${where}: ${p} is not a probability between 0 and 1.`);
    sum += p;
  }
  if (Math.abs(sum - 1) > 1e-9) throw new Error(sumMessage(where, sum));
}

function compileStateTables({ S, stateTables = {} }: TableSource): Record<string, Float64Array> {
  const compiled: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(stateTables)) {
    if (values.length !== S) throw new Error(`The state table "${name}" has ${values.length} numbers; there are ${S} states.`);
    compiled[name] = Float64Array.from(values);
    const bad = compiled[name].findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new Error(`The state table "${name}" is ${values[bad]} in state ${bad}, not a finite number.`);
  }
  return compiled;
}

function checkedStarts({ starts, start }: TableSource): Table['starts'] {
  const [first] = start.probability;
  if ((starts === 'stratified' || starts === 'distinct') && start.probability.some((p) => Math.abs(p - first) > 1e-12)) {
    throw new Error(`Starts ${starts === 'stratified' ? 'in turn' : 'without repetition'} must be equally likely; their probabilities are ${start.probability.join(', ')}. Use random starts.`);
  }
  return starts;
}

function compileLogitRow(logitRow: readonly number[], S: number, { width, data }: Table['features']): Uint32Array {
  if (logitRow.length !== S) throw new Error(`The shared logits name a row for ${logitRow.length} states; there are ${S}.`);
  for (const [s, row] of logitRow.entries()) {
    if (!(row <= s) || logitRow[row] !== row) throw new Error(`State ${s} shares the logits of state ${row}, which is not the first state of that row.`);
    for (let k = 0; k < width; k++) {
      if (data[s * width + k] !== data[row * width + k]) throw new Error(`States ${row} and ${s} share their logits but differ in feature ${k}.`);
    }
  }
  return Uint32Array.from(logitRow);
}

function compileFeatures({ S, features }: TableSource): Table['features'] {
  const width = features(0).length;
  const data = new Float32Array(S * width);
  for (let s = 0; s < S; s++) {
    const row = features(s);
    if (row.length !== width) throw new Error(`State ${s} has ${row.length} features; state 0 has ${width}.`);
    data.set(row, s * width);
  }
  return { width, data };
}

function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}
