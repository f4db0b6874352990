import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { completeParameters } from '../../../src/core/contracts/parameters';
import type { ObjectivePlugin } from '../../../src/core/contracts/objective';
import { A, B, GROUP, policyAt, randomUpdate, S, type RandomUpdate } from './random-update';

const plugins = allPlugins();

function gradient(id: string, update: RandomUpdate, params: Record<string, unknown> = {}, logits = update.logits): Float64Array {
  const objective = plugins.get('objective', id) as ObjectivePlugin;
  const out = new Float64Array(S * A).fill(NaN);
  objective.gradient(update.aggregates, policyAt(update, logits), completeParameters(objective.params, params).values as never, out);
  return out;
}

const expectClose = (a: Float64Array, b: ArrayLike<number>) => a.forEach((x, k) => expect(x, `entry ${k}`).toBeCloseTo(b[k], 13));

describe('objectives', () => {
  it('PPO is REINFORCE in its first epoch, whatever it clips', () => {
    const update = randomUpdate(5, 0);
    expectClose(gradient('ppo-clip', update, { clipHigher: 0.5, dualClip: 2 }), gradient('reinforce', update));
  });

  it('PPO clips at this distance: without the clip the gradient is another', () => {
    const update = randomUpdate(1, 0.8);
    expect(gradient('ppo-clip', update)).not.toEqual(gradient('ppo-clip', update, { clip: 1, clipHigher: 5 }));
    // Off, nothing is clipped, however far the ratio of a step that paid has moved.
    const far = randomUpdate(2, 6);
    expect(policyAt(far, far.logits).probability.some((p, k) => far.aggregates.positive[k] > 0 && p > 6 * far.behaviour[k])).toBe(true);
    expect(gradient('ppo-clip', far, { clip: null })).not.toEqual(gradient('ppo-clip', far, { clip: 1, clipHigher: 5 }));
    expect(gradient('ppo-clip', update, { dualClip: 1.1 })).not.toEqual(gradient('ppo-clip', update));
    expect(gradient('gspo', update, { clip: 0.01 })).not.toEqual(gradient('gspo', update, { clip: 1 }));
  });

  it('GSPO is REINFORCE in its first epoch where steps share the advantage divided by the length', () => {
    const update = randomUpdate(6, 0);
    const { steps } = update;
    const sums = { ...update.aggregates, positive: new Float64Array(S * A), negative: new Float64Array(S * A) };
    for (let i = 0; i < B; i++) {
      const each = (i - 3.3) / steps.length[i];
      steps.advantage.fill(i - 3.3, i * steps.maxLen, (i + 1) * steps.maxLen);
      for (let t = 0; t < steps.length[i]; t++) sums[each > 0 ? 'positive' : 'negative'][steps.pair[i * steps.maxLen + t]] += Math.abs(each);
    }
    expectClose(gradient('gspo', update), gradient('reinforce', { ...update, aggregates: sums }));
  });

  it('reward-weighted imitation keeps the best of each group alone as the temperature falls', () => {
    const update = randomUpdate(7, 0.3);
    const { steps } = update;
    const sums = { ...update.aggregates, positive: new Float64Array(S * A), negative: new Float64Array(S * A) };
    for (let g = 0; g < B; g += GROUP) {
      // Two trajectories of the first group are equally good.
      const best = Math.max(...steps.return.subarray(g, g + GROUP));
      const winners = Array.from({ length: GROUP }, (_, m) => g + m).filter((i) => steps.return[i] === best);
      for (const i of winners) for (let t = 0; t < steps.length[i]; t++) sums.positive[steps.pair[i * steps.maxLen + t]] += GROUP / winners.length;
    }
    expectClose(gradient('reward-weighted', update, { temperature: 0.001 }), gradient('reinforce', { ...update, aggregates: sums }));
  });

  it('the divergence pulls nowhere at the reference itself', () => {
    const update = randomUpdate(8, 0);
    const at = { ...update, reference: policyAt(update, update.logits).logProbability };
    const plain = gradient('reinforce', at);
    for (const klKind of ['exact', 'k2', 'k3']) expectClose(gradient('reinforce', at, { klWeight: 3, klKind }), plain);
  });

  it('a group of equals teaches a preference loss nothing', () => {
    const update = randomUpdate(9, 0.4);
    update.steps.return.fill(0.1 + 0.2);
    for (const id of ['dpo', 'ipo', 'kto', 'bco']) expect([...gradient(id, update)].map(Math.abs), id).toEqual(Array(S * A).fill(0));
  });

  it('a state that no step visits is moved by demonstrations alone', () => {
    const update = randomUpdate(10, 0.4);
    for (const { id } of plugins.list('objective')) {
      const last = [...gradient(id, update, 'entropyBonus' in (plugins.get('objective', id) as ObjectivePlugin).params ? { entropyBonus: 0.3, klWeight: 1 } : {})].slice(-A);
      expect(last.some((x) => x !== 0), id).toBe(id.startsWith('imitation-'));
    }
  });
});
