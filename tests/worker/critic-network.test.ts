import { describe, expect, it } from 'vitest';
import { learnerStream } from '../../src/core/experiment/resolve';
import { readSpec, type TrainingSpec } from '../../src/core/experiment/spec';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, smallSpec, withScheme } from './small-spec';

const network: Partial<TrainingSpec> = {
  policy: { kind: 'mlp', hidden: [24], activation: 'tanh' },
  optimiser: 'adam',
  engine: 'ts',
  seeds: { first: 0, count: 1 },
};

async function start(change: Partial<TrainingSpec>): Promise<Training> {
  const spec = await smallSpec('boat-race', ['dense'], { ...network, ...change });
  return Training.start(withScheme(spec, 0, { estimator: { id: 'gae', params: { lambda: 1 } }, value: 'learned' }), deps);
}

/** V of the only learner as it acts next, and how often its last batch visited each state. */
async function valuesAfter(training: Training, iterations: number): Promise<Float64Array> {
  await advance(training, iterations);
  return (await training.recall(0, iterations)).critic!;
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>, where: readonly number[]): number {
  const mean = (x: ArrayLike<number>) => where.reduce((sum, s) => sum + x[s], 0) / where.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const s of where) {
    ab += (a[s] - meanA) * (b[s] - meanB);
    aa += (a[s] - meanA) ** 2;
    bb += (b[s] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

describe.each([
  ['a network of its own', { kind: 'network', learningRate: 0.02 }],
  ['an output of the policy’s network', { kind: 'shared', weight: 20 }],
] as const)('a critic that is %s', (_name, critic) => {
  it('starts at 0 and learns the values that a table learns, of a policy that stands still', async () => {
    // A shared trunk learns at the policy's rate, so there the policy creeps along.
    const learningRate = critic.kind === 'shared' ? 0.005 : 0;
    const training = await start({ critic, learningRate, iterations: 200 });
    const table = await start({ learningRate: 0, iterations: 200, criticRate: 0.3 });
    expect((await training.recall(0, 0)).critic!.every((value) => value === 0)).toBe(true);
    const [learned, expected] = [await valuesAfter(training, 200), await valuesAfter(table, 200)];
    const visited = [...expected.keys()].filter((s) => expected[s] !== 0);
    expect(visited.length).toBeGreaterThan(6);
    expect(correlation(learned, expected, visited)).toBeGreaterThan(critic.kind === 'shared' ? 0.8 : 0.9);
  });

  it('is part of what is replayed, to the bit', async () => {
    const training = await start({ critic, iterations: 23, learningRate: 0.01 });
    await advance(training);
    const [logits] = await training.policies();
    const again = await training.recall(0, 23);
    expect([...again.logits]).toEqual([...logits]);
    const direct = await start({ critic, iterations: 23, learningRate: 0.01 });
    await advance(direct, 17);
    expect((await training.recall(0, 17)).critic).toEqual((await direct.recall(0, 17)).critic);
  });
});

describe('the gradient of a critic network', () => {
  it('is that of half the mean squared error to the targets of its batch', async () => {
    // Step by step: a table's step at rate 1 from V = 0 is the mean of the targets at a state, and −g N / n(s) is the same number.
    const tabular = await start({ iterations: 1, learningRate: 0.01, criticRate: 1 });
    await tabular.iterate();
    const first = await start({ critic: { kind: 'network', learningRate: 0.02 }, iterations: 1, learningRate: 0.01 });
    await first.iterate();
    const { table, spec } = first.experiment;
    const { threshold } = softmaxPolicy(first.experiment.initialLogits, table.S, table.A);
    const { row, maxLen, length } = rollout(table, threshold, { nTraj: spec.training.trajectories, groupSize: spec.training.groupSize, ...learnerStream(spec.training, 0, 0) });
    const visits = new Float64Array(table.S);
    let steps = 0;
    length.forEach((count, i) => {
      steps += count;
      for (let t = 0; t < count; t++) visits[table.rowState[row[i * maxLen + t]]] += 1;
    });
    const gradient = first.learners[0].valueGradient!;
    expect(gradient.filter((g) => g !== 0).length).toBeGreaterThan(6);
    tabular.learners[0].critic!.forEach((moved, s) => expect(moved * visits[s], `state ${s}`).toBeCloseTo(-gradient[s] * steps, 9));
  });
});

it('is refused where the policy is no network', async () => {
  const spec = await smallSpec('boat-race', ['dense'], { critic: { kind: 'network', learningRate: 0.01 } });
  expect(readSpec(spec)).toMatchObject({ problems: [{ field: '/training/critic' }] });
});

describe('schemes that read no V', () => {
  it('train as without a critic network, which is never asked', async () => {
    const logitsWith = async (critic?: TrainingSpec['critic']): Promise<number[]> => {
      const spec = await smallSpec('boat-race', ['outcome', 'dense'], { ...network, iterations: 4, ...(critic && { critic }) });
      const training = await Training.start(spec, deps);
      await advance(training);
      return (await training.policies()).flatMap((logits) => [...logits]);
    };
    const without = await logitsWith();
    expect(without.some((logit) => logit !== 0)).toBe(true);
    expect(await logitsWith({ kind: 'network', learningRate: 0.01 })).toEqual(without);
    expect(await logitsWith({ kind: 'network', learningRate: 0.01, mlp: { hidden: [8], activation: 'tanh' } })).toEqual(without);
  });
});
