/**
 * Consequences under the hand: what a slider would do at every place of its track, computed in idle time.
 *
 * For each slider the batch on screen is priced at evenly spaced values; the cosine with the true gradient
 * paints the track. For the slider in hand there are more of them and the advantages are kept as well, so
 * that Â of the selected step can be drawn against the slider's value.
 */
import { Workspace } from '../core/batch/workspace';
import { compileScheme } from '../core/scheme/compile-scheme';
import type { SchemeSpec } from '../core/scheme/scheme-spec';
import type { PluginSet } from '../core/plugin-set';
import { cosineOf, sideOf } from './priced-scheme';
import { priceBatch } from '../core/scheme/price-batch';
import type { Scene } from './scene';
import type { StepRef } from './selection.svelte';

/** Prices per track: enough for a gradient of colour. */
export const TRACK_POINTS = 17;
/** Prices of the slider in hand, whose advantages are kept: a curve, as fine as its memory allows. */
const responsePoints = ({ batch }: Scene) => (batch.nTraj * batch.maxLen <= 16_384 ? 65 : TRACK_POINTS);

/** One slider of a scheme: which number of the spec it moves, and between which values. */
export type Track =
  | { readonly kind: 'weight'; readonly scheme: number; readonly term: number; readonly min: number; readonly max: number }
  | { readonly kind: 'gate'; readonly scheme: number; readonly min: number; readonly max: number }
  | { readonly kind: 'gamma'; readonly scheme: number; readonly min: number; readonly max: number }
  | { readonly kind: 'estimator'; readonly scheme: number; readonly key: string; readonly min: number; readonly max: number };

export interface TrackPoints {
  /** Slider values, evenly spaced from its least to its largest. */
  readonly value: Float64Array;
  /** At each value, the cosine with the exact gradient; NaN where there is no direction or no price. */
  readonly cosine: Float64Array;
}

export interface Response {
  readonly value: Float64Array;
  /** Â of one step at each value. */
  readonly advantage: Float64Array;
  /** Value at which Â changes sign, between points by linear interpolation; null where it does not. */
  readonly signFlip: number | null;
}

/** What the tracks are computed from. */
export interface ConsequenceSource {
  readonly scene: Scene;
  readonly schemes: readonly SchemeSpec[];
}

/** Runs work when the page is idle; the argument says how many milliseconds are left. */
export type IdleScheduler = (callback: (timeLeft: () => number) => void) => void;

const whenIdle: IdleScheduler = (callback) => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback((deadline) => callback(() => deadline.timeRemaining()));
  else setTimeout(() => callback(() => 8), 32);
};

interface Job {
  readonly track: Track;
  readonly key: string;
  readonly source: ConsequenceSource;
  readonly value: Float64Array;
  readonly cosine: Float64Array;
  readonly advantage: Float32Array[] | null;
  next: number;
}

interface Held extends TrackPoints {
  readonly key: string;
  readonly scene: Scene;
  readonly advantage: readonly Float32Array[] | null;
}

export class Consequences {
  #held = $state.raw<ReadonlyMap<string, Held>>(new Map());
  #active = $state.raw<Track | null>(null);
  #jobs: Job[] = [];
  #isWaiting = false;
  readonly #plugins: PluginSet;
  readonly #source: () => ConsequenceSource;
  readonly #schedule: IdleScheduler;
  readonly #workspace = new Workspace();

  constructor(plugins: PluginSet, source: () => ConsequenceSource, schedule: IdleScheduler = whenIdle) {
    this.#plugins = plugins;
    this.#source = source;
    this.#schedule = schedule;
  }

  /** The slider whose response is shown: the one touched last. */
  get active(): Track | null {
    return this.#active;
  }

  activate(track: Track): void {
    if (this.#active && nameOf(this.#active) === nameOf(track)) return;
    this.#active = track;
  }

  /** Points of a track, perhaps still those before the last edit; null until they are first ready. Asks for what is missing. */
  track(track: Track): TrackPoints | null {
    const source = this.#source();
    const held = this.#held.get(nameOf(track));
    const key = keyOf(track, source.schemes[track.scheme]);
    const wantsAdvantage = this.#isActive(track);
    const isFresh = held?.key === key && held.scene === source.scene && (!wantsAdvantage || held.advantage !== null);
    if (!isFresh) this.#request(track, key, source, wantsAdvantage);
    return held ?? null;
  }

  /** Â of one step against the active slider's value. */
  response(step: StepRef): Response | null {
    const track = this.#active;
    if (!track) return null;
    this.track(track);
    const held = this.#held.get(nameOf(track));
    const { scene } = this.#source();
    if (!held?.advantage || held.scene !== scene) return null;
    const k = step.trajectory * scene.batch.maxLen + step.step;
    const advantage = Float64Array.from(held.advantage, (column) => column[k] ?? Number.NaN);
    return { value: held.value, advantage, signFlip: signFlip(held.value, advantage) };
  }

  #isActive(track: Track): boolean {
    return this.#active !== null && nameOf(this.#active) === nameOf(track);
  }

