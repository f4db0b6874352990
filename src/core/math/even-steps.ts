/** `count` numbers from `low` to `high`, evenly apart. */
export function evenSteps(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => (k === count - 1 ? high : low + ((high - low) * k) / (count - 1)));
}
