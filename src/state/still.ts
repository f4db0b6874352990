/** An experiment priced once, without learning and without a clock: what a poster shows before anything runs. */
import { Workspace } from '../core/batch/workspace';
import { resolveSpec } from '../core/experiment/resolve';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { PluginSet } from '../core/plugin-set';
import { priceScheme, type PricedScheme } from './priced-scheme';
import { makeScene, STARTING_POLICY, type Scene } from './scene';

export interface Still {
  readonly spec: ExperimentSpec;
  readonly scene: Scene;
  /** The scheme beside the exact advantage: the one that is followed, or the first that has prices. */
  readonly scheme: number;
  readonly prices: PricedScheme | null;
}

/** Rolls out the starting policy's batch and prices it. Throws where the scenario itself cannot be made. */
export function makeStill(spec: ExperimentSpec, plugins: PluginSet): Still {
  const resolved = resolveSpec(spec, plugins);
  const scene = makeScene(resolved, STARTING_POLICY);
  const direction = new Float64Array(scene.gradient.length);
  const numbers = spec.schemes.map((_, k) => k);
  for (const scheme of [spec.view.scheme, ...numbers]) {
    const compiled = resolved.schemes[scheme];
    if (!compiled) continue;
    try {
      return { spec, scene, scheme, prices: priceScheme(scene, compiled, scheme, new Workspace(), direction) };
    } catch {
      // The running view says why this scheme has no prices; the picture takes the next.
    }
  }
  return { spec, scene, scheme: Math.min(spec.view.scheme, spec.schemes.length - 1), prices: null };
}
