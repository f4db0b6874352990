/**
 * Advantages on the device. `scan` goes back through each trajectory: returns-to-go, or generalized advantages with V by state.
 * `compare` then sets trajectories against their group: scores and leave-one-out from the fixed-point totals, or a mean of returns.
 */
import { WORKGROUP } from './compute-kernel';
import { FIXED_POINT } from './fixed-point';
import { LAYOUT } from './signal-layout';
import { COMPARE } from './signal-plan';

const CLIPPED = /* wgsl */ `
fn clipped(x: f32, most: f32) -> f32 { return clamp(x, -most, most); }
`;

/**
 * One thread a trajectory: G_t = r_t + γ·G_{t+1}, or Â_t = δ_t + γλ·Â_{t+1} with δ_t = r_t + γ·V(s_{t+1}) − V(s_t). V after the last step
 * is 0, as in pricing, whether the task ended or time ran out. Padding is 0. → advantage [M·N·T]
 */
export const scanShader = /* wgsl */ `
${LAYOUT}
${CLIPPED}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> plans: array<Plan>;
@group(0) @binding(2) var<storage, read> played: array<u32>;
@group(0) @binding(3) var<storage, read> reward: array<f32>;
@group(0) @binding(4) var<storage, read> value: array<f32>;
@group(0) @binding(5) var<storage, read> rowPair: array<u32>;
@group(0) @binding(6) var<storage, read_write> advantage: array<f32>;

@compute @workgroup_size(${WORKGROUP})
fn scan(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  let all = sizes.learners * sizes.trajectories;
  if (i >= all) { return; }
  let plan = plans[i / sizes.trajectories];
  let first = i * sizes.horizon;
  let length = played[all * sizes.horizon + i];
  let isAdvantage = (plan.flags & 1u) != 0u;
  let hasValue = (plan.flags & 32u) != 0u;
  // Clipped here where nothing follows.
  let most = select(3e38, plan.clip, plan.compare == ${COMPARE.nothing}u);
  var following = 0.0;
  var next = 0.0;
  for (var back = 0u; back < length; back += 1u) {
    let t = length - 1u - back;
    var x = reward[first + t];
    if (isAdvantage) {
      var here = 0.0;
      if (hasValue) { here = value[plan.valueStart + t * plan.valueStride + rowPair[played[first + t]] / sizes.actions]; }
      x += plan.gamma * next - here + plan.gamma * plan.lambda * following;
      next = here;
    } else {
      x += plan.gamma * following;
    }
    following = x;
    advantage[first + t] = clipped(x, most);
  }
  for (var t = length; t < sizes.horizon; t += 1u) { advantage[first + t] = 0.0; }
}`;

/**
 * One workgroup a group of a learner. Groups are given by \`start\` [M·(groups + 1)] into \`member\` [N]; empty ones are passed over.
 * Totals are compared as whole numbers, x_i = n·R_i − Σ R_j, so that equal totals leave exactly 0. Sums of squares and of returns are taken
 * by lanes and then in a tree, in an order that depends on the shape of the batch alone.
 */
