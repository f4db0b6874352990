/** Below this the gap is shown as "none". */
export const GAP_SHOWN = 0.02;

export interface Objective {
  readonly current: number;
  readonly start: number;
  /** Solved where possible, else the best seen so far (and labelled so). */
  readonly best: number;
}

/**
 * How much further the proxy has come than the truth:
 *
 *     gap = (J_proxy − J_proxy,start) / (J_proxy,best − J_proxy,start) − the same for the truth
 *
 * null when one of the two cannot improve on its start, because then there is nothing to compare.
 */
export function hackingGap(proxy: Objective, truth: Objective): number | null {
  const proxyShare = share(proxy);
  const truthShare = share(truth);
  return proxyShare === null || truthShare === null ? null : proxyShare - truthShare;
}

function share({ current, start, best }: Objective): number | null {
  const span = best - start;
  return Math.abs(span) > 1e-12 ? (current - start) / span : null;
}
