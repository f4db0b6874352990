export interface JsonPlace {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** What stands there and what was expected, as a sentence. */
  readonly problem: string;
}

const MOST_DEPTH = 500;

/** What ends the reading: `at` is where the text stops being JSON. */
class Broken extends Error {
  constructor(
    readonly at: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

/**
 * The first place at which a text stops being JSON (RFC 8259). Browsers word it differently, and some leave it out.
 * For texts that `JSON.parse` refuses; one that it takes is said to break behind its end.
 */
export function whereJsonBreaks(text: string): JsonPlace {
  const { at, expected } = firstBreak(text);
  const lines = text.slice(0, at).split('\n');
  const found = at >= text.length ? 'the text ends here' : `“${String.fromCodePoint(text.codePointAt(at)!)}” stands here`;
  return { line: lines.length, column: lines.at(-1)!.length + 1, problem: `${found}, where JSON has ${expected}.` };
}

function firstBreak(text: string): Broken {
  let at = 0;
  let depth = 0;
  /** Moves over what matches, or breaks at where it does not. */
  const take = (pattern: RegExp, expected: string): void => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) throw new Broken(at, expected);
    at = pattern.lastIndex;
  };
  const space = () => take(/[ \t\n\r]*/y, '');
  /** Entries between brackets; `entry` reads one. */
  const entries = (close: string, entry: () => void): void => {
    if (++depth > MOST_DEPTH) throw new Broken(at, `at most ${MOST_DEPTH} lists and objects inside one another`);
    at += 1;
    space();
    for (let first = true; !(first && text[at] === close); first = false) {
      entry();
      if (text[at] !== ',') break;
      at += 1;
      space();
    }
    if (text[at] !== close) throw new Broken(at, `a comma or “${close}”`);
    at += 1;
    depth -= 1;
  };
  const string = (expected: string): void => {
    if (text[at] !== '"') throw new Broken(at, expected);
    at += 1;
    take(/(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y, '');
    if (text[at] !== '"') throw new Broken(at, text[at] === '\\' ? 'an escape such as \\n or \\u00e9' : 'the closing quotation mark of a text');
    at += 1;
  };
  const value = (): void => {
    space();
    if (text[at] === '{') {
      entries('}', () => {
        string('a name in double quotation marks');
        space();
        take(/:/y, 'a colon');
        value();
      });
    } else if (text[at] === '[') entries(']', value);
    else if (text[at] === '"') string('');
    else take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y, 'a value: a number, a text, a list, an object, true, false or null');
    space();
  };
  try {
    value();
    return new Broken(at, 'nothing more');
  } catch (error) {
    if (error instanceof Broken) return error;
    throw error;
  }
}
