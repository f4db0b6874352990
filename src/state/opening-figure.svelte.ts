/**
 * The home page's figure: one trajectory of the default experiment under every scheme, and the one pay that re-prices it. The
 * same what-if path as the lab's, without learning.
 */
import { encodeLink } from '../codec/link';
import { findPresetSpec } from '../core/experiment/presets';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { PluginSet } from '../core/plugin-set';
import { Experiment } from './experiment.svelte';
import { mostTellingStep } from './most-telling-step';
import { openExperiment } from './open-experiment';
import { selectedTrajectory, type SelectedTrajectory } from './selected-step';
import { WhatIf } from './what-if.svelte';

export class OpeningFigure {
  readonly experiment: Experiment;
  readonly whatIf: WhatIf;
  readonly trajectory: number;
  step = $state(0);

  private constructor(spec: ExperimentSpec, plugins: PluginSet) {
    this.experiment = new Experiment(spec);
    this.whatIf = new WhatIf(spec, plugins);
    this.experiment.listen((edited) => this.whatIf.request(edited));
    const { scene, schemes } = this.whatIf.frame;
    // A race without a finish tells the story: the objective pays it nothing, and some schemes pay it most.
    const unfinished = scene.terminated.some((terminated) => terminated === 0);
    const at = mostTellingStep(scene, schemes, spec.view.scheme, (i) => !unfinished || scene.terminated[i] === 0) ?? { trajectory: 0, step: 0 };
    this.trajectory = at.trajectory;
    this.step = at.step;
  }

  static async open(): Promise<OpeningFigure> {
    const { value } = await openExperiment('', (spec, plugins) => new OpeningFigure(spec, plugins));
    return value;
  }

  /** The race on show, at the selected step. */
  get here(): SelectedTrajectory {
    const here = selectedTrajectory(this.whatIf.scene, { trajectory: this.trajectory, step: this.step });
    if (!here) throw new Error('The opening figure has no trajectory to show.');
    return here;
  }

  /** What the schemes beside the first pay per fact: the weight of their second term. */
  get pay(): number {
    return this.experiment.spec.schemes.find(({ terms }) => terms.length > 1)?.terms[1]!.weight ?? 0;
  }

  setPay(weight: number): void {
    this.experiment.edit(
      (spec) => ({
        ...spec,
        schemes: spec.schemes.map((scheme) => ({ ...scheme, terms: scheme.terms.map((term, k) => (k === 1 ? { ...term, weight } : term)) })),
      }),
      'pay',
    );
  }

  /** The fragment that shows the same pay and the same step in the lab. */
  link(): Promise<string> {
    const { spec } = this.experiment;
    const view = { ...spec.view, selected: { trajectory: this.trajectory, step: this.step } };
    return encodeLink({ ...spec, view }, findPresetSpec);
  }
}
