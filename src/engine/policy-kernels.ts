/**
 * The two ends of an iteration on the device: from logits to the policy's integer thresholds, and from S × A sums to dL/dlogits.
 *
 * Probabilities are single precision here, and exp is the device's own: a threshold may be apart from TypeScript's by about 2⁻²³ of the
 * whole, some hundred units in 2³², and a word that falls between the two plays another action. That is one step in some ten million.
 */
import { LOWER, SUM_UNIT, SUM_WORDS } from './aggregation-kernel';
import { WORKGROUP } from './compute-kernel';
import { LAYOUT } from './signal-layout';

/** One thread a learner and state: π = softmax(base + logits) → probability [M·S·A] f32 and threshold [M·S·A]. */
export const thresholdShader = /* wgsl */ `
${LAYOUT}
@group(0) @binding(0) var<uniform> sizes: Sizes;
// [learners x rows x actions], where rows may be more than there are states.
@group(0) @binding(1) var<storage, read> logits: array<f32>;
// [states x actions], the same for all learners.
@group(0) @binding(2) var<storage, read> base: array<f32>;
@group(0) @binding(3) var<storage, read_write> probability: array<f32>;
@group(0) @binding(4) var<storage, read_write> threshold: array<u32>;

@compute @workgroup_size(${WORKGROUP})
fn think(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= sizes.learners * sizes.states) { return; }
  let own = id.x * sizes.actions;
  let start = id.x % sizes.states * sizes.actions;
  let output = id.x / sizes.states * sizes.outputRows * sizes.actions + start;
  var most = logits[output] + base[start];
  for (var a = 1u; a < sizes.actions; a += 1u) { most = max(most, logits[output + a] + base[start + a]); }
  var sum = 0.0;
  for (var a = 0u; a < sizes.actions; a += 1u) {
    let x = exp(logits[output + a] + base[start + a] - most);
    probability[own + a] = x;
    sum += x;
  }
  var below = 0.0;
  for (var a = 0u; a < sizes.actions; a += 1u) {
    let share = probability[own + a] / sum;
    probability[own + a] = share;
    below += share;
    threshold[own + a] = select(u32(below * 4294967296.0), 0xffffffffu, below >= 1.0 || a + 1u == sizes.actions);
  }
}`;

/**
 * One thread a learner and state → dL/dlogits [M·S·A] of REINFORCE, and of PPO's first epoch, where every ratio is 1:
 *
 *     ∂L/∂z_sj = −(1/N) (W_sj − π_sj Σ_a W_sa),   W = sum of positive − sum of |negative| advantages
 *
 * The difference is taken of whole numbers.
 */
export const gradientShader = /* wgsl */ `
${LAYOUT}
${SUM_UNIT}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> largest: array<u32>;
@group(0) @binding(3) var<storage, read> probability: array<f32>;
@group(0) @binding(4) var<storage, read_write> dLogits: array<f32>;

fn weight(pair: u32, unit: f32) -> f32 {
  let at = pair * ${SUM_WORDS}u;
  return (f32(i32(sums[at + 1u] - sums[at + 3u])) * ${LOWER}.0 + f32(i32(sums[at + 2u] - sums[at + 4u]))) * unit;
}

@compute @workgroup_size(${WORKGROUP})
fn differentiate(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= sizes.learners * sizes.states) { return; }
  let own = id.x * sizes.actions;
  let unit = unitOf(largest[id.x / sizes.states]);
  var total = 0.0;
  for (var a = 0u; a < sizes.actions; a += 1u) { total += weight(own + a, unit); }
  for (var a = 0u; a < sizes.actions; a += 1u) {
    dLogits[own + a] = -(weight(own + a, unit) - probability[own + a] * total) / f32(sizes.trajectories);
  }
}`;
