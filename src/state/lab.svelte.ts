/**
 * One lab: an experiment, its prices, its training run and what is selected, wired together. Pages,
 * embeds and lessons make one each and hand it down by context. A little over 300 lines, because this is the one place
 * where the parts meet and each of their meetings is a method of a few lines.
 */
import { untrack } from 'svelte';
import { decodeLink, encodeLink } from '../codec/link';
import { loadPlugins } from '../core/on-demand';
import type { Table } from '../core/contracts/scenario';
import type { GoodhartAlarm } from '../core/diagnostics/goodhart-alarm';
import { PluginSet, type PluginKind } from '../core/plugin-set';
import { findPresetSpec, loadPreset } from '../core/experiment/presets';
import { resolveSpec, wantedPlugins } from '../core/experiment/resolve';
import type { ExperimentSpec, SpecProblem } from '../core/experiment/spec';
import type { SchemeSpec } from '../core/scheme/scheme-spec';
import type { Metric } from '../worker/protocol';
import { Experiment } from './experiment.svelte';
import type { Checks, ChecksOptions } from './checks.svelte';
import { Consequences } from './consequences.svelte';
import type { LearningAlarms } from './learning-alarms';
import { lacksLearned } from './priced-scheme';
import { mostTellingStep } from './most-telling-step';
import { Notices } from './notices.svelte';
import { openExperiment } from './open-experiment';
import { PluginChoices } from './plugin-choices';
import { Selection } from './selection.svelte';
import { bestTruth, gapOf, proxyShares } from './learning-figures';
import { Run, SupersededError, type Connect } from './run.svelte';
import { STARTING_POLICY } from './scene';
import { WhatIf } from './what-if.svelte';

const NOTICE_TITLES: Readonly<Record<string, string>> = {
  'engine-fallback': 'The engine that was asked for is not available here.',
  'device-lost': 'The GPU was lost.',
  'parameter-clamped': 'A value was outside its limits.',
  worker: 'Training cannot start.',
  'page-training': 'Training runs without a worker.',
};

/** Something of the scenario that a parameter can name. */
export interface NamedColumn {
  readonly name: string;
  readonly title: string;
}

/** What a page hands in: how its worker is started. */
export interface LabOptions {
  readonly connect: Connect;
  readonly metrics: readonly Metric[];
  /** What the lab's own page has beside: embeds and lessons do without, and do not load it. */
  readonly watch?: { readonly checks: (options: ChecksOptions) => Checks; readonly alarms: () => LearningAlarms };
}

export class Lab {
  readonly plugins: PluginSet;
  readonly experiment: Experiment;
  readonly whatIf: WhatIf;
  readonly selection: Selection;
  readonly notices = new Notices();
  readonly consequences: Consequences;
  readonly choices: PluginChoices;
  readonly run: Run;
  readonly #checks: Checks | null;
  readonly #alarms: LearningAlarms | null;
  /** Scheme that the panels follow; apart, so that what depends on it alone does not see every edit. */
  readonly #followed: number = $derived.by(() => this.experiment.spec.view.scheme);
  readonly #stop: (() => void)[] = [];
  /** By scheme: the reward that its learners have, which is not yet the one under a hand that still drags. */
  #trained = $state.raw<WhatIf['frame']['resolved']['schemes']>([]);
  #isDragging = false;
  /** The table whose reward model the worker is learning. */
  #learning: Table | null = null;

  /** `plugins` must hold everything that `spec` names. */
  constructor(spec: ExperimentSpec, plugins: PluginSet, options: LabOptions) {
    this.plugins = plugins;
    this.whatIf = new WhatIf(spec, plugins);
    this.experiment = new Experiment(spec, (candidate) => this.#whyNot(candidate));
    this.selection = new Selection(spec.view.selected, (step) => this.experiment.look({ selected: step }));
    this.consequences = new Consequences(plugins, () => ({ scene: this.whatIf.scene, schemes: this.experiment.spec.schemes }));
    this.choices = new PluginChoices(this);
    this.run = new Run(spec, {
      ...options,
      oncheck: (event) => this.#checks?.receive(event),
      onmessage: ({ tone, code, message }) => this.notices.show({ key: code, tone, title: NOTICE_TITLES[code] ?? 'Training', text: message }),
      onbranch: (scheme, iteration) => {
        const { branches } = this.experiment.spec.training;
        this.experiment.setTraining({ branches: [...branches, { scheme, iteration }] });
      },
    });
    this.#checks = options.watch?.checks({ spec: () => this.experiment.spec, post: (command) => this.run.ask(command) }) ?? null;
    this.#alarms = options.watch?.alarms() ?? null;
    this.#stop.push(
      this.experiment.listen((next, { live }) => {
        this.#isDragging = live;
        this.whatIf.request(next);
        this.run.specChanged(next, live);
      }),
      () => this.run.close(),
    );
    this.#stop.push(
      $effect.root(() => {
        $effect(() => {
          const { scene } = this.whatIf;
          const followed = this.#followed;
          this.selection.keepWithin(scene.batch.length);
          this.selection.suggest(mostTellingStep(scene, untrack(() => this.whatIf.frame.schemes), followed));
        });
        // Kept rather than derived: while a slider is dragged the curves go on under the reward they were learned with.
        $effect(() => {
          const { schemes } = this.whatIf.frame.resolved;
          if (!this.#isDragging) this.#trained = schemes;
        });
        $effect(() => {
          const { resolved, scene } = this.whatIf.frame;
          const isWanted = resolved.schemes.some((compiled) => compiled !== null && lacksLearned(scene, compiled));
          if (isWanted && scene.table) void this.#learnReward(scene.table);
        });
      }),
    );
  }

