import { describe, expect, it } from 'vitest';
import { describeTokens, tokenStrip, type TokenSource } from '../../src/charts/geometry/token-strip';

/** One prompt of two tokens; state = tokens written so far, 3 = done. */
const picture: TokenSource = {
  kind: 'tokens',
  tokens: [
    { text: '1', label: 'Write 1', role: 'digit' },
    { text: 'hmm', label: 'Write a phrase', role: 'filler' },
  ],
  prompts: [{ tokens: ['0', '+1'], answer: '1' }],
  promptOf: Int32Array.of(0, 0, 0, -1),
  verdicts: [
    { label: '', role: 'neutral' },
    { label: 'a right step', role: 'right' },
  ],
  verdictOf: Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0),
};
const state = [0, 1, 2, 3];
const action = [0, 1, 0];

describe('a response as tokens', () => {
  it('stands in one line behind its prompt, apart from it, where there is room', () => {
    const { prompt, written, divider, height, answer } = tokenStrip(picture, state, action, 1, { width: 400 });
    expect(prompt.map(({ x, width, text }) => [x, width, text])).toEqual([[3, 30, '0'], [38, 31, '+1']]);
    expect(written.map(({ x, y, text, when }) => [x, y, text, when])).toEqual([[89, 4, '1', 'recent'], [124, 4, 'hmm', 'now'], [168.5, 4, '1', 'future']]);
    expect(divider).toEqual({ x: 79, y: 4 });
    expect([height, answer]).toEqual([53, '1']);
  });

  it('says of every token what it was', () => {
    const geometry = tokenStrip(picture, state, action, 0, { width: 400 });
    expect(geometry.written.map(({ label, verdict, role }) => [label, verdict.role, role])).toEqual([
      ['Write 1: a right step', 'right', 'digit'],
      ['Write a phrase', 'neutral', 'filler'],
      ['Write 1: a right step', 'right', 'digit'],
    ]);
    expect(describeTokens(geometry, 0)).toBe('Prompt 0 +1, right answer 1. Token 1 of 3: Write 1: a right step.');
    expect(describeTokens(geometry, 3)).toBe('Prompt 0 +1, right answer 1. After 3 tokens.');
  });

  it('goes on in the next line where the width ends, and never beyond it', () => {
    for (const width of [60, 100, 130, 170]) {
      const { prompt, written, height, boxHeight } = tokenStrip(picture, state, action, 0, { width });
      for (const box of [...prompt, ...written]) {
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + boxHeight).toBeLessThan(height);
      }
      expect(new Set(written.map(({ y }) => y)).size + (width < 130 ? 0 : 1)).toBeGreaterThan(1);
    }
  });
});
