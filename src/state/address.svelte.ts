/**
 * The page's address as the experiment's copy: edits are written into the fragment, half a second after the
 * last one, and a link pasted over it is opened. The address never makes history of its own; undo is the lab's.
 */
import { isExperimentLink } from '../codec/link';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { Lab } from './lab.svelte';

/** Browsers refuse addresses that are written too often. */
export const WRITE_DELAY = 500;

export interface Place {
  readonly location: Pick<Location, 'hash' | 'search'>;
  readonly history: Pick<History, 'replaceState'>;
  addEventListener(type: 'hashchange', listener: () => void): void;
  removeEventListener(type: 'hashchange', listener: () => void): void;
}

/** Keeps the address in step with `lab` until the returned function is called. Links are written below `labAddress`. */
export function followAddress(lab: Lab, labAddress: string, place: Place = window): () => void {
  let written: ExperimentSpec = lab.experiment.spec;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function write(): Promise<void> {
    const { spec } = lab.experiment;
    const fragment = await lab.link();
    if (spec !== lab.experiment.spec) return;
    written = spec;
    try {
      place.history.replaceState(null, '', `${labAddress}${place.location.search}${fragment}`);
    } catch {
      // A page that may not change its address (a file, a frame without origin) keeps the one it has.
    }
  }

  async function read(): Promise<void> {
    const { hash } = place.location;
    if (isExperimentLink(hash)) await lab.openLink(hash);
  }

  const stop = $effect.root(() => {
    $effect(() => {
      if (lab.experiment.spec === written) return;
      timer = setTimeout(() => void write(), WRITE_DELAY);
      return () => clearTimeout(timer);
    });
  });
  const onhashchange = () => void read();
  place.addEventListener('hashchange', onhashchange);
  return () => {
    stop();
    clearTimeout(timer);
    place.removeEventListener('hashchange', onhashchange);
  };
}