  /** Signals of the scenario on screen, with their titles. */
  get signals(): readonly NamedColumn[] {
    const { scenario, table } = this.whatIf.scene;
    return Object.keys(table?.signals ?? scenario.signals).map((name) => ({ name, title: scenario.signals[name]?.title ?? name }));
  }

  get stateTables(): readonly NamedColumn[] {
    const { scenario, table } = this.whatIf.scene;
    if (table === null) return [];
    return Object.keys(table.stateTables).map((name) => ({ name, title: scenario.stateTables[name]?.title ?? name }));
  }

  /** Opens a link's experiment, or the first preset. Whatever the link holds, a lab comes back. */
  static async open(hash: string, options: LabOptions): Promise<Lab> {
    const { value: lab, problem, notices } = await openExperiment(hash, (spec, plugins) => new Lab(spec, plugins, options));
    if (problem) lab.notices.show({ key: 'link', tone: 'warn', title: 'The link could not be opened.', text: `${problem} This is the default experiment.` });
    lab.#sayAdjusted([...notices, ...lab.#clamped()]);
    void lab.restoreBehaviour();
    return lab;
  }

  /** Takes the experiment of a link that was pasted while the lab is open; undo leads back. What cannot be read changes nothing and is said. */
  async openLink(hash: string): Promise<void> {
    const link = await decodeLink(hash, findPresetSpec);
    let problem = 'problem' in link ? link.problem : null;
    if ('spec' in link) {
      await this.withPlugins(wantedPlugins(link.spec), () => this.experiment.open(link.spec));
      if (this.experiment.spec === link.spec) this.#showOpened(link.notices);
      else problem = this.experiment.refused?.message ?? null;
      this.experiment.dismissRefusal();
    }
    if (problem) this.notices.show({ key: 'link', tone: 'warn', title: 'The link could not be opened.', text: `${problem} Nothing was changed.` });
  }

  /** Loads what an edit names, then makes it. A plug-in that does not load refuses the edit. */
  async withPlugins(wanted: Iterable<readonly [PluginKind, string]>, edit: () => void): Promise<void> {
    try {
      await loadPlugins(this.plugins, wanted);
    } catch (error) {
      this.experiment.refuse({ field: '/', message: error instanceof Error ? error.message : String(error) });
      return;
    }
    edit();
  }

  async openPreset(id: string): Promise<void> {
    const preset = await loadPreset(id);
    if (!preset) return;
    await this.withPlugins(wantedPlugins(preset.spec), () => {
      this.selection.release();
      this.experiment.open(preset.spec);
    });
  }

  /** The fragment that restores this experiment, selection and view included. */
  link(): Promise<string> {
    return encodeLink(this.experiment.spec, findPresetSpec);
  }

  async addScheme(scheme: SchemeSpec): Promise<void> {
    const wanted = [['estimator', scheme.estimator.id], ...scheme.terms.map((term) => ['reward', term.reward])] as [PluginKind, string][];
    await this.withPlugins(wanted, () => this.experiment.addScheme(scheme));
  }

  /** Back to iteration 0 and to the starting policy's rollouts. */
  reset(): void {
    this.run.reset();
    this.showStartingRollouts();
  }

