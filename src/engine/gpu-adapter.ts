/** The GPU adapter that a browser offers, in words. */
export interface GpuAdapter {
  readonly adapter: GPUAdapter;
  /** Its name, with "emulated on the CPU" where it is software. */
  readonly name: string;
  readonly isEmulated: boolean;
}

/** Asks for the adapter that engines compute on; null where there is none, undefined where there is no WebGPU at all. */
export async function findGpu(): Promise<GpuAdapter | null | undefined> {
  const gpu = typeof navigator === 'undefined' ? undefined : navigator.gpu;
  if (!gpu) return undefined;
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter && { adapter, ...describe(adapter) };
}

function describe({ info }: GPUAdapter): Omit<GpuAdapter, 'adapter'> {
  const name = info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'WebGPU adapter';
  const isEmulated = info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render|warp/i.test(`${name} ${info.architecture}`);
  return { name: isEmulated ? `${name}, emulated on the CPU` : name, isEmulated };
}
