import { describe, expect, it } from 'vitest';
import { evaluateStationary, optimalStationary } from '../../../src/core/mdp/optimal';
import { startValue } from '../../../src/core/mdp/exact';
import blackjack from '../../../src/core/scenarios/blackjack';
import cliffWalking from '../../../src/core/scenarios/cliff-walking';
import frozenLake from '../../../src/core/scenarios/frozen-lake';
import taxi from '../../../src/core/scenarios/taxi';
import { outcomes, paid } from './outcomes';
import { exactMetrics, settings } from './reference-policy';

const third = Number((1 / 3).toFixed(12));

describe('frozen lake', () => {
  it('takes the limit of its map unless told otherwise', () => {
    const horizon = (stored: Record<string, unknown>) => frozenLake.table(settings(frozenLake, stored)).horizon;
    expect([horizon({}), horizon({ size: '8x8' }), horizon({ size: '8x8', horizon: 30 })]).toEqual([100, 200, 30]);
  });

  it('slips to either side and never backwards, as often as the success rate says', () => {
    const table = frozenLake.table(settings(frozenLake, { successRate: 0.8 }));
    expect(outcomes(table, 14, 2)).toEqual([[14, 0.1], [15, 0.8], [10, 0.1]]);
    expect(outcomes(frozenLake.table(settings(frozenLake)), 0, 0)).toEqual([[0, third], [0, third], [4, third]]);
  });

  it('is worth the same to the uniform policy with and without slipping, but its Q is not', () => {
    const solve = (slippery: boolean) => {
      const table = frozenLake.table(settings(frozenLake, { slippery }));
      return evaluateStationary(table, new Float64Array(64).fill(0.25), table.metrics['return'], 0.99);
    };
    const [slippery, certain] = [solve(true), solve(false)];
    for (let s = 0; s < 16; s++) expect(slippery.value[s]).toBeCloseTo(certain.value[s], 12);
    expect(Math.max(...slippery.actionValue.map((q, k) => Math.abs(q - certain.actionValue[k])))).toBeGreaterThan(0.1);
  });
});

describe('cliff walking', () => {
  it('throws whoever slips over the cliff back to the start, and goes on', () => {
    const table = cliffWalking.table(settings(cliffWalking, { slippery: true }));
    expect(outcomes(table, 25, 1)).toEqual([[13, third], [26, third], [36, third]]);
    expect(paid(table, table.metrics['return'], 25, 1)).toEqual([-1, -1, -100]);
    expect(paid(table, table.signals['fall'], 25, 1)).toEqual([0, 0, 1]);
    expect([...table.rowDone.subarray(table.rowStart[25 * 4 + 1], table.rowStart[25 * 4 + 2])]).toEqual([0, 0, 0]);
    expect(outcomes(table, 35, 2)).toEqual([[35, third], [47, third], [34, third]]);
    expect(paid(table, table.metrics['success'], 35, 2)).toEqual([0, 1, 0]);
  });
});

