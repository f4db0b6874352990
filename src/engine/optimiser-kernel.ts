/**
 * Optimiser steps as WGSL kernels that change parameters and moments in place: one dispatch for each part of the flat vector, all members
 * together, each by its own numbers. Every thread owns one parameter, so there is no order of summation and a step is the same bits on every
 * repeat. A step that is not finite is not made, and its member is marked as spoiled.
 */
import { ComputeKernel, groupsFor, WORKGROUP } from './compute-kernel';
import type { StepNumbers } from './optimiser';

/** Numbers of a member's step, in the kernels' order. */
export const NUMBERS = 8;
/** Magnitude from which on a parameter counts as diverged, far below where squares and products of activations overflow. */
export const MOST = 1e12;
const [MOST_BITS] = new Uint32Array(Float32Array.of(MOST).buffer);
/** Workgroups that a device is sure to take along one axis. */
const MOST_GROUPS = 65_535;

/** Workgroups for so many parameters, along two axes where one is not enough. */
export function groupsOver(threads: number): readonly [number, number] {
  const groups = groupsFor(threads);
  return [Math.min(groups, MOST_GROUPS), Math.ceil(groups / MOST_GROUPS)];
}

const shader = /* wgsl */ `
struct Part { count: u32, each: u32, columns: u32, transposed: u32, at: u32, stride: u32, unused1: u32, unused2: u32 }
@group(0) @binding(0) var<uniform> part: Part;
// By member: rate, keep, epsilon, scale, beta 1, 1 - beta 1, beta 2, 1 - beta 2.
@group(0) @binding(1) var<storage, read> numbers: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> transposed: array<f32>;
// By member: 1 once a step of it was not finite.
@group(0) @binding(5) var<storage, read_write> spoiled: array<atomic<u32>>;
// Means of all members, then means of squares.
@group(0) @binding(6) var<storage, read_write> moments: array<f32>;

// By bits, because shaders may take for granted that there are no other numbers.
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn isUsable(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) <= ${MOST_BITS}u; }

fn place(k: u32, member: u32, value: f32) {
  weights[k] = value;
  let i = k - member * part.each;
  let row = i / part.columns;
  if (row < part.transposed) {
    transposed[(member * part.columns + i % part.columns) * part.transposed + row] = value;
  }
}

@compute @workgroup_size(${WORKGROUP})
fn sgd(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let k = id.y * groups.x * ${WORKGROUP}u + id.x;
  if (k >= part.count) { return; }
  let member = k / part.each;
  let g = gradient[member * part.stride + part.at + k % part.each];
  let next = weights[k] - numbers[${NUMBERS}u * member] * g;
  if (isFinite(g) && isUsable(next)) { place(k, member, next); } else { atomicStore(&spoiled[member], 1u); }
}

@compute @workgroup_size(${WORKGROUP})
fn adam(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let k = id.y * groups.x * ${WORKGROUP}u + id.x;
  if (k >= part.count) { return; }
  let member = k / part.each;
  let n = ${NUMBERS}u * member;
  let g = gradient[member * part.stride + part.at + k % part.each];
  let m = numbers[n + 4u] * moments[k] + numbers[n + 5u] * g;
  let v = numbers[n + 6u] * moments[part.count + k] + numbers[n + 7u] * g * g;
  let next = numbers[n + 1u] * weights[k] - numbers[n] * m / (sqrt(v * numbers[n + 3u]) + numbers[n + 2u]);
  if (isFinite(g) && isFinite(v) && isUsable(next)) {
    moments[k] = m;
    moments[part.count + k] = v;
    place(k, member, next);
  } else {
    atomicStore(&spoiled[member], 1u);
  }
}`;

const kernels = new WeakMap<GPUDevice, { readonly sgd: ComputeKernel; readonly adam: ComputeKernel }>();

/** Both kernels on a device; their bindings are those of the shader, of which SGD leaves the last out. */
export function kernelsOf(device: GPUDevice) {
  const known = kernels.get(device);
  if (known) return known;
  const made = { sgd: new ComputeKernel(device, shader, 'sgd'), adam: new ComputeKernel(device, shader, 'adam') };
  kernels.set(device, made);
  return made;
}

/** A step's numbers in the kernels' order. */
export function numbersOf(step: StepNumbers): number[] {
  if (step.kind === 'sgd') return [step.rate, 0, 0, 0, 0, 0, 0, 0];
  const { rate, keep, epsilon, scale, beta1, beta2 } = step;
  return [rate, keep, epsilon, scale, beta1, 1 - beta1, beta2, 1 - beta2];
}
