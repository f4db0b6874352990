/**
 * Key and door on a reward model of the last state, refitted as the policy moves: in every round the current policy, softened, plays
 * trajectories, a person compares them, and the model is fitted from scratch to all comparisons so far. Offline, all are of the start.
 */
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import { evaluatePolicy, startValue } from '../../src/core/mdp/exact';
import { emptyPolicy, softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout, type Rollout } from '../../src/core/mdp/rollout';
import { simulatePreferences, type Preferences } from '../../src/engine/simulated-person';
import { createTsEngine } from '../../src/engine/ts-engine';
import { fitRewardModel } from '../support/fit-reward-model';

export interface OnlineCell {
  /** Comparisons in all. */
  readonly pairs: number;
  readonly rounds: number;
  readonly reference: readonly [solved: string, utility: string];
  readonly solved?: readonly [number, number];
  readonly utility?: readonly [number, number];
}

export const ONLINE_CELLS: Readonly<Record<string, OnlineCell>> = {
  'online n=30': { pairs: 30, rounds: 10, reference: ['.00', '.51'], solved: [0, 0.1] },
  'online n=100': { pairs: 100, rounds: 10, reference: ['.00', '.68'], solved: [0, 0.1] },
  'online n=300': { pairs: 300, rounds: 10, reference: ['.30', '.89'] },
  'online n=1000': { pairs: 1000, rounds: 10, reference: ['.70', '.98'], solved: [0.4, 1], utility: [0.93, 1.0001] },
  'offline n=1000': { pairs: 1000, rounds: 1, reference: ['.00', '.81'], solved: [0, 0.05] },
};

const ITERATIONS = 300;
/** Ways from start to goal; what is left of it is what the person looks at. */
const FARTHEST = 14;
/** The policy that is compared has half the logits of the one that learns. */
const SOFTENED = 0.5;

/** Exact success and expected U = 1 − D(s_T) / 14 of one learner after 300 iterations. */
export async function trainOnline({ pairs, rounds }: OnlineCell, learner: number): Promise<{ success: number; utility: number }> {
  const { table } = resolveExperiment((await loadPreset('key-door'))!.spec, allPlugins());
  const { S, A, horizon, rowNext, rowState, rowAction, stateTables } = table;
  const engine = createTsEngine();
  const features = { features: table.features.data, inputs: table.features.width };
  const logits = new Float64Array(S * A);
  const policy = emptyPolicy(S, A);
  const lastStates = ({ nTraj, maxLen, length, row }: Rollout) => Uint32Array.from({ length: nTraj }, (_, i) => rowNext[row[i * maxLen + length[i] - 1]]);
  const utilities = (states: Uint32Array) => Float64Array.from(states, (s) => 1 - stateTables['remaining'][s] / FARTHEST);
  const shown: number[] = [];
  const labels = { first: [] as number[], second: [] as number[], prefersFirst: [] as number[] };
  let score: Float64Array = new Float64Array(S);
  const step = new Float64Array(S * A);
  for (let round = 0; round < rounds; round++) {
    const asked = pairs / rounds;
    softmaxPolicy(logits.map((x) => SOFTENED * x), S, A, policy);
    const states = lastStates(rollout(table, policy.threshold, { nTraj: 2 * asked, groupSize: 1, seed: 50, learner, iteration: round }));
    const { first, second, prefersFirst } = simulatePreferences(utilities(states), asked, { temperature: 0.1, flipRate: 0 }, 51 + round, learner);
    for (let k = 0; k < asked; k++) {
      labels.first.push(shown.length + first[k]);
      labels.second.push(shown.length + second[k]);
      labels.prefersFirst.push(prefersFirst[k]);
    }
    shown.push(...states);
    const train: Preferences = { first: Uint32Array.from(labels.first), second: Uint32Array.from(labels.second), prefersFirst: Uint8Array.from(labels.prefersFirst) };
    const seen = { row: Uint32Array.from(shown), maxLen: 1, length: new Int32Array(shown.length).fill(1), train };
    score = (await fitRewardModel(engine, { ...features, ...seen }, { seed: 42, learner })).reward;
    for (let n = 0; n < ITERATIONS / rounds; n++) {
      softmaxPolicy(logits, S, A, policy);
      const batch = rollout(table, policy.threshold, { nTraj: 32, groupSize: 16, seed: 52, learner, iteration: (round * ITERATIONS) / rounds + n });
      const returns = Float64Array.from(lastStates(batch), (s) => score[s]);
      step.fill(0);
      for (let i = 0; i < 32; i++) {
        const group = returns.subarray(i & 16, (i & 16) + 16);
        const mean = group.reduce((sum, x) => sum + x, 0) / 16;
        const deviation = Math.sqrt(group.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 16);
        const advantage = (returns[i] - mean) / (deviation + 1e-6);
        for (let t = 0; t < batch.length[i]; t++) {
          const row = batch.row[i * horizon + t];
          const s = rowState[row];
          for (let a = 0; a < A; a++) step[s * A + a] += advantage * (Number(a === rowAction[row]) - policy.probability[s * A + a]);
        }
      }
      for (let k = 0; k < step.length; k++) logits[k] += step[k] / 32;
    }
  }
  softmaxPolicy(logits, S, A, policy);
  const played = rollout(table, policy.threshold, { nTraj: 1024, groupSize: 1, seed: 53, learner, iteration: 0 });
  return {
    success: startValue(table, evaluatePolicy(table, policy.probability, table.metrics[table.truth]).value),
    utility: utilities(lastStates(played)).reduce((sum, u) => sum + u / 1024, 0),
  };
}
