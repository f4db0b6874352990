/** A policy of the table in the true world that the table is a grid of. */
import type { TrueRun } from '../core/contracts/scenario';
import { mixSeed, nextUniform } from '../core/math/random';
import { optimalPolicy } from '../core/mdp/optimal';
import type { TableScene } from './scene';

/** Whose actions are taken: the policy whose rollouts are on screen, its likeliest ones or drawn ones, or the table's best. */
export type TrueDriver = 'likeliest' | 'drawn' | 'best';

/** One episode from `start`; `seed` decides what is drawn. Throws where the scenario has no true world. */
export function trueRun(scene: TableScene, driver: TrueDriver, start: number, seed: number): TrueRun {
  const { trueWorld } = scene.scenario;
  if (!trueWorld) throw new Error(`${scene.scenario.title} is its table; there is no other world behind it.`);
  return trueWorld.run(scene.scenarioParams as never, start, chooser(scene, driver, seed));
}

function chooser({ table, policy }: TableScene, driver: TrueDriver, seed: number): (state: number, decision: number) => number {
  const { S, A, horizon } = table;
  if (driver === 'best') {
    const { action } = optimalPolicy(table, table.metrics[table.truth]!);
    return (state, decision) => action[Math.min(decision, horizon - 1) * S + state]!;
  }
  const { probability } = policy;
  if (driver === 'likeliest') {
    return (state) => {
      let best = 0;
      for (let a = 1; a < A; a++) if (probability[state * A + a]! > probability[state * A + best]!) best = a;
      return best;
    };
  }
  const stream = mixSeed(seed, 0x7472);
  return (state) => {
    let left = nextUniform(stream);
    for (let a = 0; a < A - 1; a++) {
      left -= probability[state * A + a]!;
      if (left < 0) return a;
    }
    return A - 1;
  };
}
