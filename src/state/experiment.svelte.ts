/**
 * The experiment: the serialisable spec and the history of its edits.
 *
 * Long because every edit that the page can make is one short method here, and nothing else is.
 *
 * The spec is replaced, never changed in place, so that everything derived from it can compare by
 * identity. An edit that cannot be used (refused by the schema, or by `check`, which compiles it)
 * leaves the spec as it was and says in `refused` which field is at fault and why.
 */
import type { ObjectivePlugin } from '../core/contracts/objective';
import { readSpec, type ExperimentSpec, type SpecProblem, type TrainingSpec, type ViewSpec } from '../core/experiment/spec';
import { withoutTerm } from '../core/scheme/edit-scheme';
import type { GateSpec, SchemeSpec, TermSpec } from '../core/scheme/scheme-spec';
import { MAX_SCHEMES, MAX_TERMS } from '../core/scheme/scheme-spec';

/** How far back undo reaches. */
const HISTORY = 200;

export type SpecChange = (spec: ExperimentSpec) => ExperimentSpec;
/** Why a candidate cannot be used, or null. */
export type SpecCheck = (candidate: ExperimentSpec) => SpecProblem | null;
/** `live` is true while a slider is held: re-price at once, restart learners only after release. */
export type SpecListener = (spec: ExperimentSpec, change: { readonly live: boolean }) => void;

export class Experiment {
  #spec = $state.raw() as ExperimentSpec;
  #past = $state.raw<readonly ExperimentSpec[]>([]);
  #future = $state.raw<readonly ExperimentSpec[]>([]);
  #refused = $state.raw<SpecProblem | null>(null);
  #gesture: string | null = null;
  readonly #check: SpecCheck;
  readonly #listeners = new Set<SpecListener>();

  constructor(spec: ExperimentSpec, check: SpecCheck = () => null) {
    this.#spec = spec;
    this.#check = check;
  }