  #request(track: Track, key: string, source: ConsequenceSource, keepAdvantage: boolean): void {
    const name = nameOf(track);
    const waiting = this.#jobs.find((job) => nameOf(job.track) === name);
    if (waiting?.key === key && waiting.source.scene === source.scene && (waiting.advantage !== null || !keepAdvantage)) return;
    this.#jobs = this.#jobs.filter((job) => job !== waiting);
    const points = keepAdvantage ? responsePoints(source.scene) : TRACK_POINTS;
    const value = Float64Array.from({ length: points }, (_, j) => track.min + ((track.max - track.min) * j) / (points - 1));
    const job: Job = { track, key, source, value, cosine: new Float64Array(points), advantage: keepAdvantage ? [] : null, next: 0 };
    if (keepAdvantage) this.#jobs.unshift(job);
    else this.#jobs.push(job);
    this.#wait();
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#schedule((timeLeft) => {
      this.#isWaiting = false;
      do this.#work();
      while (this.#jobs.length > 0 && timeLeft() > 3);
      if (this.#jobs.length > 0) this.#wait();
    });
  }

  /** One point of the first job. */
  #work(): void {
    const [job] = this.#jobs;
    if (!job) return;
    const { scene, schemes } = job.source;
    const column = this.#price(scene, schemes[job.track.scheme], job);
    job.advantage?.push(column);
    job.next += 1;
    if (job.next < job.value.length) return;
    this.#jobs.shift();
    const held: Held = { key: job.key, scene, value: job.value, cosine: job.cosine, advantage: job.advantage };
    this.#held = new Map([...this.#held, [nameOf(job.track), held]]);
  }

  #price(scene: Scene, spec: SchemeSpec, job: Job): Float32Array {
    const j = job.next;
    try {
      const compiled = compileScheme(withValue(spec, job.track, job.value[j]), this.#plugins, scene.table, { clamp: true });
      const side = sideOf(scene, compiled, job.track.scheme);
      const { advantage } = priceBatch(scene.batch, compiled, side, { buffer: this.#workspace.buffer });
      job.cosine[j] = cosineOf(scene, advantage, new Float64Array(scene.gradient.length));
      return job.advantage ? Float32Array.from(advantage) : new Float32Array(0);
    } catch {
      // A value at which the scheme cannot be priced (a group without a spread, say) leaves a hole in the track.
      job.cosine[j] = Number.NaN;
      return new Float32Array(0);
    } finally {
      this.#workspace.releaseAll();
    }
  }
}

/** The scheme with the slider at another value. */
export function withValue(spec: SchemeSpec, track: Track, value: number): SchemeSpec {
  switch (track.kind) {
    case 'weight':
      return { ...spec, terms: spec.terms.map((term, k) => (k === track.term ? { ...term, weight: value } : term)) };
    case 'gate':
      return { ...spec, gate: spec.gate && { ...spec.gate, threshold: value } };
    case 'gamma':
      return { ...spec, gamma: value };
    case 'estimator':
      return { ...spec, estimator: { ...spec.estimator, params: { ...spec.estimator.params, [track.key]: value } } };
  }
}

function nameOf(track: Track): string {
  const part = track.kind === 'weight' ? track.term : track.kind === 'estimator' ? track.key : '';
  return `${track.kind}/${track.scheme}/${part}`;
}

/** Everything the points depend on beside the scene: the scheme without the slider's own number. */
function keyOf(track: Track, spec: SchemeSpec | undefined): string {
  if (!spec) return '';
  const { name: _name, muted: _muted, ...rest } = withValue(spec, track, track.min);
  return JSON.stringify([rest, track.min, track.max]);
}

function signFlip(value: Float64Array, advantage: Float64Array): number | null {
  for (let j = 1; j < value.length; j++) {
    const [a, b] = [advantage[j - 1], advantage[j]];
    if (a * b < 0) return value[j - 1] + ((value[j] - value[j - 1]) * a) / (a - b);
  }
  return null;
}
