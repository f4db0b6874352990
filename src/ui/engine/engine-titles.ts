const titles: Readonly<Record<string, string>> = { tabular: 'Table', ts: 'TypeScript', wasm: 'WASM', webgpu: 'WebGPU' };

/** What an engine is called on screen. */
export function engineTitle(name: string): string {
  return titles[name] ?? name;
}
