import { describe, expect, it } from 'vitest';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout, type Rollout } from '../../src/core/mdp/rollout';
import { redrawUniform, replaySuccesses, type Successes } from '../../src/worker/resample';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, smallSpec } from './small-spec';

const { table, initialLogits } = (await Training.start(await smallSpec('group-collapse', ['outcome']), deps)).experiment;
const { threshold } = softmaxPolicy(initialLogits, table.S, table.A);
const options = { nTraj: 32, groupSize: 4, seed: 0, learner: 0, iteration: 0 };
const play = (iteration: number) => structuredClone(rollout(table, threshold, { ...options, iteration }));
const outcome = ({ maxLen, row, length }: Rollout, i: number) => table.metrics['success'][row[i * maxLen + length[i] - 1]];
const group = (batch: Rollout, g: number) => [0, 1, 2, 3].map((m) => outcome(batch, 4 * g + m));
const rowsOf = ({ maxLen, row, length }: Rollout, i: number) => [...row.subarray(i * maxLen, i * maxLen + length[i])];

describe('replay', () => {
  it('puts the last kept success of a prompt into groups that failed throughout, and touches no other', () => {
    let kept: Successes = new Map();
    let replayed = 0;
    for (let iteration = 0; iteration < 40; iteration++) {
      const before = play(iteration);
      const batch = structuredClone(before);
      const known = kept;
      kept = replaySuccesses(table, batch, known);
      for (let g = 0; g < 8; g++) {
        const failed = group(before, g).every((x) => x === 0);
        const stored = known.get(before.start[4 * g]);
        for (let m = 0; m < 4; m++) {
          const i = 4 * g + m;
          const expected = failed && stored && m === 0 ? [...stored] : rowsOf(before, i);
          expect(rowsOf(batch, i)).toEqual(expected);
          expect(batch.row.subarray(i * batch.maxLen + batch.length[i], (i + 1) * batch.maxLen).every((row) => row === 0)).toBe(true);
          expect(batch.terminated[i]).toBe(1);
        }
        if (failed && stored) {
          replayed += 1;
          expect(outcome(batch, 4 * g)).toBe(1);
          expect(table.rowState[batch.row[4 * g * batch.maxLen]]).toBe(before.start[4 * g]);
          expect(kept.get(before.start[4 * g])).toBe(stored);
        }
        if (!failed) expect(kept.get(before.start[4 * g])).not.toBe(stored);
      }
    }
    expect(replayed).toBeGreaterThan(20);
  });
});

describe('groups that end alike', () => {
  it('are played again from their starts, a few times, and only they', () => {
    const before = play(3);
    const batch = structuredClone(before);
    const played = redrawUniform(table, threshold, { ...options, iteration: 3 }, batch, 3);
    const isUniform = (b: Rollout, g: number) => group(b, g).every((x) => x === group(b, g)[0]);
    const uniform = [0, 1, 2, 3, 4, 5, 6, 7].filter((g) => isUniform(before, g));
    expect(uniform.length).toBeGreaterThan(0);
    expect(uniform.length).toBeLessThan(8);
    expect(played % 4).toBe(0);
    expect(played).toBeGreaterThanOrEqual(4 * uniform.length);
    expect(played).toBeLessThanOrEqual(12 * uniform.length);
    for (let i = 0; i < 32; i++) {
      expect(table.rowState[batch.row[i * batch.maxLen]]).toBe(before.start[i]);
      if (!uniform.includes(Math.floor(i / 4))) expect(rowsOf(batch, i)).toEqual(rowsOf(before, i));
    }
    expect(uniform.some((g) => [0, 1, 2, 3].some((m) => rowsOf(batch, 4 * g + m).join() !== rowsOf(before, 4 * g + m).join()))).toBe(true);
    const again = structuredClone(before);
    redrawUniform(table, threshold, { ...options, iteration: 3 }, again, 3);
    expect(again).toEqual(batch);
  });

  it('become as rare as chance has it: a group of four stays uniform with p⁴ + (1 − p)⁴, to the fourth power after three more draws', () => {
    // Prompt 1 is solved with p = 1/4: uniform with 0.3203, and with 0.0105 after three redraws. 400 batches, 4 standard errors.
    let left = 0;
    for (let iteration = 0; iteration < 400; iteration++) {
      const batch = play(iteration);
      redrawUniform(table, threshold, { ...options, iteration }, batch, 3);
      const g = batch.start.indexOf(8) / 4;
      if (group(batch, g).every((x) => x === group(batch, g)[0])) left += 1;
    }
    const p = (0.25 ** 4 + 0.75 ** 4) ** 4;
    expect(Math.abs(left / 400 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 400));
  });
});

it('a scheme that replays is at the same policy when an iteration is made again from a checkpoint', async () => {
  const spec = await smallSpec('group-collapse', ['replay', 'dynamic'], { trajectories: 32, groupSize: 4 });
  const training = await Training.start({ ...spec, view: { ...spec.view, trajectories: 32 } }, { ...deps, checkpointInterval: 7 });
  const seen: number[][][] = [[], []];
  for (let iteration = 0; iteration < 30; iteration++) {
    for (const scheme of [0, 1]) seen[scheme].push([...training.learners[2 * scheme].parameters]);
    await advance(training, iteration + 1);
  }
  for (const iteration of [6, 13, 20, 29]) {
    for (const scheme of [0, 1]) expect([...(await training.recall(scheme, iteration)).logits]).toEqual(seen[scheme][iteration]);
  }
});
