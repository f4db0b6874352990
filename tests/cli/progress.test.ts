import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/cli/progress';

function written(isTTY: boolean, marks: readonly (readonly [done: number, at: number])[]): string[] {
  const lines: string[] = [];
  let clock = 0;
  const progress = progressLine({ isTTY, write: (text) => lines.push(text) }, () => clock);
  for (const [done, at] of marks) {
    clock = at;
    progress(done, 100);
  }
  return lines;
}

const marks = [[0, 0], [10, 1000], [11, 1100], [50, 5000], [100, 10_000]] as const;

describe('progress of a run', () => {
  it('is one line that is written over, with the time left, and gone at the end', () => {
    expect(written(true, marks)).toEqual(['\r\x1b[K10 %, 9 s left', '\r\x1b[K50 %, 5 s left', '\r\x1b[K']);
  });

  it('is not written where nobody watches, nor where all is done before it would be', () => {
    expect(written(false, marks)).toEqual([]);
    expect(written(true, [[0, 0], [100, 250]])).toEqual([]);
  });
});
