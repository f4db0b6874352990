import { expect, test } from 'vitest';
import { groupLayout } from '../../../src/core/contracts/columns';
import { backedUpValues, edgeCells, groupCells, nodeMeans, passingThrough, prefixTree, prefixValueColumn, siblingMoments } from '../../../src/core/math/prefix-tree';
import { mixSeed, nextUniform } from '../../../src/core/math/random';

const fresh = (size: number) => new Float64Array(size);

/** Random attempts with few actions and states, so that beginnings are often shared, and identities far from 0. */
function sample(seed: number, spread = 1) {
  const stream = mixSeed(seed);
  const integer = (n: number) => (Math.floor(nextUniform(stream) * n) - 1) * spread;
  const nTraj = 24;
  const maxLen = 5;
  const length = Int32Array.from({ length: nTraj }, () => Math.floor(nextUniform(stream) * (maxLen + 1)));
  const action = Int32Array.from({ length: nTraj * maxLen }, () => integer(2));
  const state = Int32Array.from({ length: nTraj * (maxLen + 1) }, () => integer(3));
  const group = groupLayout(Array.from({ length: nTraj }, () => Math.floor(nextUniform(stream) * 3)));
  const x = Float64Array.from({ length: nTraj }, () => Math.floor(nextUniform(stream) * 4));
  return { nTraj, maxLen, length, action, state, group, x };
}
type Sample = ReturnType<typeof sample>;
const seeds = [1, 2, 3, 4];

/** The prefix of t steps as text. */
const prefixText = ({ action, state, maxLen, group }: Sample, i: number, t: number, histories: boolean) => {
  const steps = Array.from({ length: t }, (_, k) => `${action[i * maxLen + k]}${histories ? `>${state[i * (maxLen + 1) + k + 1]}` : ''}`);
  return [group.id[i], ...steps].join(' ');
};

test.each([false, true])('two prefixes share a node exactly where they are equal (states too: %s)', (histories) => {
  for (const seed of seeds) {
    for (const spread of [1, 100_000_000]) {
      const all = sample(seed, spread);
      const tree = prefixTree(all, all.group, all.action, histories ? all.state : undefined);
      const nodeOf = new Map<string, number>();
      for (let i = 0; i < all.nTraj; i++) {
        for (let t = 0; t <= all.length[i]; t++) {
          const node = tree.nodeOf[i * (all.maxLen + 1) + t];
          const text = prefixText(all, i, t, histories);
          expect(nodeOf.get(text) ?? node).toBe(node);
          nodeOf.set(text, node);
          expect(tree.parent[node]).toBe(t === 0 ? -1 : tree.nodeOf[i * (all.maxLen + 1) + t - 1]);
        }
      }
      expect(new Set(nodeOf.values()).size).toBe(nodeOf.size);
      expect(tree.nodes).toBe(nodeOf.size);
    }
  }
});

test('a node with more children than are searched one by one keeps them apart', () => {
  const nTraj = 300;
  const action = Int32Array.from({ length: 2 * nTraj }, (_, k) => (k % 2 === 0 ? (k / 2) % 100 : 7));
  const frame = { nTraj, maxLen: 2, length: new Int32Array(nTraj).fill(2) };
  const tree = prefixTree(frame, groupLayout(new Int32Array(nTraj)), action);
  expect(tree.nodes).toBe(1 + 100 + 100);
  for (let i = 0; i < nTraj; i++) for (const t of [1, 2]) expect(tree.nodeOf[3 * i + t]).toBe(tree.nodeOf[3 * (i % 100) + t]);
});

