/** The transformer of the token scenario in the shipping training loop, timed; one scheme, 64 responses. Runs in Node and in the bench's page. */
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import type { EngineName } from '../../src/engine/engine';
import { Training } from '../../src/worker/training-loop';
import { timeIterations, type Timed } from './bench-training';

export const TRANSFORMER = { width: 32, layers: 2, heads: 4 } as const;
export const RESPONSES = 64;

export async function timeTransformer(engine: EngineName, budget: number, wasmBinaries: string): Promise<Timed> {
  const preset = await loadPreset('token-cold');
  if (!preset) throw new Error('The token-cold preset, which the bench starts from, is missing.');
  const training = await Training.start(
    {
      ...preset.spec,
      schemes: preset.spec.schemes.slice(0, 1),
      training: {
        ...preset.spec.training,
        policy: { kind: 'transformer', ...TRANSFORMER },
        optimiser: 'adam',
        learningRate: 0.001,
        trajectories: RESPONSES,
        groupSize: 8,
        engine,
        iterations: 5000,
        seeds: { first: 0, count: 1 },
      },
    },
    { plugins: allPlugins(), now: () => performance.now(), wasmBinaries },
  );
  try {
    return await timeIterations(training, budget);
  } finally {
    training.dispose();
  }
}
