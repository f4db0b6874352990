/**
 * 64-bit fixed point on a device that has 32-bit numbers alone. Whole numbers add up the same in any order, so totals that are equal
 * are equal to the bit, and what is left after subtracting a mean is no rounding error.
 */

/** Bits that a sum may have beside its sign, one left for the difference of two. */
const BITS = 61;

/** A unit, a power of two, so small that `most` of the numbers still add up within 64 bits; each is rounded by at most half of it. */
export function fixedPoint(columns: readonly Float64Array[], most: number): { readonly unit: number; readonly write: (x: number, into: Uint32Array, at: number) => void } {
  let largest = 0;
  for (const column of columns) for (let k = 0; k < column.length; k++) largest = Math.max(largest, Math.abs(column[k]));
  const bits = BITS - Math.ceil(Math.log2(Math.max(largest, 1e-6) * most));
  const unit = 2 ** -bits;
  return {
    unit,
    write(x, into, at) {
      const units = Math.round(x / unit);
      const high = Math.floor(units / 2 ** 32);
      into[at] = units - high * 2 ** 32;
      into[at + 1] = high;
    },
  };
}

/** Whole numbers of two words, low then high, in two's complement. */
export const FIXED_POINT = /* wgsl */ `
fn plus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}
fn negated(a: vec2<u32>) -> vec2<u32> {
  return plus(vec2<u32>(~a.x, ~a.y), vec2<u32>(1u, 0u));
}
// The 64-bit product of a number and a small whole one.
fn times(a: vec2<u32>, n: u32) -> vec2<u32> {
  let low = (a.x & 0xffffu) * n;
  let middle = (a.x >> 16u) * n + (low >> 16u);
  return vec2<u32>((low & 0xffffu) | (middle << 16u), a.y * n + (middle >> 16u));
}
fn asFloat(a: vec2<u32>) -> f32 {
  let isNegative = (a.y >> 31u) == 1u;
  let size = select(a, negated(a), isNegative);
  let x = f32(size.y) * 4294967296.0 + f32(size.x);
  return select(x, -x, isNegative);
}
`;
