import { describe, expect, it } from 'vitest';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, parametersOf, smallSpec } from './small-spec';

async function lengthSpec(visible: boolean, optimiser: 'sgd' | 'adam' = 'sgd'): Promise<ExperimentSpec> {
  const spec = await smallSpec('boat-race', ['sparse'], { iterations: 12, optimiser, learningRate: 0.1 });
  return { ...spec, scenario: { id: 'length', params: { visible } } };
}

describe('a policy that cannot tell states apart', () => {
  it.each(['sgd', 'adam'] as const)('keeps one row of logits for them under %s', async (optimiser) => {
    const training = await Training.start(await lengthSpec(false, optimiser), deps);
    const { A } = training.experiment.table;
    const [before] = parametersOf(training);
    await advance(training);
    for (const parameters of parametersOf(training)) {
      const row = (s: number) => parameters.slice(s * A, (s + 1) * A);
      expect(row(1)).toEqual(row(0));
      expect(row(2)).toEqual(row(0));
      expect(row(0)).not.toEqual(before.slice(0, A));
    }
  });

  it('moves by the sum of what each state would move by', async () => {
    const [hidden, seen] = [await Training.start(await lengthSpec(false), deps), await Training.start(await lengthSpec(true), deps)];
    const { A } = hidden.experiment.table;
    const [before] = parametersOf(seen);
    await advance(hidden, 1);
    await advance(seen, 1);
    const [together, apart] = [parametersOf(hidden)[0], parametersOf(seen)[0]];
    for (let a = 0; a < A; a++) {
      const moved = [0, 1, 2].reduce((sum, s) => sum + apart[s * A + a] - before[s * A + a], 0);
      expect(together[a] - before[a]).toBeCloseTo(moved, 14);
    }
  });

  it('gives a network nothing to tell them apart by', async () => {
    const { table } = (await Training.start(await lengthSpec(false), deps)).experiment;
    const { width, data } = table.features;
    expect(data.slice(width, 2 * width)).toEqual(data.slice(0, width));
    expect(data[0]).toBe(1);
  });
});
