/** The structures that the pricing, advantage and aggregation kernels share, in WGSL and as the words that fill them. */
import type { Table } from '../core/contracts/scenario';
import { MAX_MORE_CONDITIONS } from '../core/scheme/scheme-spec';
import { fixedPoint } from './fixed-point';
import type { EstimatorRule, SignalPlan } from './signal-plan';

/** Conditions of a gate at most. */
const MAX_CONDITIONS = 1 + MAX_MORE_CONDITIONS;

/**
 * M learners of N trajectories each, up to T steps long; everything of a learner lies together. `played` holds the rows [M·N·T] of a
 * batch, then lengths [M·N], then ends [M·N], as the rollout kernel writes them.
 */
export const LAYOUT = /* wgsl */ `
struct Sizes { learners: u32, trajectories: u32, horizon: u32, states: u32, actions: u32, rows: u32, groups: u32, outputRows: u32 }
struct Plan {
  compare: u32,
  // 1 generalized advantages, 2 divide by the deviation, 4 a group of one keeps its own, 8 ended trajectories count as 0, 16 any condition, 32 there is a V.
  flags: u32,
  ddof: u32,
  gates: u32,
  gamma: f32,
  lambda: f32,
  epsilon: f32,
  clip: f32,
  // What one unit of a fixed-point total is worth.
  unit: f32,
  valueStart: u32,
  valueStride: u32,
  unused: u32,
  limit: vec4<i32>,
}
`;

export const PLAN_WORDS = 16;

export interface BatchSize {
  readonly learners: number;
  readonly nTraj: number;
  /** Groups of each learner. */
  readonly groups: number;
}

/** `outputRows` is how many rows of outputs a network computes for each learner, where policies are made on the device. */
export function sizeWords({ learners, nTraj, groups }: BatchSize, { horizon, S, A, rows }: Table, outputRows = 0): number[] {
  return [learners, nTraj, horizon, S, A, rows, groups, outputRows];
}

/** Where a learner's values lie: entries per time slice, 0 where V has no time index, and null where V is 0. */
export interface ValuePlace {
  readonly start: number;
  readonly stride: number;
}

/** The plans of all learners, PLAN_WORDS each. */
export function planWords(plans: readonly SignalPlan[], units: readonly number[], values: readonly (ValuePlace | null)[]): Uint32Array {
  const words = new Uint32Array(PLAN_WORDS * plans.length);
  const floats = new Float32Array(words.buffer);
  const integers = new Int32Array(words.buffer);
  plans.forEach(({ rule, gates, any, clip }, m) => {
    const at = PLAN_WORDS * m;
    words.set([rule.compare, flagsOf(rule, any, values[m] !== null), rule.ddof, gates.length], at);
    floats.set([rule.gamma, rule.lambda ?? 0, rule.epsilon, clip ?? 3e38, units[m]], at + 4);
    words.set([values[m]?.start ?? 0, values[m]?.stride ?? 0], at + 9);
    integers.set(gates.map(({ limit }) => limit), at + 12);
  });
  return words;
}

function flagsOf({ lambda, normByStd, raw, finishedCount }: EstimatorRule, any: boolean, hasValue: boolean): number {
  return (lambda !== null ? 1 : 0) | (normByStd ? 2 : 0) | (raw ? 4 : 0) | (finishedCount ? 8 : 0) | (any ? 16 : 0) | (hasValue ? 32 : 0);
}

/**
 * Words of a row's record: its reward with the gate shut and open, with time left and then on the last step, as floats; the same four
 * in fixed point; and what the row adds to each condition.
 */
export const PAY_WORDS = 4 + 8 + MAX_CONDITIONS;

/**
 * The records of all rows of a learner and the unit of its totals. `most` is how many rewards are ever added up: the trajectories of a
 * learner times their steps.
 */
export function payWords({ within, last, gates }: SignalPlan, most: number): { readonly words: Uint32Array; readonly unit: number } {
  const columns = [within.shut, within.open, last.shut, last.open];
  const { unit, write } = fixedPoint(columns, most);
  const rows = within.shut.length;
  const words = new Uint32Array(PAY_WORDS * rows);
  const floats = new Float32Array(words.buffer);
  const integers = new Int32Array(words.buffer);
  for (let row = 0; row < rows; row++) {
    const at = PAY_WORDS * row;
    columns.forEach((column, k) => {
      floats[at + k] = column[row];
      write(column[row], words, at + 4 + 2 * k);
    });
    for (let c = 0; c < gates.length; c++) integers[at + 12 + c] = gates[c].units[row];
  }
  return { words, unit };
}
