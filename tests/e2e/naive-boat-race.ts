/**
 * The boat race once more, in the plainest code and from its description alone: what the tests hold the
 * page's numbers against. Only the actions of the rollouts come from the project's own code.
 */
import boatRace from '../../src/core/scenarios/boat-race';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';

export const HORIZON = 30;
const FINISH = 8;

export interface Race {
  /** [length + 1] places. */
  readonly state: number[];
  readonly action: number[];
  readonly finished: boolean;
  /** Checkpoints reached on each step, 0 or 1. */
  readonly checkpoint: number[];
}

function move(state: number, action: 0 | 1): number {
  if (action === 1) return state >= 9 ? 4 : state === 4 ? 9 : state;
  return { 9: 10, 10: 11, 11: 9 }[state] ?? state + 1;
}

/** Races of the starting policy under the streams of one seed. */
export function startingRaces(seed: number, races: number): Race[] {
  const table = boatRace.table({ horizon: HORIZON, slip: 0 });
  const { threshold } = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
  const played = rollout(table, threshold, { nTraj: races, groupSize: 1, seed: 0, learner: seed, iteration: 0 });
  return Array.from({ length: races }, (_, i) => {
    const state = [0];
    const action: number[] = [];
    const checkpoint: number[] = [];
    for (let t = 0; t < HORIZON && state.at(-1) !== FINISH; t++) {
      const row = played.row[i * HORIZON + t]!;
      action.push(table.rowAction[row]!);
      const next = move(state[t]!, action[t] as 0 | 1);
      checkpoint.push(next !== state[t] && [2, 4, 6, 9, 10, 11].includes(next) ? 1 : 0);
      state.push(next);
    }
    return { state, action, finished: state.at(-1) === FINISH, checkpoint };
  });
}

export const checkpointsOf = (race: Race): number => race.checkpoint.reduce((a, b) => a + b, 0);

/** Return of a race under the schemes of the preset: A, B, C and D. */
export const returns = {
  sparse: (race: Race) => (race.finished ? 1 : 0),
  dense: (race: Race, w: number) => (race.finished ? 1 : 0) + w * checkpointsOf(race),
  gated: (race: Race, w: number) => (race.finished ? 1 + w * checkpointsOf(race) : 0),
  gatedCap: (race: Race, w: number) => (race.finished ? 1 + w * Math.min(3, checkpointsOf(race)) : 0),
};

/** GRPO with the population deviation: one number per race, shared by its steps. */
export function groupScores(returned: number[], size: number): number[] {
  return returned.map((own, i) => {
    const group = returned.slice(i - (i % size), i - (i % size) + size);
    const mean = group.reduce((a, b) => a + b, 0) / size;
    const deviation = Math.sqrt(group.reduce((a, b) => a + (b - mean) ** 2, 0) / size);
    return (own - mean) / (deviation + 1e-6);
  });
}

/** Chance of finishing from a state with so many steps left, when action 1 has probability `turn(state)`. */
function chance(state: number, left: number, turn: (state: number) => number): number {
  let later: number[] = Array.from({ length: 12 }, (_, s) => (s === FINISH ? 1 : 0));
  for (let k = 0; k < left; k++) {
    later = later.map((own, s) => (s === FINISH ? own : (1 - turn(s)) * later[move(s, 0)]! + turn(s) * later[move(s, 1)]!));
  }
  return later[state]!;
}

/** A_t(s, a) of finishing under the starting policy: how much more likely the action makes it. */
export function exactAdvantage(t: number, state: number, action: number): number {
  const even = () => 0.5;
  const after = (a: 0 | 1) => chance(move(state, a), HORIZON - t - 1, even);
  return after(action as 0 | 1) - (after(0) + after(1)) / 2;
}

/** ∂J/∂θ(s, a) of the chance of finishing at θ = 0, by central differences: [12 × 2]. */
export function numericGradient(): number[] {
  const h = 1e-4;
  return Array.from({ length: 24 }, (_, k) => {
    const J = (shift: number) =>
      chance(0, HORIZON, (s) => {
        if (s !== Math.floor(k / 2)) return 0.5;
        const [first, second] = k % 2 === 0 ? [shift, 0] : [0, shift];
        return Math.exp(second!) / (Math.exp(first!) + Math.exp(second!));
      });
    return (J(h) - J(-h)) / (2 * h);
  });
}

/** The update that advantages ask of the logits: every step raises its own action and lowers both by π = ½. */
export function updateOf(races: readonly Race[], score: readonly number[]): number[] {
  const update = Array<number>(24).fill(0);
  races.forEach((race, i) =>
    race.action.forEach((action, t) => {
      for (const a of [0, 1]) update[race.state[t]! * 2 + a]! += score[i]! * ((a === action ? 1 : 0) - 0.5);
    }),
  );
  return update;
}

export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, k) => sum + value * y[k]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Share of the steps that matter (|A| above 1 % of the largest) on which the score has the other sign. */
export function wrongSignShare(races: readonly Race[], score: readonly number[]): number {
  const steps = races.flatMap((race, i) => race.action.map((action, t) => ({ exact: exactAdvantage(t, race.state[t]!, action), own: score[i]! })));
  const largest = Math.max(...steps.map(({ exact }) => Math.abs(exact)));
  const judged = steps.filter(({ exact }) => Math.abs(exact) > 0.01 * largest);
  return judged.filter(({ exact, own }) => exact * own < 0).length / judged.length;
}

/** Chance of finishing under the starting policy. */
export const startingSuccess = (): number => chance(0, HORIZON, () => 0.5);
