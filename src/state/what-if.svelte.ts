/**
 * The what-if path: every scheme prices the batch on screen, on the main thread, in the frame in
 * which a slider moved. No worker takes part.
 *
 * An edit only asks for a frame; the frame reads the newest spec, so slider events that arrive
 * faster than the display are coalesced. A scheme that the edit does not touch keeps its very prices, and
 * nothing of it is drawn again; one that cannot be priced keeps its last good prices and gets a message.
 */
import { flushSync } from 'svelte';
import type { LearnedColumns } from '../core/batch/learned-columns';
import { Workspace } from '../core/batch/workspace';
import type { Table } from '../core/contracts/scenario';
import { learnedBasis } from '../core/experiment/same-learners';
import type { ExperimentSpec } from '../core/experiment/spec';
import { resolveSpec, type Resolved } from '../core/experiment/resolve';
import type { PluginSet } from '../core/plugin-set';
import { makeScene, startingPolicy, STARTING_POLICY, type Behaviour, type Scene } from './scene';
import { priceScheme, type PricedScheme } from './priced-scheme';

/** Everything on screen that follows from the spec without learning. */
export interface WhatIfFrame {
  readonly resolved: Resolved;
  readonly scene: Scene;
  /** By scheme number; null where there never was a price, see `problems`. */
  readonly schemes: readonly (PricedScheme | null)[];
  /** By scheme number: why the newest edit could not be priced. */
  readonly problems: readonly (string | null)[];
}

/** Asks for a callback before the next paint; tests hand in their own. */
export type Scheduler = (callback: () => void) => void;

export class WhatIf {
  #frame = $state.raw() as WhatIfFrame;
  #behaviour = $state.raw<Behaviour>(STARTING_POLICY);
  readonly #scene = $derived(this.#frame.scene);
  /** What was learned of a table's rows, once the worker has it. */
  #learned: { readonly table: Table; readonly basis: string; readonly columns: LearnedColumns } | null = null;
  #wanted: ExperimentSpec | null = null;
  #offered: Resolved | null = null;
  #isScheduled = false;
  readonly #plugins: PluginSet;
  readonly #schedule: Scheduler;
  /** By scheme: the prices on screen live in the first, the next ones are made in the second. */
  readonly #workspaces: [Workspace, Workspace][] = [];
  #direction = new Float64Array(0);

  constructor(spec: ExperimentSpec, plugins: PluginSet, schedule: Scheduler = (callback) => void requestAnimationFrame(callback)) {
    this.#plugins = plugins;
    this.#schedule = schedule;
    this.#frame = this.#make(spec, null);
  }

  get frame(): WhatIfFrame {
    return this.#frame;
  }
  get scene(): Scene {
    return this.#scene;
  }
  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  /** Re-prices in the next animation frame; the newest spec wins. */
  request(spec: ExperimentSpec): void {
    this.#wanted = spec;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => {
      this.#isScheduled = false;
      this.#update();
    });
  }

  /** Shows the rollouts of another policy. */
  showRolloutsOf(behaviour: Behaviour, spec: ExperimentSpec): void {
    this.#behaviour = behaviour;
    this.request(spec);
  }

  /** Prices what is learned by these numbers, one per row of the table, as long as they are what `learnedFrom` learns. */
  useLearned(table: Table, columns: LearnedColumns, learnedFrom: ExperimentSpec, spec: ExperimentSpec): void {
    this.#learned = { table, basis: learnedBasis(learnedFrom), columns };
    this.request(spec);
  }

  /** A spec that was compiled to see whether it can be used; taken instead of compiling it again, if it is the one that comes. */
  offer(resolved: Resolved): void {
    this.#offered = resolved;
  }

  #update(): void {
    const spec = this.#wanted;
    this.#wanted = null;
    if (!spec) return;
    const from = performance.now();
    this.#frame = this.#make(spec, this.#frame);
    flushSync();
    performance.measure('what-if', { start: from, end: performance.now(), detail: { schemes: spec.schemes.length, trajectories: spec.view.trajectories } });
  }

  #make(spec: ExperimentSpec, old: WhatIfFrame | null): WhatIfFrame {
    const resolved = this.#offered?.spec === spec ? this.#offered : resolveSpec(spec, this.#plugins, old?.resolved ?? null);
    this.#offered = null;
    const behaviour = fits(this.#behaviour, resolved) ? this.#behaviour : STARTING_POLICY;
    const learned = this.#learned?.table === resolved.table && this.#learned.basis === learnedBasis(spec) ? this.#learned.columns : null;
    const scene = old && showsSameBatch(old, resolved, behaviour) ? withLearned(old.scene, learned) : makeScene(resolved, behaviour, learned);
    const size = scene.gradient.length;
    if (this.#direction.length !== size) this.#direction = new Float64Array(size);
    const problems: (string | null)[] = spec.schemes.map((_, k) => resolved.failures.find((failure) => failure.scheme === k)?.message ?? null);
    const schemes = resolved.schemes.map((compiled, k) => {
      const kept = old?.scene === scene ? (old.schemes[k] ?? null) : null;
      if (!compiled) return kept;
      if (kept?.compiled === compiled && old?.problems[k] === null) return kept;
      try {
        return priceScheme(scene, compiled, k, this.#freshWorkspace(k), this.#direction);
      } catch (error) {
        problems[k] = error instanceof Error ? error.message : String(error);
        this.#workspaces[k].reverse();
        return kept;
      }
    });
    return { resolved, scene, schemes, problems };
  }

  /** Arrays of the prices before last, which nothing on screen reads any more. */
  #freshWorkspace(scheme: number): Workspace {
    const pair = (this.#workspaces[scheme] ??= [new Workspace(), new Workspace()]);
    pair.reverse();
    pair[0].releaseAll();
    return pair[0];
  }
}

function withLearned(scene: Scene, learned: LearnedColumns | null): Scene {
  return scene.table === null || scene.learned === learned ? scene : { ...scene, learned };
}

/** A snapshot of another scenario's policy shows nothing here. */
function fits({ snapshot }: Behaviour, resolved: Resolved): boolean {
  return snapshot === null || snapshot.logits.length === startingPolicy(resolved).length;
}

/** What stays the same object while the scenario does. */
const worldOf = (resolved: Resolved) => resolved.table ?? resolved.worlds;

function showsSameBatch(old: WhatIfFrame, resolved: Resolved, behaviour: Behaviour): boolean {
  const before = old.resolved;
  return (
    worldOf(before) === worldOf(resolved) &&
    old.scene.behaviour === behaviour &&
    before.spec.view.trajectories === resolved.spec.view.trajectories &&
    before.spec.training.groupSize === resolved.spec.training.groupSize &&
    before.spec.training.seeds.first === resolved.spec.training.seeds.first
  );
}
