/** Parameters that many plug-ins share, so that a name means one thing everywhere. */

/** γ, bound to the scheme's own unless unlinked. */
export const discount = (byDefault: number) =>
  ({
    kind: 'number',
    default: byDefault,
    min: 0,
    max: 1,
    step: 0.001,
    symbol: 'γ',
    shared: 'gamma',
    help: 'Discount per step; 1 counts late rewards in full.',
  }) as const;

/** ε beside a standard deviation. */
export const epsilon = (byDefault: number) =>
  ({
    kind: 'number',
    default: byDefault,
    min: 1e-12,
    max: 0.1,
    step: 1e-6,
    scale: 'log',
    symbol: 'ε',
    advanced: true,
    help: 'Added to the standard deviation, so that equal rewards do not divide by zero.',
  }) as const;

/** 1 divides squares by n − 1 (torch.std), 0 by n (numpy.std). */
export const ddof = (byDefault: 0 | 1) =>
  ({
    kind: 'integer',
    default: byDefault,
    min: 0,
    max: 1,
    title: 'ddof',
    advanced: true,
    help: 'Standard deviation over n − ddof: 1 as torch.std (verl, TRL), 0 for the population.',
  }) as const;

/** Whether scores are divided by the standard deviation. */
export const normByStd = (byDefault: boolean) =>
  ({
    kind: 'boolean',
    default: byDefault,
    title: 'Divide by std',
    help: 'Divide by the standard deviation of the group, so that every group teaches with the same force.',
  }) as const;

/** What a group of one member is compared with. */
export const singleton = (byDefault: 'raw' | 'zero') =>
  ({
    kind: 'choice',
    default: byDefault,
    title: 'Group of one',
    advanced: true,
    options: [
      { value: 'raw', title: 'Raw reward', help: 'Mean 0 and standard deviation 1, as verl does.' },
      { value: 'zero', title: 'Zero', help: 'Nothing to compare with, nothing learned, as TRL does.' },
    ],
    help: 'What a group with a single member gets.',
  }) as const;

/** A factor of a term of the sum. */
export const weight = (byDefault: number, help: string, more: { max?: number; symbol?: string; title?: string; advanced?: boolean } = {}) =>
  ({ kind: 'number', default: byDefault, min: 0, max: 5, step: 0.05, ...more, help }) as const;