  get spec(): ExperimentSpec {
    return this.#spec;
  }
  /** The last edit that was refused, until another one is accepted or it is dismissed. */
  get refused(): SpecProblem | null {
    return this.#refused;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** What a scheme was before each edit that undo still reaches, the oldest first, as far back as its number and scenario are the same. */
  versionsOf(scheme: number): readonly SchemeSpec[] {
    const versions: SchemeSpec[] = [];
    let later = this.#spec;
    for (const spec of this.#past.toReversed()) {
      const version = spec.schemes[scheme];
      if (!version || spec.scenario.id !== later.scenario.id || spec.schemes.length > later.schemes.length) break;
      if (version !== later.schemes[scheme]) versions.unshift(version as SchemeSpec);
      later = spec;
    }
    return versions;
  }

  /** Calls `listener` after every change; returns what stops it. */
  listen(listener: SpecListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Applies an edit. Edits of one `gesture` (a slider that is being dragged) share one place in the
   * history until `endGesture`. Returns whether the edit was accepted.
   */
  edit(change: SpecChange, gesture: string | null = null): boolean {
    const candidate = change(this.#spec);
    if (candidate === this.#spec) return true;
    const read = readSpec(candidate);
    const problem = 'problems' in read ? read.problems[0]! : this.#check(candidate);
    if (problem) {
      this.#refused = problem;
      return false;
    }
    if (gesture === null || gesture !== this.#gesture) {
      this.#past = [...this.#past.slice(-(HISTORY - 1)), this.#spec];
    }
    this.#gesture = gesture;
    this.#future = [];
    this.#replace(candidate, gesture !== null);
    return true;
  }

  /** The slider was released: the next drag is an edit of its own, and learners may restart. */
  endGesture(): void {
    if (this.#gesture === null) return;
    this.#gesture = null;
    this.#announce(false);
  }

  undo(): void {
    const previous = this.#past.at(-1);
    if (!previous) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.#spec];
    this.#gesture = null;
    this.#replace(this.#keepingLook(previous), false);
  }

  redo(): void {
    const next = this.#future.at(-1);
    if (!next) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.#spec];
    this.#gesture = null;
    this.#replace(this.#keepingLook(next), false);
  }

  /** Takes another experiment as it is (a link, a preset); undo leads back. */
  open(spec: ExperimentSpec): boolean {
    return this.edit(() => spec);
  }

  dismissRefusal(): void {
    this.#refused = null;
  }

  /** Says why an edit that never became a spec was refused (a plug-in that could not be loaded). */
  refuse(problem: SpecProblem): void {
    this.#refused = problem;
  }

  // Schemes

  setTermWeight(scheme: number, term: number, weight: number, gesture: string | null = null): boolean {
    return this.#editTerm(scheme, term, (old) => ({ ...old, weight }), gesture);
  }

  setTermParam(scheme: number, term: number, key: string, value: unknown, gesture: string | null = null): boolean {
    return this.#editTerm(scheme, term, (old) => ({ ...old, params: { ...old.params, [key]: value } }), gesture);
  }

  setTermGated(scheme: number, term: number, gated: boolean): boolean {
    return this.#editTerm(scheme, term, (old) => ({ ...old, gated }), null);
  }

  addTerm(scheme: number, term: TermSpec): boolean {
    return this.#editScheme(scheme, (old) => (old.terms.length < MAX_TERMS ? { ...old, terms: [...old.terms, term] } : old));
  }

  /** Removes a term, and the conditions of the gate that read it. */
  removeTerm(scheme: number, term: number): boolean {
    return this.#editScheme(scheme, (old) => withoutTerm(old, term));
  }

  /** An edit of a scheme as a whole, such as those of `edit-scheme` and of warnings. */
  reviseScheme(scheme: number, change: (old: SchemeSpec) => SchemeSpec, gesture: string | null = null): boolean {
    return this.#editScheme(scheme, change, gesture);
  }

  setEstimator(scheme: number, id: string): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, estimator: { id, params: {} } }));
  }

  /** Replaces the estimator's stored parameters by a named flavour's. */
  setEstimatorFlavour(scheme: number, params: Readonly<Record<string, unknown>>): boolean {
    return this.#editScheme(scheme, (old) => ({
      ...old,
      estimator: { ...old.estimator, params: { ...old.estimator.params, ...params } },
    }));
  }

  setEstimatorParam(scheme: number, key: string, value: unknown, gesture: string | null = null): boolean {
    return this.#editScheme(
      scheme,
      (old) => ({ ...old, estimator: { ...old.estimator, params: { ...old.estimator.params, [key]: value } } }),
      gesture,
    );
  }

  setGamma(scheme: number, gamma: number, gesture: string | null = null): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, gamma }), gesture);
  }

  setGammaLinked(scheme: number, gammaLinked: boolean): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, gammaLinked }));
  }

  setGate(scheme: number, gate: GateSpec | null, gesture: string | null = null): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, gate }), gesture);
  }

  setValueSource(scheme: number, value: SchemeSpec['value']): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, value }));
  }

  setPostStages(scheme: number, stages: Partial<Pick<SchemeSpec, 'whiten' | 'clip'>>, gesture: string | null = null): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, ...stages }), gesture);
  }

  renameScheme(scheme: number, name: string): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, name }));
  }

  /** What a scheme is for, in words; gone where they are empty. */
  setIntent(scheme: number, intent: string): boolean {
    return this.#editScheme(scheme, ({ intent: _old, ...rest }) => (intent.trim() ? { ...rest, intent } : rest));
  }

  muteScheme(scheme: number, muted: boolean): boolean {
    return this.#editScheme(scheme, (old) => ({ ...old, muted }));
  }

  addScheme(added: SchemeSpec): boolean {
    return this.edit((spec) =>
      spec.schemes.length < MAX_SCHEMES
        ? withSchemes(spec, [...spec.schemes, added], { scheme: spec.schemes.length })
        : spec,
    );
  }

  duplicateScheme(scheme: number): boolean {
    const original = this.#spec.schemes[scheme];
    if (!original) return false;
    return this.addScheme({ ...original, name: freshName(original.name, this.#spec.schemes) } as SchemeSpec);
  }

  /** Removes a scheme; those after it move up one slot. The last one stays. */
  removeScheme(scheme: number): boolean {
    return this.edit((spec) => {
      if (spec.schemes.length === 1 || !spec.schemes[scheme]) return spec;
      const moved = (index: number) => (index > scheme ? index - 1 : index);
      const { pinned, behaviour } = spec.view;
      return {
        ...withSchemes(
          spec,
          spec.schemes.filter((_, k) => k !== scheme),
          {
            scheme: Math.min(moved(spec.view.scheme), spec.schemes.length - 2),
            pinned: pinned === null || pinned === scheme ? null : moved(pinned),
            behaviour:
              behaviour.policy === 'start'
                ? behaviour
                : behaviour.scheme === scheme
                  ? { policy: 'start' }
                  : { ...behaviour, scheme: moved(behaviour.scheme) },
          },
        ),
        training: {
          ...spec.training,
          branches: spec.training.branches
            .filter((branch) => branch.scheme !== scheme)
            .map((branch) => ({ ...branch, scheme: moved(branch.scheme) })),
        },
      };
    });
  }

  // Shared by all schemes

  setTraining(change: Partial<TrainingSpec>, gesture: string | null = null): boolean {
    return this.edit((spec) => ({ ...spec, training: { ...spec.training, ...change } }), gesture);
  }

  /** Group size of learners and of the batch on screen, which always agree. */
  setGroupSize(groupSize: number, gesture: string | null = null): boolean {
    return this.setTraining({ groupSize }, gesture);
  }

  /** Trajectories of one update; the batch on screen follows while it has the same size. */
  setTrajectories(trajectories: number, gesture: string | null = null): boolean {
    return this.edit((spec) => {
      const view = spec.view.trajectories === spec.training.trajectories ? { ...spec.view, trajectories } : spec.view;
      return { ...spec, training: { ...spec.training, trajectories }, view };
    }, gesture);
  }

  /** What a learned V is; undefined is a table. */
  setCritic(critic: TrainingSpec['critic']): boolean {
    const { critic: _critic, ...training } = this.#spec.training;
    return this.edit((spec) => ({ ...spec, training: critic ? { ...training, critic } : training }));
  }

  /** The policy that all schemes train; a critic network goes where the policy is a network. */
  setPolicy(policy: TrainingSpec['policy']): boolean {
    const { critic, ...training } = this.#spec.training;
    const keeps = critic && (policy.kind === 'mlp' || policy.kind === 'transformer');
    return this.edit((spec) => ({ ...spec, training: { ...training, policy, ...(keeps && { critic }) } }));
  }

  /** Another objective; values of parameters that it shares with the old one are kept. It must be loaded. */
  setObjective({ id, params }: Pick<ObjectivePlugin, 'id' | 'params'>): boolean {
    const kept = Object.entries(this.#spec.training.objective.params).filter(([key]) => Object.hasOwn(params, key));
    return this.setTraining({ objective: { id, params: Object.fromEntries(kept) } });
  }

  setObjectiveParam(key: string, value: unknown, gesture: string | null = null): boolean {
    const { objective } = this.#spec.training;
    return this.setTraining({ objective: { ...objective, params: { ...objective.params, [key]: value } } }, gesture);
  }

  setSeed(first: number): boolean {
    return this.setTraining({ seeds: { ...this.#spec.training.seeds, first } });
  }

  setScenarioParam(key: string, value: unknown, gesture: string | null = null): boolean {
    return this.edit(
      (spec) => ({ ...spec, scenario: { ...spec.scenario, params: { ...spec.scenario.params, [key]: value } } }),
      gesture,
    );
  }

  setView(change: Partial<Omit<ViewSpec, 'selected' | 'scheme' | 'behaviour'>>): boolean {
    return this.edit((spec) => ({ ...spec, view: { ...spec.view, ...change } }));
  }

  /** What is looked at: kept in links, never a step of the history. */
  look(change: Partial<Pick<ViewSpec, 'selected' | 'scheme' | 'behaviour'>>): void {
    const view = { ...this.#spec.view, ...change };
    this.#spec = { ...this.#spec, view };
  }

  #keepingLook(spec: ExperimentSpec): ExperimentSpec {
    const { selected, scheme, behaviour } = this.#spec.view;
    const isThere = behaviour.policy === 'start' || behaviour.scheme < spec.schemes.length;
    const kept = isThere ? behaviour : ({ policy: 'start' } as const);
    return { ...spec, view: { ...spec.view, selected, scheme: Math.min(scheme, spec.schemes.length - 1), behaviour: kept } };
  }

  #editScheme(scheme: number, change: (old: SchemeSpec) => SchemeSpec, gesture: string | null = null): boolean {
    return this.edit((spec) => {
      const old = spec.schemes[scheme] as SchemeSpec | undefined;
      if (!old) return spec;
      const changed = change(old);
      return changed === old ? spec : withSchemes(spec, spec.schemes.map((other, k) => (k === scheme ? changed : other)) as SchemeSpec[]);
    }, gesture);
  }

  #editTerm(scheme: number, term: number, change: (old: TermSpec) => TermSpec, gesture: string | null): boolean {
    return this.#editScheme(
      scheme,
      (old) => (old.terms[term] ? { ...old, terms: old.terms.map((other, k) => (k === term ? change(other) : other)) } : old),
      gesture,
    );
  }

  #replace(spec: ExperimentSpec, live: boolean): void {
    this.#spec = spec;
    this.#refused = null;
    this.#announce(live);
  }

  #announce(live: boolean): void {
    for (const listener of this.#listeners) listener(this.#spec, { live });
  }
}

/** Parts that stay are the same objects, so that what is derived from them stays too. */
function withSchemes(spec: ExperimentSpec, schemes: readonly SchemeSpec[], view?: Partial<ViewSpec>): ExperimentSpec {
  return { ...spec, schemes: schemes as ExperimentSpec['schemes'], view: view ? { ...spec.view, ...view } : spec.view };
}

/** "Dense 2" beside "Dense". */
function freshName(name: string, schemes: readonly { readonly name: string }[]): string {
  const stem = name.replace(/ \d+$/, '');
  for (let n = 2; ; n++) if (!schemes.some((scheme) => scheme.name === `${stem} ${n}`)) return `${stem} ${n}`;
}
