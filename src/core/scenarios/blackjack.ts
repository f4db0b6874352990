import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable, type Transition } from '../mdp/compile-table';
import { withOptimalValue } from '../mdp/optimal-potential';

const ACTIONS = ['stick', 'hit'];
const [STICK] = ACTIONS.keys();
const CARDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** The deck never runs out; tens, jacks, queens and kings all count 10. */
const chanceOf = (card: number) => (card === 10 ? 4 / 13 : 1 / 13);

const HARD = { first: 0, low: 4, high: 21 };
const SOFT = { first: 180, low: 12, high: 21 };
const NATURAL = 280;
const OVER = 290;
const S = OVER + 1;

interface Hand {
  /** Points, an ace counting 11 in a soft hand. */
  readonly sum: number;
  readonly soft: boolean;
}

const HANDS: readonly string[] = ['hard', 'soft', 'natural'];
const dealerOf = (state: number) => (state % 10) + 1;
const kindOf = (state: number) => (state >= NATURAL ? 2 : state >= SOFT.first ? 1 : 0);

function handOf(state: number): Hand {
  if (state >= NATURAL) return { sum: 21, soft: true };
  const { first, low } = state >= SOFT.first ? SOFT : HARD;
  return { sum: low + Math.floor((state - first) / 10), soft: state >= SOFT.first };
}

function stateOf({ sum, soft }: Hand, dealer: number): number {
  const { first, low } = soft ? SOFT : HARD;
  return first + (sum - low) * 10 + dealer - 1;
}

/** A hand with one more card: an ace counts 11 while that fits, and a soft hand turns hard before it busts. */
function draw({ sum, soft }: Hand, card: number): Hand {
  const low = sum - (soft ? 10 : 0) + card;
  const ace = soft || card === 1;
  return ace && low + 10 <= 21 ? { sum: low + 10, soft: true } : { sum: low, soft: false };
}

/**
 * What the dealer ends with, by the card shown: probability of each final sum 0 (bust) to 21, and of a natural. The dealer
 * draws below 17 and stands on a soft 17.
 */
const DEALER = CARDS.map((shown) => {
  const final = new Float64Array(22);
  let natural = 0;
  const play = (hand: Hand, probability: number) => {
    if (hand.sum > 21) final[0] += probability;
    else if (hand.sum >= 17) final[hand.sum] += probability;
    else for (const card of CARDS) play(draw(hand, card), probability * chanceOf(card));
  };
  const first = draw({ sum: 0, soft: false }, shown);
  for (const card of CARDS) {
    const hand = draw(first, card);
    if (hand.sum === 21) natural += chanceOf(card);
    play(hand, chanceOf(card));
  }
  return { final, natural };
});

const SIGNALS = {
  gymReward: { title: 'Gymnasium’s reward', help: '1 for a win, −1 for a loss, 0 for a draw and for going on.' },
  bust: { title: 'Bust', help: '1 on the card that takes the hand over 21.' },
  points: { title: 'Points gained', help: 'How much nearer to 21 the card brought the hand, divided by 10; 0 when it turned a soft hand hard.' },
};

function end(probability: number, pay: number, bust: number): Transition {
  return {
    probability,
    next: OVER,
    done: true,
    signals: { gymReward: pay, bust },
    metrics: { return: pay, success: pay > 0 ? 1 : 0, busts: bust, length: 1 },
  };
}

/** Sticking: a natural beats all but a natural, with which it draws, as does any other 21 with the dealer's natural. */
function stick(state: number): Transition[] {
  const { final, natural } = DEALER[dealerOf(state) - 1];
  const { sum } = handOf(state);
  if (state >= NATURAL) return [end(1 - natural, 1, 0), end(natural, 0, 0)];
  let win = 0;
  let loss = 0;
  for (let total = 0; total <= 21; total++) {
    if (total < sum) win += final[total];
    else if (total > sum) loss += final[total];
  }
  return [end(win, 1, 0), end(Math.max(0, 1 - win - loss), 0, 0), end(loss, -1, 0)];
}

function hit(state: number): Transition[] {
  const hand = handOf(state);
  const outcomes: Transition[] = [];
  let bust = 0;
  for (const card of CARDS) {
    const next = draw(hand, card);
    if (next.sum > 21) bust += chanceOf(card);
    else {
      outcomes.push({
        probability: chanceOf(card),
        next: stateOf(next, dealerOf(state)),
        signals: { points: Math.max(0, next.sum - hand.sum) / 10 },
        metrics: { length: 1 },
      });
    }
  }
  return [...outcomes, end(bust, -1, 1)];
}

