import { describe, expect, test, vi } from 'vitest';
import { chooseEngine, compareEngines, type ChoiceOptions } from '../../src/engine/choose-engine';
import { EngineUnavailableError, type Engine, type EngineName, type NetworkShape } from '../../src/engine/engine';
import { mlpWork, updateCost } from '../../src/engine/engine-work';
import { measureEngine } from '../../src/engine/measure-engine';
import { createTsEngine } from '../../src/engine/ts-engine';

const big: NetworkShape = { inputs: 16, hidden: [64, 64], outputs: 5, activation: 'tanh', population: 20 };
const small: NetworkShape = { ...big, population: 1 };

/** Engines that only have names, a speed, and a memory of being disposed. */
function stage(speed: Partial<Record<EngineName, number | Error>>, emulated: readonly EngineName[] = []) {
  const opened: EngineName[] = [];
  const disposed: EngineName[] = [];
  const options: ChoiceOptions = {
    open: async (name) => {
      const entry = speed[name];
      if (entry === undefined) throw new EngineUnavailableError(name, `No ${name} in this test.`);
      opened.push(name);
      const engine: Engine = { ...createTsEngine(), name, adapter: `${name} adapter`, isEmulated: emulated.includes(name), dispose: () => disposed.push(name) };
      return engine;
    },
    measure: async (engine) => {
      const entry = speed[engine.name];
      if (entry instanceof Error) throw entry;
      return { milliseconds: entry!, dispatches: 0, readBacks: 0 };
    },
  };
  return { options, opened, disposed };
}

describe('the choice of an engine', () => {
  test('the fastest one stays open, and its lead is said in words', async () => {
    const { options, disposed } = stage({ ts: 31, wasm: 12.4, webgpu: 4 });
    const choice = await chooseEngine(mlpWork(big, 256), options);
    expect(choice.engine.name).toBe('webgpu');
    expect(choice.reason).toBe('WebGPU: 3.1× faster than WASM here.');
    expect(disposed).toEqual(['ts', 'wasm']);
    expect(choice.measured.map(({ name, milliseconds }) => [name, milliseconds])).toEqual([['ts', 31], ['wasm', 12.4], ['webgpu', 4]]);
  });

  test('a near tie is called one', async () => {
    expect((await chooseEngine(mlpWork(big, 256), stage({ ts: 10, wasm: 10.3 }).options)).reason).toBe('TypeScript: as fast as WASM here.');
    expect((await chooseEngine(mlpWork(big, 256), stage({ ts: 10 }).options)).reason).toBe('TypeScript: the only engine that runs at speed here.');
  });

  test('what cannot run here, or breaks, says why and is passed over', async () => {
    const { options, disposed } = stage({ ts: 9, wasm: new Error('out of memory') });
    const choice = await chooseEngine(mlpWork(big, 256), options);
    expect(choice.engine.name).toBe('ts');
    expect(choice.missing).toEqual([
      { name: 'wasm', reason: 'The wasm engine failed: out of memory' },
      { name: 'webgpu', reason: 'No webgpu in this test.' },
    ]);
    expect(disposed).toEqual(['wasm']);
  });

  test('an emulated adapter is named, and neither measured nor picked', async () => {
    const choice = await chooseEngine(mlpWork(big, 256), stage({ ts: 9, webgpu: 1 }, ['webgpu']).options);
    expect(choice.engine.name).toBe('ts');
    expect(choice.measured.find(({ name }) => name === 'webgpu')).toEqual({
      name: 'webgpu',
      adapter: 'webgpu adapter',
      isEmulated: true,
      note: 'Emulated on the CPU here: right, but slow, so it is used only by choice.',
    });
  });

  test('a single small network starts on TypeScript without opening anything else', async () => {
    const { options, opened } = stage({ ts: 9, wasm: 1, webgpu: 1 });
    expect((await chooseEngine(mlpWork(small, 256), options)).reason).toBe('TypeScript: a single small network starts here.');
    expect(opened).toEqual(['ts']);
    expect((await chooseEngine(mlpWork(small, 4096), options)).engine.name).toBe('wasm');
  });

  test('an override wins, and fails loudly where it cannot start', async () => {
    const { options } = stage({ ts: 1, wasm: 9 });
    const choice = await chooseEngine(mlpWork(small, 16), { ...options, override: 'wasm' });
    expect([choice.engine.name, choice.reason]).toEqual(['wasm', 'WASM: chosen by hand.']);
    await expect(chooseEngine(mlpWork(small, 16), { ...options, override: 'webgpu' })).rejects.toThrow('No webgpu in this test.');
  });

  test('the real TypeScript engine is measured in milliseconds, the rest is missing in Node', async () => {
    expect(await measureEngine(createTsEngine(), small, 32, 1)).toBeGreaterThan(0);
    const { engines, measured, missing } = await compareEngines(mlpWork(small, 32), { budgetMilliseconds: 3 });
    expect([...engines.keys()]).toEqual(['ts']);
    expect(measured).toHaveLength(1);
    expect(missing.map(({ reason }) => reason)).toEqual(['The WebAssembly files are not part of this build.', 'There is no WebGPU here.']);
  });

  test('a round shorter than a tick of the clock is measured all the same', async () => {
    const real = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => Math.floor(real()));
    try {
      const milliseconds = await measureEngine(createTsEngine(), { ...small, inputs: 2, hidden: [2], outputs: 2 }, 2, 20);
      expect(milliseconds).toBeGreaterThan(0);
      expect(milliseconds).toBeLessThan(1);
    } finally {
      clock.mockRestore();
    }
  });

  test('the cost of an update counts multiply–adds', () => {
    expect(updateCost({ ...small, inputs: 2, hidden: [3], outputs: 4 }, 10)).toBe(10 * (2 * 6 + 3 * 12));
  });
});
