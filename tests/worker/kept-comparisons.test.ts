import { describe, expect, it, vi } from 'vitest';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import { EngineUnavailableError, type Engine, type EngineName, type NetworkShape } from '../../src/engine/engine';
import { mlpWork } from '../../src/engine/engine-work';
import { createTsEngine } from '../../src/engine/ts-engine';
import { browserStore } from '../../src/worker/browser-store';
import { KeptComparisons, type ComparisonStore, type DeviceFingerprint } from '../../src/worker/kept-comparisons';
import { openMeasured, openMeasuredWithGpu } from '../../src/worker/measured-engine';
import { networkWork } from '../../src/worker/network-work';
import { deps, smallSpec } from './small-spec';

const laptop: DeviceFingerprint = { adapter: 'Card 1', cores: 8, browser: 'Browser/1.0' };
const comparison = { at: Date.UTC(2026, 10, 20), measured: [{ name: 'ts', adapter: 'TypeScript, this core', isEmulated: false, milliseconds: 3, dispatches: 0, readBacks: 0 }], missing: [] } as const;

/** A store that outlives its sessions, as a browser's does. */
function memory(): ComparisonStore & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    read: async (key) => (entries.has(key) ? JSON.parse(entries.get(key)!) : null),
    write: async (key, value) => (entries.set(key, JSON.stringify(value)), true),
    remove: async (key) => void entries.delete(key),
  };
}
const on = (store: ComparisonStore | null, device = laptop) => new KeptComparisons(store, async () => device);

describe('what was measured', () => {
  it('is found again by another session on the same device', async () => {
    const store = memory();
    expect(await on(store).keep('net', comparison)).toEqual({ ...comparison, isKept: true });
    expect(await on(store).find('net')).toEqual({ ...comparison, isKept: true });
    expect(await on(store).find('another net')).toBeNull();
  });

  it.each<[string, DeviceFingerprint]>([
    ['adapter', { ...laptop, adapter: 'Card 2' }],
    ['number of cores', { ...laptop, cores: 4 }],
    ['browser', { ...laptop, browser: 'Browser/1.1' }],
  ])('is forgotten under another %s', async (_, other) => {
    const store = memory();
    await on(store).keep('net', comparison);
    expect(await on(store, other).find('net')).toBeNull();
    expect(store.entries.size).toBe(0);
  });

  it('is forgotten where it is not what this version writes', async () => {
    const store = memory();
    for (const old of [{ version: 0, device: laptop, measured: [], missing: [] }, 'text', { version: 1 }]) {
      store.entries.set('net', JSON.stringify(old));
      expect(await on(store).find('net')).toBeNull();
    }
  });

  it('lasts for the session alone where nothing can be kept', async () => {
    const full: ComparisonStore = { read: async () => null, write: async () => false, remove: async () => {} };
    for (const store of [full, null, browserStore()]) {
      const comparisons = on(store);
      expect(await comparisons.keep('net', comparison)).toEqual({ ...comparison, isKept: false });
      expect(await comparisons.find('net')).toEqual({ ...comparison, isKept: false });
      await comparisons.forget('net');
      expect(await comparisons.find('net')).toBeNull();
    }
  });
});

describe('the engine for measured work', () => {
  const shape: NetworkShape = { inputs: 4, hidden: [8], outputs: 3, activation: 'tanh', population: 4 };
  const work = mlpWork(shape, 16);

  /** Engines that have names and adapters, of which each opening is noted. */
  function stage(adapters: Partial<Record<EngineName, string>>) {
    const opened: EngineName[] = [];
    const open = async (name: EngineName): Promise<Engine> => {
      const adapter = adapters[name];
      if (adapter === undefined) throw new EngineUnavailableError(name, `No ${name}.`);
      opened.push(name);
      return { ...createTsEngine(), name, adapter };
    };
    return { open, opened };
  }

  it('is measured once, and opened alone in the next session', async () => {
    const store = memory();
    const first = stage({ ts: 'core', wasm: 'SIMD' });
    const chosen = await openMeasured(work, { open: first.open, comparisons: on(store) });
    expect(first.opened).toEqual(['ts', 'wasm']);
    const second = stage({ ts: 'core', wasm: 'SIMD' });
    const again = await openMeasured(work, { open: second.open, comparisons: on(store) });
    expect(second.opened).toEqual([chosen.current.name]);
    expect(again.label).toEqual(chosen.label);
  });

  it('is measured anew where it no longer starts, or starts as another adapter', async () => {
    for (const now of [{ ts: 'core' }, { ts: 'core', wasm: 'plain' }] as const) {
      const store = memory();
      const fast = { at: 1, measured: [{ name: 'wasm', adapter: 'SIMD', isEmulated: false, milliseconds: 1 }], missing: [] } as const;
      await on(store).keep(work.key, fast);
      const comparisons = on(store);
      await openMeasured(work, { open: stage(now).open, comparisons });
      const known = await comparisons.find(work.key);
      expect(known!.at).toBeGreaterThan(1);
      expect(known!.measured.map(({ adapter }) => adapter)).toEqual(Object.values(now));
    }
  });

  it('is TypeScript for a single small network, whatever was measured when it was asked for', async () => {
    const single = mlpWork({ ...shape, population: 1 }, 16);
    const comparisons = on(null);
    await comparisons.keep(single.key, { at: 1, measured: [{ name: 'wasm', adapter: 'SIMD', isEmulated: false, milliseconds: 0.1 }], missing: [] });
    const { open, opened } = stage({ ts: 'core', wasm: 'SIMD' });
    expect((await openMeasured(single, { open, comparisons })).label.words).toBe('TypeScript: a single small network starts here.');
    expect(opened).toEqual(['ts']);
  });
});

describe('a transformer’s engine', () => {
  const gpu = (description: string) => ({ gpu: { requestAdapter: async () => ({ info: { description, architecture: '', isFallbackAdapter: false } }) } });
  const words = 'TypeScript: its own way.';
  const open = async (name: EngineName): Promise<Engine> => {
    if (name === 'wasm') throw new EngineUnavailableError('wasm', 'No WASM.');
    return { ...createTsEngine(), name, adapter: name };
  };

  it('is measured where there is a real GPU, and TypeScript unmeasured elsewhere', async () => {
    const spec = await smallSpec('token-transformer', ['out'], { trajectories: 2, groupSize: 2, seeds: { first: 0, count: 2 } });
    const experiment = resolveExperiment(spec, deps.plugins);
    const seen: [string, boolean][] = [];
    for (const navigator of [gpu('Card 1'), gpu('SwiftShader'), {}]) {
      vi.stubGlobal('navigator', navigator);
      const comparisons = on(null);
      const { label } = await openMeasuredWithGpu(experiment, words, { open, comparisons });
      const work = (await networkWork(experiment))!;
      seen.push([label.words === words ? 'its own way' : 'measured', (await comparisons.find(work.key)) !== null]);
    }
    vi.unstubAllGlobals();
    expect(seen).toEqual([['measured', true], ['its own way', false], ['its own way', false]]);
  });
});