/** Two cards each: the probability of every first hand and card shown. */
function deal(): Float64Array {
  const probability = new Float64Array(S);
  for (const shown of CARDS) {
    for (const first of CARDS) {
      for (const second of CARDS) {
        const hand = draw(draw({ sum: 0, soft: false }, first), second);
        const state = hand.sum === 21 ? NATURAL + shown - 1 : stateOf(hand, shown);
        probability[state] += chanceOf(shown) * chanceOf(first) * chanceOf(second);
      }
    }
  }
  return probability;
}

function table({ horizon }: { horizon: number }): Table {
  const first = deal();
  const start = Array.from({ length: S }, (_, state) => state).filter((state) => first[state] > 0);
  const compiled = compileTable({
    S,
    A: ACTIONS.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['return', 'success', 'busts', 'length'],
    truth: 'return',
    stateTables: { points: Array.from({ length: S }, (_, state) => (state === OVER ? 0 : handOf(state).sum / 21)) },
    start: { state: start, probability: start.map((state) => first[state]) },
    absorbing: [OVER],
    features: (state) => {
      const x = new Float32Array(3 + CARDS.length);
      if (state === OVER) return x;
      x[0] = handOf(state).sum / 21;
      x[1] = handOf(state).soft ? 1 : 0;
      x[2] = state >= NATURAL ? 1 : 0;
      x[2 + dealerOf(state)] = 1;
      return x;
    },
    transitions: (state, action) => (action === STICK ? stick(state) : hit(state)),
  });
  return withOptimalValue(compiled);
}

function picture(): Picture {
  const states = Array.from({ length: S }, (_, state) => state);
  return {
    kind: 'cards',
    points: Int32Array.from(states, (state) => (state === OVER ? 0 : handOf(state).sum)),
    kindOf: states.map((state) => (state === OVER ? '' : HANDS[kindOf(state)])),
    dealer: Int32Array.from(states, (state) => (state === OVER ? 0 : dealerOf(state))),
    limit: 21,
    actions: ACTIONS,
  };
}

function describe(state: number): string {
  if (state === OVER) return 'the hand is over';
  const shown = dealerOf(state) === 1 ? 'an ace' : `a ${dealerOf(state)}`;
  return `${HANDS[kindOf(state)]} ${handOf(state).sum} against ${shown}`;
}

/**
 * Gymnasium's Blackjack-v1 with its default rules (those of Sutton and Barto), from an infinite deck. States 0 to 179 are hard 4 to 21, 180 to 279
 * soft 12 to 21, 280 to 289 naturals, each by the dealer's card 1 to 10; 290 is over. Gymnasium shows a natural as any soft
 * 21, which is not Markov; here it is a state of its own.
 */
export default defineScenario({
  id: 'blackjack',
  title: 'Blackjack',
  summary: 'Draw cards towards 21 and stop before the hand breaks.',
  formula: String.raw`s = (\text{hand}, \text{dealer's card}),\qquad o \in \{-1, 0, 1\}`,
  provenance: 'code',
  cite: [{ title: 'Gymnasium: Blackjack', source: 'Farama-Foundation/Gymnasium@3f0476a8cc22:gymnasium/envs/toy_text/blackjack.py' }],
  question: 'How much of the advantage of one decision is luck?',
  useWhen: 'You want a known environment in which chance decides most of every return.',
  params: {
    horizon: { kind: 'integer', default: 22, min: 1, max: 64, symbol: 'T', help: 'Decisions before time runs out; no hand takes more than 21.' },
  },
  signals: SIGNALS,
  stateTables: {
    points: { title: 'Points', help: 'Points of the hand divided by 21.' },
    optimal: { title: 'Best value', help: 'What the best policy can still get with a discount of 0.99 and no end of time.' },
  },
  metrics: {
    return: { title: 'Return', unit: 'number' },
    success: { title: 'Won', unit: 'share' },
    busts: { title: 'Went bust', unit: 'share' },
    length: { title: 'Decisions', unit: 'count' },
  },
  trajectoryNoun: 'hand',
  actionNames: ACTIONS,
  table,
  picture,
  describeState: describe,
});
