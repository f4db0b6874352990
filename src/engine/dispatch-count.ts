/** Compute dispatches of one engine; what only checks another computation is no part of training. */
export interface DispatchCount {
  training: number;
  checks: number;
}

const current = new WeakMap<GPUDevice, DispatchCount>();

/** From now on what is dispatched on this device counts into `count`: engines share a device, each calls this before it computes. */
export function countInto(device: GPUDevice, count: DispatchCount): void {
  current.set(device, count);
}

/** To be called beside every `dispatchWorkgroups` of a pass written here; TensorFlow.js's own are counted where its backend starts. */
export function noteDispatches(device: GPUDevice, dispatches = 1, purpose: keyof DispatchCount = 'training'): void {
  const count = current.get(device);
  if (count) count[purpose] += dispatches;
}