describe('taxi', () => {
  const at = (row: number, column: number, passenger: number, destination: number, bit = 0) =>
    500 * bit + ((row * 5 + column) * 5 + passenger) * 4 + destination;
  const [SOUTH, , EAST, WEST, PICK_UP, DROP_OFF] = [0, 1, 2, 3, 4, 5];

  it('misses an open way to either side in the rain, never a blocked one', () => {
    const table = taxi.table(settings(taxi, { rainy: true }));
    expect(outcomes(table, at(2, 2, 4, 0), EAST)).toEqual([[at(2, 3, 4, 0), 0.8], [at(3, 2, 4, 0), 0.1], [at(1, 2, 4, 0), 0.1]]);
    expect(outcomes(table, at(0, 1, 4, 0), EAST)).toEqual([[at(0, 1, 4, 0), 1]]);
    expect(outcomes(table, at(0, 1, 4, 0), SOUTH)).toEqual([[at(1, 1, 4, 0), 0.8], [at(0, 0, 4, 0), 0.1], [at(0, 1, 4, 0), 0.1]]);
    expect(outcomes(table, at(0, 0, 0, 1), PICK_UP)).toEqual([[at(0, 0, 4, 1), 1]]);
  });

  it('leaves the passenger at another place, and fines what is not possible', () => {
    const table = taxi.table(settings(taxi));
    expect([outcomes(table, at(0, 0, 4, 1), DROP_OFF), paid(table, table.metrics['return'], at(0, 0, 4, 1), DROP_OFF)]).toEqual([[[at(0, 0, 0, 1), 1]], [-1]]);
    expect(paid(table, table.metrics['return'], at(2, 2, 4, 1), DROP_OFF)).toEqual([-10]);
    expect(paid(table, table.metrics['return'], at(0, 0, 4, 1), PICK_UP)).toEqual([-10]);
    expect(paid(table, table.signals['illegal'], at(2, 2, 0, 1), PICK_UP)).toEqual([1]);
  });

  it('lets a fickle passenger change the destination once, on the first move with them', () => {
    const params = settings(taxi, { fickle: true });
    const table = taxi.table(params);
    expect([table.S, table.start.state.length]).toEqual([1000, 600]);
    const doubtful = table.start.probability.reduce((sum, p, k) => sum + (table.start.state[k] >= 500 ? p : 0), 0);
    expect(doubtful).toBeCloseTo(0.3, 12);
    expect(outcomes(table, at(2, 2, 4, 1, 1), WEST)).toEqual([0, 2, 3].map((to) => [at(2, 1, 4, to), third]));
    expect(outcomes(table, at(0, 0, 4, 1, 1), WEST)).toEqual([[at(0, 0, 4, 1, 1), 1]]);
    expect(outcomes(table, at(2, 2, 0, 1, 1), WEST)).toEqual([[at(2, 1, 0, 1, 1), 1]]);
    expect(outcomes(table, at(0, 0, 0, 1, 1), PICK_UP)).toEqual([[at(0, 0, 4, 1, 1), 1]]);
    expect(outcomes(table, at(2, 2, 4, 1, 0), WEST)).toEqual([[at(2, 1, 4, 1), 1]]);
    expect(taxi.describeState(at(2, 2, 4, 1, 1), params)).toBe('row 3, column 3, passenger in the taxi, to Green for now');
  });

  it('splits a move in the rain with a fickle passenger both ways', () => {
    const table = taxi.table(settings(taxi, { rainy: true, fickle: true }));
    const found = outcomes(table, at(0, 1, 4, 0, 1), SOUTH);
    expect(found.length).toBe(3 + 3 + 1);
    expect(found.at(-1)).toEqual([at(0, 1, 4, 0, 1), 0.1]);
  });
});

/** A second blackjack on lists of cards, as its rules are told: sums, usable aces, naturals. */
const rules = {
  cards: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10],
  usableAce: (hand: readonly number[]) => hand.includes(1) && hand.reduce((a, b) => a + b) + 10 <= 21,
  sum: (hand: readonly number[]) => hand.reduce((a, b) => a + b) + (rules.usableAce(hand) ? 10 : 0),
  score: (hand: readonly number[]) => (rules.sum(hand) > 21 ? 0 : rules.sum(hand)),
  isNatural: (hand: readonly number[]) => hand.length === 2 && hand.includes(1) && hand.includes(10),
  /** E[pay] and P(draw) of sticking with a hand against a card shown. */
  stick(player: readonly number[], shown: number): { pay: number; draw: number } {
    let [pay, draw] = [0, 0];
    const play = (dealer: readonly number[], p: number): void => {
      if (rules.sum(dealer) < 17) {
        for (const card of rules.cards) play([...dealer, card], p / 13);
        return;
      }
      const won = rules.isNatural(player) && !rules.isNatural(dealer) ? 1 : Math.sign(rules.score(player) - rules.score(dealer));
      pay += p * won;
      if (won === 0) draw += p;
    };
    for (const card of rules.cards) play([shown, card], 1 / 13);
    return { pay, draw };
  },
};

