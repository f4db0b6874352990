import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { estimateInput } from '../../../src/core/batch/estimator-case';
import type { MergedSteps } from '../../../src/core/contracts/merged-steps';
import { paramsOf } from '../../support/estimator-laws';
import { randomTrajectories } from '../../support/random-trajectories';

const plugins = allPlugins();
const merging = plugins.list('estimator').filter(({ merged }) => merged);
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9];

interface Around {
  readonly merged: MergedSteps;
  readonly i: number;
  readonly t: number;
  readonly advantage: number;
  readonly result: Readonly<Record<string, unknown>>;
  readonly batch: { readonly maxLen: number; readonly length: Int32Array };
}

/** What an estimator merges around every step of random batches, some of them with groups of one and equal rewards. */
function around(id: string, stored: Record<string, unknown> = {}): Around[] {
  const plugin = plugins.get('estimator', id);
  const params = paramsOf(plugin, stored);
  return seeds.flatMap((seed) => {
    const { batch, columns, result } = estimateInput(plugin, params, randomTrajectories(plugin, seed, { degenerate: seed % 3 === 0 }));
    return Array.from(batch.length).flatMap((T, i) =>
      Array.from({ length: T }, (_, t) => ({ merged: plugin.merged!(columns as never, params as never, result, i, t), i, t, advantage: result.advantage[i * batch.maxLen + t], result, batch })),
    );
  });
}

const near = (x: number | null, y: number) => expect(Math.abs(x! - y)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(y)));

test('the estimators that compare inside a tree or a graph say what they merge', () => {
  expect(merging.map(({ id }) => id).sort()).toEqual(['d-tree-rpo', 'gigpo', 'portool', 'salt', 'slate', 'tempo', 'tree-opo', 'tree-rpo']);
  expect(plugins.list('estimator').filter(({ family, merged }) => family === 'tree' && !merged)).toEqual([]);
});

describe.each(merging.map(({ id }) => [id]))('%s', (id) => {
  test('gives a tree from one root; the selected step ends an own way; every count is at least what is below it', () => {
    for (const { merged, i, t } of around(id)) {
      const { nodes, selected } = merged;
      nodes.forEach(({ parent, value, at }, k) => {
        expect(parent).toBeLessThan(k);
        expect(parent < 0).toBe(k === 0);
        if (value !== null) expect(Number.isFinite(value)).toBe(true);
        if (at) expect(at.trajectory).toBeGreaterThanOrEqual(0);
      });
      expect(nodes[selected].at).toEqual({ trajectory: i, step: id === 'tree-opo' ? 0 : t });
      for (let k = selected; k >= 0; k = nodes[k].parent) expect(nodes[k].isOwn).toBe(true);
      for (const { title, values, unit } of [merged]) expect([title, values, unit].every((text) => text.length > 0)).toBe(true);
    }
  });
});

describe('the numbers in the nodes are those of the estimator', () => {
  test('TEMPO: values of the prefix before and after the step', () => {
    for (const { merged: { nodes, selected }, i, t, result, batch } of around('tempo')) {
      const values = result['prefixValues'] as Float64Array;
      near(nodes[selected].value, values[i * (batch.maxLen + 1) + t + 1]);
      const before = nodes[selected].kind === 'end' ? nodes[nodes[selected].parent].parent : nodes[selected].parent;
      near(nodes[before].value, values[i * (batch.maxLen + 1) + t]);
    }
  });

  test('TreeRPO: the value of the node; and its siblings are what it is compared with', () => {
    for (const { merged: { nodes, selected }, i, t, advantage, result, batch } of around('tree-rpo', { epsilon: 0 })) {
      near(nodes[selected].value, (result['nodeValues'] as Float64Array)[i * batch.maxLen + t]);
      const siblings = nodes.filter(({ parent, kind }) => parent === nodes[selected].parent && kind === 'action').map(({ value }) => value!);
      const mean = siblings.reduce((a, b) => a + b, 0) / siblings.length;
      const deviation = Math.sqrt(siblings.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, siblings.length - 1));
      if (deviation > 1e-9) near(advantage, (nodes[selected].value! - mean) / deviation);
      else expect(advantage).toBe(0);
    }
  });

  test('d-TreeRPO: against the mean of the other siblings', () => {
    for (const { merged: { nodes, selected }, advantage } of around('d-tree-rpo')) {
      const others = nodes.filter(({ parent, kind }, k) => parent === nodes[selected].parent && kind === 'action' && k !== selected).map(({ value }) => value!);
      near(advantage, nodes[selected].value! - (others.length > 0 ? others.reduce((a, b) => a + b, 0) / others.length : 0));
    }
  });

  test('PORTool: the fork’s part is the distance to the siblings', () => {
    for (const { merged: { nodes, selected }, advantage } of around('portool', { trajectoryWeight: 0, forkWeight: 1, epsilon: 0 })) {
      const siblings = nodes.filter(({ parent }) => parent === nodes[selected].parent).map(({ value }) => value!);
      const mean = siblings.reduce((a, b) => a + b, 0) / siblings.length;
      const deviation = Math.sqrt(siblings.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, siblings.length - 1));
      if (deviation > 1e-9) near(advantage, (nodes[selected].value! - mean) / deviation);
    }
  });

  test('GiGPO: the own visit against the mean of all visits of its state', () => {
    for (const { merged: { nodes, selected }, advantage } of around('gigpo', { episodeWeight: 0, stepAdvantageWeight: 1 })) {
      const merged = nodes[nodes[selected].parent];
      near(advantage, nodes[selected].value! - merged.value!);
      expect(nodes.filter(({ kind }) => kind === 'visit')).toHaveLength(merged.count);
    }
  });

  test('SALT: the merged step is worth the advantage', () => {
    for (const { merged: { nodes, selected }, advantage } of around('salt')) near(nodes[nodes[selected].parent].value, advantage);
  });

  test('SLATE: the candidate taken against its siblings', () => {
    for (const { merged: { nodes, selected }, advantage } of around('slate')) {
      const siblings = nodes.filter(({ parent }) => parent === nodes[selected].parent).map(({ value }) => value!);
      const mean = siblings.reduce((a, b) => a + b, 0) / siblings.length;
      expect(Math.sign(Math.round(1e9 * advantage))).toBe(Math.sign(Math.round(1e9 * (nodes[selected].value! - mean))));
    }
  });

  test('Tree-OPO: the return beside the promise of its prefix', () => {
    for (const { merged: { nodes, selected }, i, result } of around('tree-opo')) near(nodes[nodes[selected].parent].value, (result['prefixValues'] as Float64Array)[i]);
  });
});