  /** Shows the batch that a scheme's learner met at an iteration, exactly as it met it. */
  async showRolloutsOf(scheme: number, iteration: number): Promise<void> {
    this.run.scrub(iteration);
    try {
      const snapshot = await this.run.recall(scheme, iteration);
      this.experiment.look({ behaviour: { policy: 'scheme', scheme, iteration: snapshot.iteration } });
      this.whatIf.showRolloutsOf({ iteration: snapshot.iteration, snapshot }, this.experiment.spec);
    } catch (error) {
      if (error instanceof SupersededError) return;
      this.notices.show({ key: 'recall', tone: 'warn', title: 'That iteration cannot be shown.', text: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Goes back to a past iteration of the highlighted scheme. */
  scrubTo(iteration: number): void {
    const { view, schemes } = this.experiment.spec;
    const scheme = this.run.canRecall(view.scheme) ? view.scheme : schemes.findIndex((_, k) => this.run.canRecall(k));
    if (scheme >= 0) void this.showRolloutsOf(scheme, iteration);
  }

  /** The newest iteration, and the starting policy's rollouts. */
  showLatest(): void {
    this.run.scrub(null);
    this.showStartingRollouts();
  }

  showStartingRollouts(): void {
    if (this.experiment.spec.view.behaviour.policy === 'start') return;
    this.experiment.look({ behaviour: { policy: 'start' } });
    this.whatIf.showRolloutsOf(STARTING_POLICY, this.experiment.spec);
  }

  /** Proxy return of a scheme as a share of its best, by iteration. */
  proxyShare(scheme: number): Float64Array {
    return proxyShares(this.#trained[scheme] ?? null, this.whatIf.scene, this.run.history, scheme);
  }

  /** Hacking gap at the iteration on show; null before there is a curve. */
  hackingGap(scheme: number): number | null {
    return gapOf(this.#trained[scheme] ?? null, this.whatIf.scene, this.run.history, scheme, this.run.shownIteration);
  }

  /** What the checks found of each scheme. Only pages that were given checks show any. */
  get checks(): Checks {
    if (!this.#checks) throw new Error('This page was opened without checks.');
    return this.#checks;
  }

  /** The first iterations in which a scheme's proxy rose while true success fell; null while there are none. */
  alarm(scheme: number): GoodhartAlarm | null {
    return this.#alarms?.of(scheme, this.#trained[scheme] ?? null, this.whatIf.scene, this.run.history) ?? null;
  }

  /** The most that any policy can reach of the true objective. */
  get bestTruth(): number {
    return bestTruth(this.whatIf.scene);
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }

  #showOpened(adjusted: readonly string[]): void {
    const { spec } = this.experiment;
    const { selected } = spec.view;
    this.selection.release();
    this.whatIf.showRolloutsOf(STARTING_POLICY, spec);
    // Its batch is on screen after the next frame; until then the step may not exist.
    requestAnimationFrame(() => {
      if (selected) this.selection.pin(selected);
      this.#sayAdjusted(this.#clamped());
    });
    this.notices.dismiss('link');
    this.#sayAdjusted(adjusted);
    void this.restoreBehaviour();
  }

  /** Values of the scenario and the objective that were outside their limits; a scheme's card says its own. */
  #clamped(): string[] {
    const shared = this.whatIf.frame.resolved.problems.filter(({ field }) => !field.startsWith('/schemes/'));
    return shared.map(({ field, message }) => `${field.split('/').at(-1)}: ${message}`);
  }

  #sayAdjusted(notices: readonly string[]): void {
    for (const text of notices) this.notices.show({ key: text, tone: 'info', title: 'This link was adjusted.', text });
  }

  /** A link may show a trained policy's rollouts: it is trained again, from the same seeds, up to there. */
  async restoreBehaviour(): Promise<void> {
    const { behaviour, selected } = this.experiment.spec.view;
    if (behaviour.policy === 'start') return;
    const { scheme, iteration } = behaviour;
    this.notices.show({
      key: 'restore',
      tone: 'info',
      title: `Training to iteration ${iteration}.`,
      text: 'The link shows the rollouts of a trained policy, which is made again here from the same seeds.',
    });
    await this.run.trainTo(iteration);
    await this.showRolloutsOf(scheme, iteration);
    if (selected) this.selection.pin(selected);
    this.notices.dismiss('restore');
  }

  /** Has the worker learn the reward that a scheme reads, once per table. */
  async #learnReward(table: Table): Promise<void> {
    if (this.#learning === table || this.whatIf.scene.table !== table) return;
    this.#learning = table;
    const { spec } = this.experiment;
    try {
      const columns = await this.run.learned();
      const { scene } = this.whatIf;
      const isNew = columns && Object.keys(columns).some((name) => !Object.hasOwn(scene.learned ?? {}, name));
      if (isNew && scene.table === table) this.whatIf.useLearned(table, columns, spec, this.experiment.spec);
    } catch (error) {
      if (error instanceof SupersededError) setTimeout(() => void this.#learnReward(table), 300);
      else this.notices.show({ key: 'learned', tone: 'warn', title: 'The reward model could not be trained.', text: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#learning = null;
    }
  }

  #whyNot(candidate: ExperimentSpec): SpecProblem | null {
    try {
      const resolved = resolveSpec(candidate, this.plugins, this.whatIf.frame.resolved);
      this.whatIf.offer(resolved);
      const { failures } = resolved;
      const [failure] = failures;
      return failure ? { field: `/schemes/${failure.scheme}`, message: failure.message } : null;
    } catch (error) {
      return { field: '/scenario', message: error instanceof Error ? error.message : String(error) };
    }
  }
}
