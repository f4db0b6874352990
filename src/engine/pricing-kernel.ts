/**
 * Rewards on the device: each step's is looked up by its table row, shut or open as the trajectory's gate says and by whether it is the last
 * of the horizon, and a trajectory's total is added up in fixed point. Gate conditions are sums of whole numbers, so they open exactly where TypeScript's do.
 */
import { WORKGROUP } from './compute-kernel';
import { FIXED_POINT } from './fixed-point';
import { LAYOUT, PAY_WORDS } from './signal-layout';

/** One thread a trajectory → reward [M·N·T], 0 in padding, and total [M·N] in units of the learner's plan. */
export const pricingShader = /* wgsl */ `
${LAYOUT}
${FIXED_POINT}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> plans: array<Plan>;
@group(0) @binding(2) var<storage, read> played: array<u32>;
@group(0) @binding(3) var<storage, read> pay: array<u32>;
@group(0) @binding(4) var<storage, read_write> reward: array<f32>;
@group(0) @binding(5) var<storage, read_write> total: array<vec2<u32>>;

@compute @workgroup_size(${WORKGROUP})
fn price(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  let all = sizes.learners * sizes.trajectories;
  if (i >= all) { return; }
  let learner = i / sizes.trajectories;
  let records = learner * sizes.rows;
  let first = i * sizes.horizon;
  let length = played[all * sizes.horizon + i];

  let gates = plans[learner].gates;
  let isAny = (plans[learner].flags & 16u) != 0u;
  var open = gates == 0u || !isAny;
  for (var c = 0u; c < gates; c += 1u) {
    var units = 0;
    for (var t = 0u; t < length; t += 1u) { units += bitcast<i32>(pay[(records + played[first + t]) * ${PAY_WORDS}u + 12u + c]); }
    let isOpen = units > plans[learner].limit[c];
    open = select(open && isOpen, open || isOpen, isAny);
  }

  var sum = vec2<u32>(0u, 0u);
  for (var t = 0u; t < length; t += 1u) {
    let record = (records + played[first + t]) * ${PAY_WORDS}u;
    let which = select(0u, 1u, open) + select(0u, 2u, t + 1u == sizes.horizon);
    reward[first + t] = bitcast<f32>(pay[record + which]);
    let fixed = record + 4u + 2u * which;
    sum = plus(sum, vec2<u32>(pay[fixed], pay[fixed + 1u]));
  }
  for (var t = length; t < sizes.horizon; t += 1u) { reward[first + t] = 0.0; }
  total[i] = sum;
}`;
