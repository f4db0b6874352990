/** Reading of the command line: what cannot be read ends the command with exit code 2. */

/** The arguments or a file cannot be read at all. The message names the field. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  readonly positional: readonly string[];
  /** The values of an option, in order; empty when it was not given. */
  all(name: string): readonly string[];
  /** The last value of an option, or undefined. */
  one(name: string): string | undefined;
  flag(name: string): boolean;
}

/**
 * Splits arguments into positionals, `--name value` options and `--name` flags.
 * Throws `UsageError` for an option that the command does not have or that lacks its value.
 */
export function readArguments(argv: readonly string[], options: readonly string[], flags: readonly string[]): Arguments {
  const positional: string[] = [];
  const values = new Map<string, string[]>();
  const raised = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (!word.startsWith('--') || word === '--') {
      positional.push(word);
      continue;
    }
    const [name, inline] = splitOnce(word.slice(2), '=');
    if (flags.includes(name) && inline === undefined) raised.add(name);
    else if (options.includes(name)) {
      const value = inline ?? argv[++i];
      if (value === undefined) throw new UsageError(`--${name} needs a value.`);
      values.set(name, [...(values.get(name) ?? []), value]);
    } else {
      const known = [...options, ...flags].map((option) => `--${option}`).join(', ') || 'none';
      throw new UsageError(`There is no option --${name} here. Options: ${known}.`);
    }
  }
  return {
    positional,
    all: (name) => values.get(name) ?? [],
    one: (name) => values.get(name)?.at(-1),
    flag: (name) => raised.has(name),
  };
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** A finite number given as an option. */
export function numberOption(args: Arguments, name: string): number | undefined {
  const text = args.one(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${name} ${text}: expected a finite number.`);
  return value;
}

/** JSON given as an option; must be an object. */
export function objectOption(args: Arguments, name: string): Record<string, unknown> {
  const text = args.one(name);
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--${name}: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`--${name}: expected a JSON object.`);
  return value as Record<string, unknown>;
}
