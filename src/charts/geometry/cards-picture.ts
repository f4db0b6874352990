import type { Picture } from '../../core/contracts/scenario';

export type CardsSource = Extract<Picture, { kind: 'cards' }>;

/** One hand that was held, and what was done with it. */
export interface HeldHand {
  readonly step: number;
  readonly points: number;
  readonly kind: string;
  readonly action: string;
  /** Points that the step's card added; null where none was drawn or the hand was over after it. */
  readonly drawn: number | null;
}

export interface CardsGeometry {
  /** The dealer's open card: "A", "2" … "10". */
  readonly dealer: string;
  readonly hands: readonly HeldHand[];
}

/** `state` holds the T + 1 visited states, `action` the T decisions. */
export function cardsPicture({ points, kindOf, dealer, actions }: CardsSource, state: ArrayLike<number>, action: ArrayLike<number>): CardsGeometry {
  return {
    dealer: cardName(dealer[state[0]!]!),
    hands: Array.from(action, (a, step) => {
      const [before, after] = [state[step]!, state[step + 1]!];
      return {
        step,
        points: points[before]!,
        kind: kindOf[before]!,
        action: actions[a]!,
        drawn: points[after] === 0 ? null : points[after]! - points[before]!,
      };
    }),
  };
}

export function cardName(card: number): string {
  return card === 1 ? 'A' : String(card);
}

/** `Step 1 of 2: hard 15 against 10, hit.` */
export function describeCards(geometry: CardsGeometry, step: number): string {
  const hand = geometry.hands[Math.min(step, geometry.hands.length - 1)];
  if (!hand) return 'No hand.';
  return `Decision ${step} of ${geometry.hands.length}: ${hand.kind} ${hand.points} against ${geometry.dealer === 'A' ? 'an ace' : geometry.dealer}, ${hand.action}.`;
}