export const compareShader = /* wgsl */ `
${LAYOUT}
${CLIPPED}
${FIXED_POINT}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> plans: array<Plan>;
@group(0) @binding(2) var<storage, read> played: array<u32>;
@group(0) @binding(3) var<storage, read> start: array<u32>;
@group(0) @binding(4) var<storage, read> member: array<u32>;
@group(0) @binding(5) var<storage, read> total: array<vec2<u32>>;
@group(0) @binding(6) var<storage, read_write> advantage: array<f32>;

var<workgroup> words: array<vec2<u32>, ${WORKGROUP}>;
var<workgroup> sums: array<vec2<f32>, ${WORKGROUP}>;

fn addWords(lane: u32, own: vec2<u32>) -> vec2<u32> {
  words[lane] = own;
  workgroupBarrier();
  for (var half = ${WORKGROUP / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { words[lane] = plus(words[lane], words[lane + half]); }
    workgroupBarrier();
  }
  return words[0];
}

fn addSums(lane: u32, own: vec2<f32>) -> vec2<f32> {
  sums[lane] = own;
  workgroupBarrier();
  for (var half = ${WORKGROUP / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  return sums[0];
}

@compute @workgroup_size(${WORKGROUP})
fn compare(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let learner = group.y;
  let plan = plans[learner];
  let bounds = learner * (sizes.groups + 1u) + group.x;
  let begin = start[bounds];
  let end = start[bounds + 1u];
  let n = end - begin;
  let before = learner * sizes.trajectories;
  let lengths = sizes.learners * sizes.trajectories * sizes.horizon;

  switch (plan.compare) {
    case ${COMPARE.score}u, ${COMPARE.leaveOneOut}u: {
      var own = vec2<u32>(0u, 0u);
      for (var j = begin + lane; j < end; j += ${WORKGROUP}u) { own = plus(own, total[before + member[j]]); }
      let sum = addWords(lane, own);
      var squares = 0.0;
      for (var j = begin + lane; j < end; j += ${WORKGROUP}u) {
        let x = asFloat(plus(times(total[before + member[j]], n), negated(sum))) * plan.unit / f32(n);
        squares += x * x;
      }
      let spread = addSums(lane, vec2<f32>(squares, 0.0)).x;
      let isScore = plan.compare == ${COMPARE.score}u;
      var divisor = 1.0;
      if (!isScore) { divisor = f32(n) - 1.0; }
      else if ((plan.flags & 2u) != 0u) {
        divisor = plan.epsilon;
        if (n > plan.ddof) { divisor += sqrt(spread / f32(n - plan.ddof)); }
        if (divisor == 0.0) { divisor = 1.0; }
      }
      for (var j = begin + lane; j < end; j += ${WORKGROUP}u) {
        let i = before + member[j];
        let difference = asFloat(plus(times(total[i], n), negated(sum))) * plan.unit;
        var x = difference / divisor;
        if (isScore) { x = difference / f32(n) / divisor; }
        if (n == 1u) {
          x = 0.0;
          if ((plan.flags & 4u) != 0u) {
            x = asFloat(total[i]) * plan.unit;
            if (isScore && (plan.flags & 2u) != 0u) { x /= 1.0 + plan.epsilon; }
          }
        }
        let length = played[lengths + i];
        for (var t = 0u; t < length; t += 1u) { advantage[i * sizes.horizon + t] = clipped(x, plan.clip); }
      }
    }
    case ${COMPARE.stepIndexMean}u: {
      for (var t = lane; t < sizes.horizon; t += ${WORKGROUP}u) {
        var sum = 0.0;
        var alive = 0u;
        // Sums of 64 are added up, so that errors grow with their number and not with that of members.
        for (var block = begin; block < end; block += ${WORKGROUP}u) {
          var part = 0.0;
          for (var j = block; j < min(block + ${WORKGROUP}u, end); j += 1u) {
            let i = before + member[j];
            if (t < played[lengths + i]) {
              part += advantage[i * sizes.horizon + t];
              alive += 1u;
            }
          }
          sum += part;
        }
        let mean = sum / max(1.0, f32(select(alive, n, (plan.flags & 8u) != 0u)));
        for (var j = begin; j < end; j += 1u) {
          let i = before + member[j];
          let k = i * sizes.horizon + t;
          if (t < played[lengths + i]) { advantage[k] = clipped(advantage[k] - mean, plan.clip); }
        }
      }
    }
    case ${COMPARE.wholeReturnMean}u, ${COMPARE.stepMean}u: {
      let isWhole = plan.compare == ${COMPARE.wholeReturnMean}u;
      var own = vec2<f32>(0.0, 0.0);
      for (var j = begin + lane; j < end; j += ${WORKGROUP}u) {
        let i = before + member[j];
        let length = played[lengths + i];
        var part = 0.0;
        for (var t = 0u; t < select(length, min(length, 1u), isWhole); t += 1u) { part += advantage[i * sizes.horizon + t]; }
        own += vec2<f32>(part, select(f32(length), 1.0, isWhole));
      }
      let sum = addSums(lane, own);
      let mean = sum.x / max(1.0, sum.y);
      for (var j = begin + lane; j < end; j += ${WORKGROUP}u) {
        let i = before + member[j];
        let length = played[lengths + i];
        for (var k = i * sizes.horizon; k < i * sizes.horizon + length; k += 1u) { advantage[k] = clipped(advantage[k] - mean, plan.clip); }
      }
    }
    default: {}
  }
}`;