describe('blackjack', () => {
  const params = settings(blackjack);
  const table = blackjack.table(params);
  const [STICK, HIT] = [0, 1];

  it.each([1, 2, 6, 10])('pays sticking against a %i as the rules on cards do', (shown) => {
    const hands: [number, number[]][] = [
      [(16 - 4) * 10, [10, 6]],
      [(21 - 4) * 10, [10, 6, 5]],
      [180 + (18 - 12) * 10, [1, 7]],
      [180 + (21 - 12) * 10, [1, 4, 6]],
      [280, [1, 10]],
    ];
    for (const [first, hand] of hands) {
      const state = first + shown - 1;
      const pays = paid(table, table.metrics['return'], state, STICK);
      const expected = rules.stick(hand, shown);
      const own = outcomes(table, state, STICK);
      expect(own.reduce((sum, [, p], k) => sum + p * pays[k], 0)).toBeCloseTo(expected.pay, 10);
      expect(own.reduce((sum, [, p], k) => sum + (pays[k] === 0 ? p : 0), 0)).toBeCloseTo(expected.draw, 10);
      expect(own.every(([next]) => next === 290)).toBe(true);
    }
  });

  it('draws cards as the rules on cards do', () => {
    for (const [state, hand] of [[(12 - 4) * 10 + 3, [10, 2]], [180 + (15 - 12) * 10 + 3, [1, 4]], [283, [1, 10]], [(10 - 4) * 10 + 3, [4, 6]]] as [number, number[]][]) {
      const expected = new Map<number, number>();
      for (const card of rules.cards) {
        const next = [...hand, card];
        const to = rules.sum(next) > 21 ? 290 : rules.usableAce(next) ? 180 + (rules.sum(next) - 12) * 10 + 3 : (rules.sum(next) - 4) * 10 + 3;
        expected.set(to, (expected.get(to) ?? 0) + 1 / 13);
      }
      const own = new Map(outcomes(table, state, HIT));
      expect([...own.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [to, p] of expected) expect(own.get(to)).toBeCloseTo(p, 12);
    }
  });

  it('deals two cards each', () => {
    expect(table.S).toBe(291);
    const dealt = new Map([...table.start.state].map((s, k) => [s, table.start.probability[k]]));
    expect([...dealt.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(dealt.get(280 + 9)).toBeCloseTo(((2 * 4) / 169) * (4 / 13), 14);
    expect(dealt.get(180 + 5)).toBeCloseTo(1 / 169 / 13, 14);
    expect(dealt.get((20 - 4) * 10 + 5)).toBeCloseTo(16 / 169 / 13, 14);
    expect(dealt.get((21 - 4) * 10 + 5)).toBeUndefined();
  });

  it('is best played by the strategy that everybody knows, and still costs four to five percent of the stake', () => {
    const { value, actionValue } = optimalStationary(table, table.metrics['return'], 1 - 1e-12);
    const hits = (state: number) => actionValue[2 * state + HIT] > actionValue[2 * state + STICK];
    const hard = (sum: number, shown: number) => hits((sum - 4) * 10 + shown - 1);
    const soft = (sum: number, shown: number) => hits(180 + (sum - 12) * 10 + shown - 1);
    const cards = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(cards.filter((shown) => hard(16, shown))).toEqual([1, 7, 8, 9, 10]);
    expect(cards.filter((shown) => hard(12, shown))).toEqual([1, 2, 3, 7, 8, 9, 10]);
    expect(cards.filter((shown) => hard(17, shown))).toEqual([]);
    expect(cards.filter((shown) => soft(17, shown))).toEqual(cards);
    expect(cards.filter((shown) => soft(18, shown))).toEqual([1, 9, 10]);
    expect(-startValue(table, value)).toBeGreaterThan(0.04);
    expect(-startValue(table, value)).toBeLessThan(0.05);
    const metrics = exactMetrics(table);
    expect(metrics['return']).toBeLessThan(-0.3);
    expect(metrics['length']).toBeLessThan(2);
    expect(blackjack.describeState(283, params)).toBe('natural 21 against a 4');
  });
});