test('a node’s mean and a sequence’s leaf average those who pass and those who end', () => {
  for (const seed of seeds) {
    const all = sample(seed);
    const tree = prefixTree(all, all.group, all.action);
    const means = nodeMeans(tree, all, all.x);
    const column = prefixValueColumn(tree, all, all.x, fresh);
    const everyone = Array.from({ length: all.nTraj }, (_, i) => i);
    const mean = (list: number[]) => list.reduce((sum, j) => sum + all.x[j], 0) / list.length;
    for (let i = 0; i < all.nTraj; i++) {
      for (let t = 0; t <= all.length[i]; t++) {
        const node = tree.nodeOf[i * (all.maxLen + 1) + t];
        const passing = everyone.filter((j) => t <= all.length[j] && prefixText(all, j, t, false) === prefixText(all, i, t, false));
        expect(passingThrough(tree, all, everyone, node, t)).toEqual(passing);
        expect(tree.visits[node]).toBe(passing.length);
        expect(means[node]).toBeCloseTo(mean(passing), 12);
        const expected = t === all.length[i] ? passing.filter((j) => all.length[j] === t) : passing;
        expect(column[i * (all.maxLen + 1) + t]).toBeCloseTo(mean(expected), 12);
      }
    }
  }
});

test('values are backed up as means of children, recursively', () => {
  for (const seed of seeds) {
    const all = sample(seed);
    const tree = prefixTree(all, all.group, all.action);
    const value = backedUpValues(tree, all, all.x);
    const valueOf = (node: number): number => {
      const ending = Array.from({ length: all.nTraj }, (_, i) => i).filter((i) => tree.nodeOf[i * (all.maxLen + 1) + all.length[i]] === node);
      const children = Array.from(tree.parent.keys()).filter((child) => tree.parent[child] === node).map(valueOf);
      if (ending.length > 0) children.push(ending.reduce((sum, i) => sum + all.x[i], 0) / ending.length);
      return children.reduce((a, b) => a + b, 0) / children.length;
    };
    const siblings = siblingMoments(tree, value, 1);
    for (let node = 0; node < tree.nodes; node++) {
      expect(value[node]).toBeCloseTo(valueOf(node), 12);
      const children = Array.from(tree.parent.keys()).filter((child) => tree.parent[child] === node).map((child) => value[child]);
      expect(siblings.children[node]).toBe(children.length);
      if (children.length === 0) continue;
      const mean = children.reduce((a, b) => a + b, 0) / children.length;
      expect(siblings.mean[node]).toBeCloseTo(mean, 12);
      const squares = children.reduce((sum, v) => sum + (v - mean) ** 2, 0);
      expect(siblings.deviation[node]).toBeCloseTo(children.length > 1 ? Math.sqrt(squares / (children.length - 1)) : 0, 12);
    }
  }
});

test('steps share a cell exactly where group and state, or group and surroundings, agree', () => {
  for (const seed of seeds) {
    const all = sample(seed, seed % 2 === 0 ? 1 : 50_000_000);
    const { maxLen, state, action, group, length } = all;
    const cells = groupCells(all, group, state, maxLen + 1);
    const stateKey = (i: number, t: number) => `${group.id[i]} ${state[i * (maxLen + 1) + t]}`;
    sameCells(all, cells, stateKey);
    for (const history of [0, 1, 2]) {
      const edgeKey = (i: number, t: number) => {
        const from = Math.max(0, t - history);
        return JSON.stringify([group.id[i], Array.from(state.subarray(i * (maxLen + 1) + from, i * (maxLen + 1) + t + 2)), Array.from(action.subarray(i * maxLen + from, i * maxLen + t + 1))]);
      };
      sameCells(all, edgeCells(all, group, state, action, history), edgeKey);
    }
    for (let i = 0; i < all.nTraj; i++) for (let t = length[i]; t < maxLen; t++) expect(cells.of[i * maxLen + t]).toBe(-1);
  }
});

function sameCells(all: Sample, cells: { of: Int32Array; count: number }, key: (i: number, t: number) => string): void {
  const cellOf = new Map<string, number>();
  for (let i = 0; i < all.nTraj; i++) {
    for (let t = 0; t < all.length[i]; t++) {
      const cell = cells.of[i * all.maxLen + t];
      expect(cellOf.get(key(i, t)) ?? cell).toBe(cell);
      cellOf.set(key(i, t), cell);
    }
  }
  expect(new Set(cellOf.values()).size).toBe(cellOf.size);
  expect(cells.count).toBe(cellOf.size);
}
