import { expose } from './expose';

/** Doubles numbers in a compute shader, without any library, on the adapter the page is given. */
async function doubleOnGpu(values: number[]): Promise<number[]> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('requestAdapter() gave null');
  const device = await adapter.requestDevice();
  const data = new Float32Array(values);
  const buffer = device.createBuffer({ size: data.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  const readBack = device.createBuffer({ size: data.byteLength, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, data);
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
      @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] = 2.0 * x[id.x]; }`,
  });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(data.length);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, readBack, 0, data.byteLength);
  device.queue.submit([encoder.finish()]);
  await readBack.mapAsync(GPUMapMode.READ);
  const result = [...new Float32Array(readBack.getMappedRange())];
  device.destroy();
  return result;
}

/** Whether this page may compile WebAssembly (allowed) and evaluate text (forbidden). */
async function policyVerdicts(): Promise<{ wasm: boolean; evaluation: boolean }> {
  const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const attempt = async (action: () => unknown) => {
    try {
      await action();
      return true;
    } catch {
      return false;
    }
  };
  return {
    wasm: await attempt(() => WebAssembly.instantiate(emptyModule)),
    evaluation: await attempt(() => new Function('return 1')()),
  };
}

expose({ doubleOnGpu, policyVerdicts });
