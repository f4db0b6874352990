/** Parameters that many reward constructions share, so that they are called and limited alike. */
import type { JsonParameter, NumberParameter, SignalParameter } from './parameters';

/** Weight of the raw outcome, paid on the last step. */
export const outcomeWeight = (by: number) =>
  ({ kind: 'number', default: by, min: -5, max: 5, step: 0.05, symbol: 'w_o', title: 'outcome weight', help: 'Weight of the outcome, which is paid on the last step whatever else happens. 0 leaves it to a term of its own.' }) as const satisfies NumberParameter;

/** A plain factor on what is paid. */
export const factor = (by: number, symbol: string, help: string, max = 10) =>
  ({ kind: 'number', default: by, min: -max, max, step: 0.01, symbol, help }) as const satisfies NumberParameter;

/** A factor or constant that cannot be negative. */
export const positive = (by: number, symbol: string, help: string, max = 10) =>
  ({ kind: 'number', default: by, min: 0, max, step: 0.01, symbol, help }) as const satisfies NumberParameter;

/** The scheme's own discount. */
export const sharedGamma = (by: number) =>
  ({ kind: 'number', default: by, min: 0, max: 1, step: 0.001, symbol: 'γ', shared: 'gamma', help: 'Discount per step; the same as the scheme’s, or the potential no longer cancels out.' }) as const satisfies NumberParameter;

/** The per-step score that a construction prices. */
export const signal = (by: string, help: string) => ({ kind: 'signal', default: by, help }) as const satisfies SignalParameter;

/** A constant that published vectors carry to describe their data; nothing reads it. */
export const informative = (help: string) => ({ kind: 'json', default: null, informative: true, help }) as const satisfies JsonParameter;
