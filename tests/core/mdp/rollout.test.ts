import { describe, expect, it } from 'vitest';
import { nextWord, trajectoryStream } from '../../../src/core/math/random';
import { emptyRollout, frontierRollout, rollout } from '../../../src/core/mdp/rollout';
import { randomMdp, randomPolicy } from './random-mdp';

const options = { nTraj: 32, groupSize: 8, seed: 3, learner: 1, iteration: 2 };

describe('table rollouts', () => {
  const table = randomMdp(1);
  const { threshold } = randomPolicy(table, 1);

  it('take, word by word, what a plain reading of the thresholds takes', () => {
    const batch = rollout(table, threshold, options);
    for (let i = 0; i < batch.nTraj; i++) {
      const stream = trajectoryStream(3, 1, 2, i);
      let s = batch.start[i];
      let t = 0;
      for (let done = 0; done === 0 && t < table.horizon; t++) {
        const forAction = nextWord(stream);
        const forOutcome = nextWord(stream);
        let a = 0;
        while (a < table.A - 1 && forAction >= threshold[s * table.A + a]) a++;
        let r = table.rowStart[s * table.A + a];
        while (r < table.rowStart[s * table.A + a + 1] - 1 && forOutcome >= table.rowThreshold[r]) r++;
        expect(batch.row[i * batch.maxLen + t]).toBe(r);
        done = table.rowDone[r];
        s = table.rowNext[r];
        expect(batch.terminated[i]).toBe(t === batch.length[i] - 1 ? done : batch.terminated[i]);
      }
      expect(batch.length[i]).toBe(t);
    }
    expect(new Set(batch.terminated).size).toBe(2);
  });

  it('are the same a step at a time, asking for each state before anyone acts in it', () => {
    for (const seed of [1, 2, 3]) {
      const world = { ...randomMdp(seed), ...(seed === 3 && { start: { state: Uint32Array.of(0, 1, 2, 3), probability: new Float64Array(4).fill(0.25) }, starts: 'distinct' as const }) };
      const policy = randomPolicy(world, seed);
      const lazy = new Uint32Array(policy.threshold.length);
      const asked: number[] = [];
      const frontier = frontierRollout(world, lazy, options, emptyRollout(world.horizon, 32, 8));
      let next = frontier.next();
      for (; !next.done; next = frontier.next()) {
        for (const s of next.value) {
          asked.push(s);
          lazy.set(policy.threshold.subarray(s * world.A, (s + 1) * world.A), s * world.A);
        }
      }
      expect(next.value).toEqual(rollout(world, policy.threshold, options));
      expect(asked.length).toBe(new Set(asked).size);
      expect(new Set(asked)).toEqual(new Set(Array.from(next.value.row, (r) => world.rowState[r]).filter((_, k) => k % world.horizon < next.value.length[Math.floor(k / world.horizon)])));
    }
  });

  it('compare words and thresholds as unsigned numbers, up to both ends', () => {
    // Every threshold at an extreme: the first action never or always taken.
    const never = threshold.map((_, k) => (k % table.A < table.A - 1 ? 0 : 4294967295));
    const first = threshold.map(() => 4294967295);
    const half = threshold.map((_, k) => (k % table.A === 0 ? 2147483648 : 4294967295));
    const actions = (t: Uint32Array) => {
      const batch = rollout(table, t, { ...options, nTraj: 512 });
      const count = new Array(table.A).fill(0);
      for (let i = 0; i < batch.nTraj; i++) for (let k = 0; k < batch.length[i]; k++) count[table.rowAction[batch.row[i * batch.maxLen + k]]] += 1;
      return count;
    };
    expect(actions(never).slice(0, 2)).toEqual([0, 0]);
    expect(actions(first).slice(1)).toEqual([0, 0]);
    const [a, b, c] = actions(half);
    expect(c).toBe(0);
    expect(Math.abs(a - b) / Math.sqrt(a + b)).toBeLessThan(4);
  });

  it('are the same on repeat, in reused arrays with stale content, and whatever the batch size', () => {
    const first = rollout(table, threshold, options);
    const reused = emptyRollout(table.horizon, 32, 8);
    reused.row.fill(99);
    reused.length.fill(99);
    expect(rollout(table, threshold, options, reused)).toBe(reused);
    expect(reused).toEqual(first);
    const larger = rollout(table, threshold, { ...options, nTraj: 64 });
    expect(larger.row.slice(0, first.row.length)).toEqual(first.row);
    expect(larger.start.slice(0, 32)).toEqual(first.start);
  });

  it('change with the seed, the learner and the iteration, and not by exchanging them', () => {
    const rows = [
      options, { ...options, seed: 4 }, { ...options, learner: 2, iteration: 1 }, { ...options, iteration: 3 }, { ...options, seed: 2, iteration: 3 },
    ].map((o) => rollout(table, threshold, o).row.join());
    expect(new Set(rows).size).toBe(rows.length);
  });

  it('share one start in a group and draw starts as often as they are likely', () => {
    const batch = rollout(table, threshold, { ...options, nTraj: 40_000, groupSize: 4 });
    // Group g draws from its own stream, whatever the size of the groups before it.
    const alone = rollout(table, threshold, { ...options, nTraj: 10_000, groupSize: 1 });
    expect(alone.start).toEqual(batch.start.filter((_, i) => i % 4 === 0));
    const count = [0, 0, 0];
    for (let i = 0; i < batch.nTraj; i += 4) {
      expect(new Set(batch.start.slice(i, i + 4)).size).toBe(1);
      count[batch.start[i]] += 1;
    }
    [0.5, 0.3, 0.2].forEach((p, k) => expect(Math.abs(count[k] / 10_000 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 10_000)));
  });

  it('take the starts in turn where the table asks for it, on and on, and are else what they were', () => {
    const inTurn = { ...table, starts: 'stratified' as const };
    const startsOf = (iteration: number) => [...rollout(inTurn, threshold, { ...options, iteration }).start.filter((_, i) => i % 8 === 0)];
    expect([0, 1, 2].flatMap(startsOf)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    // Trajectories have streams of their own: those that start alike go on alike.
    const [chance, turn] = [rollout(table, threshold, options), rollout(inTurn, threshold, options)];
    let same = 0;
    for (let i = 0; i < 32; i++) {
      expect(turn.start[i]).toBe(turn.start[i - (i % 8)]);
      if (chance.start[i] !== turn.start[i]) continue;
      same += 1;
      expect(turn.row.slice(i * 5, i * 5 + 5)).toEqual(chance.row.slice(i * 5, i * 5 + 5));
    }
    expect(same).toBeGreaterThan(0);
    expect(same).toBeLessThan(32);
  });

  it('keep paired trajectories aligned: a step that differs draws no extra words', () => {
    const other = randomPolicy(table, 2).threshold;
    const a = rollout(table, threshold, { ...options, nTraj: 400 });
    const b = rollout(table, other, { ...options, nTraj: 400 });
    // Wherever both are in one state at step t and both policies take one action there, the outcome is the same too.
    let met = 0;
    for (let k = 0; k < a.row.length; k++) {
      const [ra, rb] = [a.row[k], b.row[k]];
      const t = k % a.maxLen;
      const i = (k - t) / a.maxLen;
      if (t >= a.length[i] || t >= b.length[i] || table.rowState[ra] !== table.rowState[rb] || table.rowAction[ra] !== table.rowAction[rb]) continue;
      expect(ra).toBe(rb);
      if (t > 0 && a.row[k - 1] !== b.row[k - 1]) met++;
    }
    expect(met).toBeGreaterThan(20);
  });

  it('refuse a group size that leaves a rest, and name those that fit', () => {
    expect(() => rollout(table, threshold, { ...options, groupSize: 7 })).toThrow('Group size 7 does not divide 32 trajectories. Use 1, 2, 4, 8, 16 or 32.');
    expect(() => rollout(table, threshold, { ...options, nTraj: 0 })).toThrow('A batch needs at least 1 trajectory; it has 0.');
  });
});
