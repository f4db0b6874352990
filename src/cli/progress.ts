import { Pace, timeLeftWords } from '../core/experiment/pace';

/** Milliseconds between two lines. */
const OFTEN = 200;

/** A line on a terminal that is written over: how much is done and how long the rest will take. Nothing where the stream is no terminal. */
export function progressLine(stream: { readonly isTTY?: boolean; write(text: string): unknown }, now: () => number): (done: number, all: number) => void {
  const pace = new Pace();
  let shown = -Infinity;
  return (done, all) => {
    const at = now();
    pace.note(done, at);
    if (!stream.isTTY) return;
    if (done >= all) {
      if (shown > -Infinity) stream.write('\r\x1b[K');
      return;
    }
    const left = pace.secondsLeft(all);
    if (left === null || at - shown < OFTEN) return;
    shown = at;
    stream.write(`\r\x1b[K${Math.floor((100 * done) / all)} %, ${timeLeftWords(left)}`);
  };
}
