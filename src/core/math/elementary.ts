/**
 * exp, log and tanh from additions, multiplications and divisions alone, which IEEE 754 rounds in
 * one way only. The language leaves Math.exp, Math.log and Math.tanh to the browser, so runs
 * that used them would differ between browsers in the last bits and then everywhere.
 *
 * Errors stay below about 1.5 units in the last place; the limits at ±∞, 0 and NaN are those of Math.
 */

const LOG2_E = 1.4426950408889634;
/** ln 2 = LN2_HIGH + LN2_LOW; the high part has 21 trailing zero bits, so k · LN2_HIGH is exact for |k| < 2²⁰. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** POWER[k + POWER_OFFSET] = 2^k for k = −1074 … 1023. */
const POWER_OFFSET = 1074;
const POWER = new Float64Array(1074 + 1024);
POWER[POWER_OFFSET] = 1;
for (let k = 1; k <= 1023; k++) POWER[POWER_OFFSET + k] = 2 * POWER[POWER_OFFSET + k - 1];
for (let k = -1; k >= -1074; k--) POWER[POWER_OFFSET + k] = POWER[POWER_OFFSET + k + 1] / 2;

/** e^r − 1 for |r| ≤ ln 2 / 2: the Taylor polynomial of degree 13 (remainder below 1e-17), summed in pairs. */
function expm1Reduced(r: number): number {
  const r2 = r * r;
  const r4 = r2 * r2;
  const low = 0.16666666666666666 + r * 0.041666666666666664 + r2 * (0.008333333333333333 + r * 0.001388888888888889);
  const middle = 1.984126984126984e-4 + r * 2.48015873015873e-5 + r2 * (2.7557319223985893e-6 + r * 2.755731922398589e-7);
  const high = 2.505210838544172e-8 + r * 2.08767569878681e-9 + r2 * 1.6059043836821613e-10;
  return r + r2 * (0.5 + r * (low + r4 * (middle + r4 * high)));
}

/** e^x. */
export function exp(x: number): number {
  if (!(x <= 709.782712893384)) return x !== x ? x : Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const p = expm1Reduced(x - k * LN2_HIGH - k * LN2_LOW);
  if (k > 1023) return (1 + p) * 2 * POWER[POWER_OFFSET + 1023];
  if (k < -1074) return (1 + p) * 0.5 * POWER[0];
  const scale = POWER[POWER_OFFSET + k];
  return k > -1022 ? scale + scale * p : scale * (1 + p);
}

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);
/** Index of the word that holds sign and exponent; 1 on little-endian machines. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * ln x. With x = 2^e·(1 + f), √½ ≤ 1 + f < √2, and s = f / (2 + f):
 *
 *     ln(1 + f) = f − s·(f − R),   R = 2·(s²/3 + s⁴/5 + s⁶/7 + …)
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let e = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54 lifts a subnormal number into the normal range
    e = -54;
  }
  bits[0] = x;
  const high = words[HIGH];
  // Adding the distance from √½'s leading bits to those of 1 carries into the exponent where the mantissa is √2 or more.
  const shifted = (high + (0x3ff00000 - 0x3fe6a09e)) >>> 0;
  e += (shifted >>> 20) - 1023;
  words[HIGH] = (shifted & 0xfffff) + 0x3fe6a09e;
  const f = bits[0] - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const even = 0.6666666666666666 + s4 * (0.2857142857142857 + s4 * (0.18181818181818182 + s4 * (0.13333333333333333 + s4 * (0.10526315789473684 + s4 * 0.08695652173913043))));
  const odd = 0.4 + s4 * (0.2222222222222222 + s4 * (0.15384615384615385 + s4 * (0.11764705882352941 + s4 * 0.09523809523809523)));
  const R = s2 * (even + s2 * odd);
  return e * LN2_HIGH + (f - (s * (f - R) - e * LN2_LOW));
}

/** tanh x = E / (E + 2) with E = e^{2x} − 1, so that small arguments keep all their digits. */
export function tanh(x: number): number {
  const size = x < 0 ? -x : x;
  if (!(size < 22)) return x !== x ? x : x < 0 ? -1 : 1;
  const y = 2 * size;
  const k = Math.floor(y * LOG2_E + 0.5);
  const scale = POWER[POWER_OFFSET + k];
  const E = scale * expm1Reduced(y - k * LN2_HIGH - k * LN2_LOW) + (scale - 1);
  const result = E / (E + 2);
  return x < 0 ? -result : x === 0 ? x : result;
}

/** σ(x) = 1 / (1 + e^{−x}), without overflow on either side. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** log(1 + e^x), without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + log(1 + exp(-x)) : log(1 + exp(x));
}

/**
 * Softmax of `count` numbers from `offset` on, written to the same cells of `out`; returns
 * log Σ exp, so that log-probabilities are logit − result. The largest logit is taken out first.
 */
export function softmaxRow(logits: Float64Array, offset: number, count: number, out: Float64Array): number {
  const end = offset + count;
  let max = logits[offset];
  for (let j = offset + 1; j < end; j++) if (logits[j] > max) max = logits[j];
  let sum = 0;
  for (let j = offset; j < end; j++) sum += out[j] = exp(logits[j] - max);
  const scale = 1 / sum;
  for (let j = offset; j < end; j++) out[j] *= scale;
  return max + log(sum);
}
