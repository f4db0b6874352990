import type { Picture } from '../../core/contracts/scenario';
import { whenOf, type When } from './path-trace';

export type TokenSource = Extract<Picture, { kind: 'tokens' }>;
type Verdict = TokenSource['verdicts'][number];

export interface TokenBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
}

export interface WrittenToken extends TokenBox {
  readonly step: number;
  readonly when: When;
  readonly label: string;
  readonly role: TokenSource['tokens'][number]['role'];
  readonly verdict: Verdict;
}

export interface TokenGeometry {
  readonly height: number;
  readonly boxHeight: number;
  readonly prompt: readonly TokenBox[];
  readonly written: readonly WrittenToken[];
  /** The right answer, in words beside the prompt's last token; where it starts. */
  readonly answer: string;
  /** Line between the prompt and the response. */
  readonly divider: { readonly x: number; readonly y: number };
}

const BOX = 30;
const MARK = 15;
const GAP = 5;
const APART = 20;

const widthOf = (text: string) => Math.max(30, text.length * 8.5 + 14);

/** A prompt and the response to it as tokens in lines, each written one with its verdict below. `state` holds T + 1 states, `action` T tokens. */
export function tokenStrip(picture: TokenSource, state: ArrayLike<number>, action: ArrayLike<number>, step: number, size: { width: number }): TokenGeometry {
  const prompt = picture.prompts[Math.max(0, picture.promptOf[state[0]!]!)]!;
  let x = 3;
  let y = 4;
  const place = (text: string): TokenBox => {
    const width = widthOf(text);
    if (x + width + 3 > size.width && x > 3) {
      x = 3;
      y += BOX + MARK + GAP;
    }
    const box = { x, y, width, text };
    x += width + GAP;
    return box;
  };
  const given = prompt.tokens.map(place);
  x += APART - GAP;
  const divider = { x: x - APART / 2, y };
  const written = Array.from({ length: action.length }, (_, t): WrittenToken => {
    const token = picture.tokens[action[t]!]!;
    const verdict = picture.verdicts[picture.verdictOf[state[t]! * picture.tokens.length + action[t]!]!]!;
    const label = verdict.label ? `${token.label}: ${verdict.label}` : token.label;
    return { ...place(token.text), step: t, when: whenOf(t, step), label, role: token.role, verdict };
  });
  return { height: y + BOX + MARK + 4, boxHeight: BOX, prompt: given, written, answer: prompt.answer, divider };
}

/** `Prompt 0 +1 +1 +2, right answer 1. Token 3 of 4: Ask for the answer.` */
export function describeTokens({ prompt, written, answer }: TokenGeometry, step: number): string {
  const now = written[step];
  const what = now ? `Token ${step + 1} of ${written.length}: ${now.label}.` : `After ${written.length} tokens.`;
  return `Prompt ${prompt.map(({ text }) => text).join(' ')}, right answer ${answer}. ${what}`;
}
