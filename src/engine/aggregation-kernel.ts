/**
 * Sums over (s, a) on the device. WGSL adds atomically in whole numbers alone, so each |advantage| is rounded to a multiple of a unit, a
 * power of two, and two words take its upper and its lower 12 bits: the result does not depend on the order in which threads come.
 *
 *     2^(e − 1) ≤ max |Â| < 2^e,   unit = 2^(e − 24),   |sum − exact sum of the device's Â| ≤ n · unit / 2 ≤ n · 2⁻²⁴ · max |Â|
 *
 * n is the number of steps at (s, a). Words overflow from 2²⁰ steps of a learner on, which `MOST_STEPS` forbids. Counts are exact.
 */
import { WORKGROUP } from './compute-kernel';
import { LAYOUT } from './signal-layout';

/** Steps of one learner's batch, padding included, that can be summed. */
export const MOST_STEPS = 2 ** 20;

/** Words of a pair: steps; upper and lower part of the sum of positive advantages; the same of the |negative| ones. */
export const SUM_WORDS = 5;
/** What a whole number is divided into its two parts by. */
export const LOWER = 4096;

/** Powers of two between |advantages| of at most a largest one, given by its bits, and whole numbers below 2²⁴. */
export const SUM_UNIT = /* wgsl */ `
fn exponentOf(largest: u32) -> u32 { return clamp(largest >> 23u, 30u, 250u); }
fn wholesIn(largest: u32) -> f32 { return bitcast<f32>((277u - exponentOf(largest)) << 23u); }
fn unitOf(largest: u32) -> f32 { return bitcast<f32>((exponentOf(largest) - 23u) << 23u); }
`;

/** What one whole number of the sums is worth, from the bits of the largest |advantage|. */
export const sumUnit = (largest: number) => 2 ** (Math.max(30, Math.min(250, largest >>> 23)) - 150);

/** One thread a trajectory → the largest |advantage| of each learner [M], as the bits of a float; must be cleared before. */
export const largestShader = /* wgsl */ `
${LAYOUT}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> played: array<u32>;
@group(0) @binding(2) var<storage, read> advantage: array<f32>;
@group(0) @binding(3) var<storage, read_write> largest: array<atomic<u32>>;

@compute @workgroup_size(${WORKGROUP})
fn findLargest(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  let all = sizes.learners * sizes.trajectories;
  if (i >= all) { return; }
  let length = played[all * sizes.horizon + i];
  var most = 0u;
  // The bits of numbers that are not negative are ordered as they are.
  for (var k = i * sizes.horizon; k < i * sizes.horizon + length; k += 1u) { most = max(most, bitcast<u32>(advantage[k]) & 0x7fffffffu); }
  atomicMax(&largest[i / sizes.trajectories], most);
}`;

/** One thread a step, learners along y → sums [M·S·A·SUM_WORDS]; must be cleared before. */
export const sumShader = /* wgsl */ `
${LAYOUT}
${SUM_UNIT}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> played: array<u32>;
@group(0) @binding(2) var<storage, read> advantage: array<f32>;
@group(0) @binding(3) var<storage, read> largest: array<u32>;
@group(0) @binding(4) var<storage, read> rowPair: array<u32>;
@group(0) @binding(5) var<storage, read_write> sums: array<atomic<u32>>;

@compute @workgroup_size(${WORKGROUP})
fn sum(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= sizes.trajectories * sizes.horizon) { return; }
  let learner = id.y;
  let i = learner * sizes.trajectories + id.x / sizes.horizon;
  let k = i * sizes.horizon + id.x % sizes.horizon;
  if (id.x % sizes.horizon >= played[sizes.learners * sizes.trajectories * sizes.horizon + i]) { return; }
  let at = (learner * sizes.states * sizes.actions + rowPair[played[k]]) * ${SUM_WORDS}u;
  let x = advantage[k];
  // Multiplied by a power of two, hence exactly: only the rounding to a whole number is an error.
  let whole = u32(round(abs(x) * wholesIn(largest[learner])));
  let side = at + select(1u, 3u, x < 0.0);
  atomicAdd(&sums[at], 1u);
  if (whole >= ${LOWER}u) { atomicAdd(&sums[side], whole / ${LOWER}u); }
  atomicAdd(&sums[side + 1u], whole % ${LOWER}u);
}`;
