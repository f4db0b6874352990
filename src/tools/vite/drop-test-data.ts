import type { Plugin } from 'vite';

const pluginFile = /\/src\/core\/(?:scenarios|rewards|estimators|objectives)\/[^/]+\.ts$/;

/** What plug-ins declare for tests and reference pages. Laws ship: figures ask whether a reward keeps sums or an estimator divides. */
export const dropped: ReadonlySet<string> = new Set(['examples', 'reducesTo', 'alsoPublished']);

type Node = { type: string; start: number; end: number } & Record<string, unknown>;

/**
 * Empties examples, reductions and other published readings in plug-ins that are shipped to a page:
 * tests and reference pages read them, a page never does. The rest of the
 * module stays as it is; what only the examples used falls to tree shaking.
 */
export function dropTestData(): Plugin {
  return {
    name: 'advantage-lab:drop-test-data',
    apply: 'build',
    enforce: 'post',
    transform: {
      filter: { id: pluginFile },
      handler(code) {
        return { code: withoutTestData(code, this.parse(code)), map: null };
      },
    },
  };
}

/** `code` with each dropped property of `export default defineX({ … })` set to an empty list; lines are kept. */
export function withoutTestData(code: string, program: unknown): string {
  const declaration = (program as { body: Node[] }).body.find((node) => node.type === 'ExportDefaultDeclaration');
  const call = declaration?.declaration as Node | undefined;
  const argument = call?.type === 'CallExpression' ? (call.arguments as Node[])[0] : undefined;
  if (argument?.type !== 'ObjectExpression') return code;
  let result = code;
  for (const property of (argument.properties as Node[]).toReversed()) {
    const key = property.key as (Node & { name?: string; value?: string }) | undefined;
    const value = property.value as Node | undefined;
    if (!key || !value || !dropped.has(key.name ?? key.value ?? '')) continue;
    result = `${result.slice(0, property.start)}${key.name ?? `'${key.value}'`}: []${'\n'.repeat(lineBreaks(code, property))}${result.slice(property.end)}`;
  }
  return result;
}

function lineBreaks(code: string, { start, end }: Node): number {
  return code.slice(start, end).split('\n').length - 1;
}
