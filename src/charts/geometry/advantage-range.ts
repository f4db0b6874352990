/**
 * The colour range of one panel: the 98.5th percentile of |Â| over all steps that happened
 * (nearest rank), so that a few large values do not wash out the rest. Where fewer than 1.5 % of
 * the steps are non-zero, the largest |Â|. 0 when everything is zero.
 *
 * Linear time and no allocation beyond `scratch`, because the what-if loop calls it for every
 * panel on every input event.
 */
export function advantageRange(
  advantage: Float64Array,
  length: Int32Array,
  maxLen: number,
  scratch: Float64Array = new Float64Array(advantage.length),
): number {
  let size = 0;
  let largest = 0;
  for (let i = 0; i < length.length; i++) {
    const end = i * maxLen + length[i]!;
    for (let k = i * maxLen; k < end; k++) {
      const x = Math.abs(advantage[k]!);
      if (!(x < Number.POSITIVE_INFINITY)) continue;
      if (x > largest) largest = x;
      scratch[size++] = x;
    }
  }
  if (size === 0) return 0;
  const rank = Math.ceil(0.985 * size) - 1;
  return selectRank(scratch, size, rank) || largest;
}

/** The value of the given rank (0 = smallest) among the first `size` numbers, which are reordered. */
function selectRank(values: Float64Array, size: number, rank: number): number {
  let low = 0;
  let high = size - 1;
  while (low < high) {
    const a = values[low]!;
    const b = values[(low + high) >> 1]!;
    const c = values[high]!;
    const pivot = a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swap = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swap;
      }
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank]!;
}

/** Largest |x| over the steps that happened; the threshold of a wrong sign is 1 % of it. */
export function largestAbsolute(column: Float64Array, length: Int32Array, maxLen: number): number {
  let largest = 0;
  for (let i = 0; i < length.length; i++) {
    const end = i * maxLen + length[i]!;
    for (let k = i * maxLen; k < end; k++) {
      const x = Math.abs(column[k]!);
      if (x > largest && x < Number.POSITIVE_INFINITY) largest = x;
    }
  }
  return largest;
}

/** Mean |Â| of each step over the trajectories that reached it, [maxLen]; 0 where none did. */
export function meanAbsolute(advantage: Float64Array, length: Int32Array, maxLen: number): Float64Array {
  const mean = new Float64Array(maxLen);
  const reached = new Int32Array(maxLen);
  for (let i = 0; i < length.length; i++) {
    const row = i * maxLen;
    for (let t = 0; t < length[i]!; t++) {
      const x = Math.abs(advantage[row + t]!);
      if (!(x < Number.POSITIVE_INFINITY)) continue;
      mean[t]! += x;
      reached[t]! += 1;
    }
  }
  for (let t = 0; t < maxLen; t++) if (reached[t]! > 0) mean[t]! /= reached[t]!;
  return mean;
}
