import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergedDrawing, nextByKey, NODE } from '../../src/charts/geometry/merged-tree';
import type { MergedNode } from '../../src/core/contracts/merged-steps';

/** The prefix tree of some words, each letter an action; the first word's way is the own one. */
function treeOf(words: readonly string[], step: number): { nodes: MergedNode[]; selected: number } {
  const nodes: MergedNode[] = [{ parent: -1, name: 'start', kind: 'root', value: 0.5, count: words.length, isOwn: true, at: null }];
  const numberOf = new Map<string, number>([['', 0]]);
  words.forEach((word, trajectory) => {
    for (let t = 1; t <= word.length; t++) {
      const prefix = word.slice(0, t);
      if (numberOf.has(prefix)) continue;
      numberOf.set(prefix, nodes.length);
      const count = words.filter((other) => other.startsWith(prefix)).length;
      nodes.push({ parent: numberOf.get(word.slice(0, t - 1))!, name: prefix.at(-1)!, kind: 'action', value: count / words.length, count, isOwn: words[0]!.startsWith(prefix), at: { trajectory, step: t - 1 } });
    }
  });
  return { nodes, selected: numberOf.get(words[0]!.slice(0, step + 1))! };
}

describe('a small tree', () => {
  const tree = treeOf(['abcd', 'abxy', 'q'], 1);
  const drawing = mergedDrawing(tree, { width: 400 });
  const named = drawing.nodes.map(({ node, form, size }) => `${tree.nodes[node]!.name}${form === 'run' ? `:${size}` : ''}`);

  test('stands whole; what follows without a branch is one run, the selected step apart', () => {
    expect(named).toEqual(['start', 'a', 'b', 'd:2', 'y:2', 'q']);
    expect(drawing.folded).toBe(0);
    expect(drawing.nodes.map(({ isSelected }) => isSelected)).toEqual([false, false, true, false, false, false]);
  });

  test('ends take a row each, and a branch lies between its ends', () => {
    const y = drawing.nodes.map((node) => (node.y - NODE.top - NODE.height / 2) / NODE.rowHeight);
    expect(y).toEqual([1.25, 0.5, 0.5, 0, 1, 2]);
    expect(drawing.edges[2]).toMatch(/^M[\d.]+ 42\.5H[\d.]+$/);
  });

  test('arrow keys go up, down and along it', () => {
    expect([2, 3, 5, 0].map((k) => nextByKey(drawing, k, 'ArrowLeft'))).toEqual([1, 2, 0, null]);
    expect([0, 2, 3].map((k) => nextByKey(drawing, k, 'ArrowRight'))).toEqual([1, 3, null]);
    expect([3, 4, 1].map((k) => nextByKey(drawing, k, 'ArrowDown'))).toEqual([4, null, 5]);
    expect([4, 3].map((k) => nextByKey(drawing, k, 'ArrowUp'))).toEqual([3, null]);
    expect([nextByKey(drawing, 4, 'Home'), nextByKey(drawing, 4, 'End'), nextByKey(drawing, 4, 'x')]).toEqual([0, 2, null]);
  });

  test('colour follows the change of value from the node above', () => {
    expect(drawing.nodes.map(({ change }) => Number(change.toFixed(3)))).toEqual([0, 0.5, 0, -1, -1, -0.5]);
  });
});

describe('a large one', () => {
  const words = ['abcde', ...Array.from({ length: 30 }, (_, k) => `ab${String.fromCharCode(65 + k)}z`), ...Array.from({ length: 9 }, () => 'abA'), 'q', 'r', 'ax'];
  const tree = treeOf(words, 2);

  test('keeps the own way, the siblings that most took, and counts the others', () => {
    const drawing = mergedDrawing(tree, { width: 420 });
    const siblings = drawing.nodes.filter(({ parent, isOwn }) => parent >= 0 && drawing.nodes[parent]!.node === tree.nodes[tree.selected]!.parent && !isOwn);
    expect(siblings).toHaveLength(5);
    expect(siblings[0]!.count).toBe(10);
    expect(siblings[4]).toMatchObject({ form: 'fold', size: 26, count: 26, value: null });
    expect(drawing.nodes.filter(({ isOwn }) => isOwn).map(({ node }) => tree.nodes[node]!.name)).toEqual(['start', 'a', 'b', 'c', 'e']);
    expect(drawing.folded).toBeGreaterThan(0);
  });

  test('a long way keeps the root, the selected step and as much between as fits', () => {
    const long = 'abcdefghijklmnopqrstuvwxyz';
    const branches = Array.from({ length: 25 }, (_, k) => `${long.slice(0, k + 1)}!`);
    const drawing = mergedDrawing(treeOf([long, ...branches], 12), { width: 420 });
    expect(drawing.width).toBeLessThanOrEqual(420);
    expect(drawing.nodes.some(({ isSelected }) => isSelected)).toBe(true);
    expect(drawing.nodes[1]).toMatchObject({ form: 'run', parent: 0 });
  });
});

test('any tree: the selected step is drawn, names stand apart, parents come first, and the width holds', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), fc.nat(), fc.integer({ min: 260, max: 900 }), (words, at, width) => {
      const tree = treeOf(words, at % words[0]!.length);
      const drawing = mergedDrawing(tree, { width });
      expect(drawing.nodes.filter(({ isSelected }) => isSelected)).toHaveLength(1);
      expect(drawing.nodes.find(({ isSelected }) => isSelected)).toMatchObject({ node: tree.selected, form: 'node', isOwn: true });
      drawing.nodes.forEach(({ parent, x, y }, k) => {
        expect(parent).toBeLessThan(k);
        if (parent >= 0) expect(x).toBeGreaterThan(drawing.nodes[parent]!.x);
        for (const other of drawing.nodes.slice(0, k)) expect(Math.abs(other.x - x) >= NODE.leastStep - 1e-9 || Math.abs(other.y - y) >= NODE.rowHeight - 1e-9).toBe(true);
      });
      expect(drawing.width).toBeLessThanOrEqual(Math.max(width, NODE.lastWidth + 2 * NODE.leastStep + 2 * NODE.pad) + 1e-9);
      const drawn = new Set(drawing.nodes.map(({ node, form }) => `${form} ${node}`));
      expect(drawn.size).toBe(drawing.nodes.length);
    }),
    { seed: 4, numRuns: 400 },
  );
});
