/** Published vectors and worked examples of the reward constructions, and variations of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { RewardPlugin } from '../../src/core/contracts/reward';

export interface TrajectoriesInput {
  readonly trajectories: readonly Readonly<Record<string, unknown>>[];
}

export interface RewardVector {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly input: TrajectoriesInput;
  readonly expected: Readonly<Record<string, unknown>>;
}

const FOLDER = 'tests/golden/rewards';

/** Constructions with published vectors: one file each. */
export const goldenIds = (): string[] => readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ''));

/** The vectors of one construction; none when none are published. */
export function goldenVectors(id: string): RewardVector[] {
  const path = `${FOLDER}/${id}.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RewardVector[]) : [];
}

/** Every input the construction is known to accept, with its parameters. */
export function knownInputs(plugin: RewardPlugin): { params: Readonly<Record<string, unknown>>; input: TrajectoriesInput }[] {
  return [...plugin.examples, ...goldenVectors(plugin.id)].map(({ params, input }) => ({ params, input }));
}

/** A small generator of repeatable numbers in [0, 1), for tests only. */
export function fractions(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4294967296;
  };
}

/**
 * The trajectories in another order, some left out and some twice, every broken number scaled by a factor
 * between 0.8 and 1: flags, counts and identities stay what they are and probabilities stay probabilities.
 */
export function varied(input: TrajectoriesInput, seed: number): TrajectoriesInput {
  const next = fractions(seed);
  const { trajectories } = input;
  const count = 1 + Math.floor(next() * (trajectories.length + 1));
  return {
    ...input,
    trajectories: Array.from({ length: count }, () => scaled(trajectories[Math.floor(next() * trajectories.length)], next) as Record<string, unknown>),
  };
}

function scaled(value: unknown, next: () => number): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : value * (0.8 + 0.2 * next());
  if (Array.isArray(value)) return value.map((entry) => scaled(entry, next));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, scaled(entry, next)]));
  return value;
}
