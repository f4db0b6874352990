import { isWrongSign } from '../core/diagnostics/batch-figures';
import type { PricedScheme } from './priced-scheme';
import type { Scene } from './scene';
import type { StepRef } from './selection.svelte';

/**
 * The step that says most about a batch: where the highlighted scheme is most wrong about the sign, else
 * where any scheme is, else where the exact advantage is largest. "Most wrong" is the product of
 * |Â| and |A|, each over its largest in the batch. `among` leaves trajectories out.
 */
export function mostTellingStep(
  scene: Scene,
  schemes: readonly (PricedScheme | null)[],
  highlighted: number,
  among: (trajectory: number) => boolean = () => true,
): StepRef | null {
  const largestExact = scene.largestExact;
  const others = schemes.filter((_, k) => k !== highlighted);
  for (const scheme of [schemes[highlighted], ...others]) {
    if (!scheme) continue;
    const { advantage } = scheme.priced;
    const step = best(scene, (k) =>
      isWrongSign(advantage[k], scene.exact[k], largestExact) ? Math.abs(advantage[k] * scene.exact[k]) : 0,
      among,
    );
    if (step) return step;
  }
  return best(scene, (k) => Math.abs(scene.exact[k]), among) ?? (scene.batch.length[0] > 0 ? { trajectory: 0, step: 0 } : null);
}

function best({ batch }: Scene, score: (k: number) => number, among: (trajectory: number) => boolean): StepRef | null {
  let most = 0;
  let found: StepRef | null = null;
  for (let i = 0; i < batch.nTraj; i++) {
    if (!among(i)) continue;
    for (let t = 0; t < batch.length[i]; t++) {
      const value = score(i * batch.maxLen + t);
      if (value > most) {
        most = value;
        found = { trajectory: i, step: t };
      }
    }
  }
  return found;
}
