import { posix } from 'node:path';
import { roomOf, type Room } from './rooms';
import { factsOf, type ImportFact, type SourceFacts } from './source-facts';

/**
 * Functions whose last bits the language leaves to the engine. Where they feed
 * a run, the same link would give different numbers in different browsers.
 */
const engineDefined = new Set(
  ['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1', 'hypot']
    .concat(['log', 'log10', 'log1p', 'log2', 'pow', 'sin', 'sinh', 'tan', 'tanh'])
    .map((name) => `Math.${name}`),
);

/** core/math says itself what feeds runs; units of fixed-point numbers are chosen for a GPU, and profiles are figures of the machine. */
const ownBits = ['src/core/math', 'src/engine/fixed-point', 'src/engine/aggregation-kernel', 'src/worker/engine-profiles'];

/** Reads that block the page and, on WebGPU, lose the device and return zeros. */
const blockingReads = new Set(['dataSync', 'arraySync']);

function lies(path: string, where: readonly string[] | undefined): boolean {
  return !!where?.some((place) => path === place || path.startsWith(`${place}/`) || path.startsWith(`${place}.`));
}

function importProblem(path: string, room: Room, { specifier, typeOnly }: ImportFact): string | null {
  const bare = specifier.replace(/\?.*$/, '');
  if (!bare.startsWith('.')) {
    const may = (room.packages ?? []).some((prefix) => bare === prefix || bare.startsWith(/[:/]$/.test(prefix) ? prefix : `${prefix}/`));
    return may ? null : `${room.path} may not import the package ${bare}`;
  }
  const target = posix.normalize(posix.join(posix.dirname(path), bare));
  if (target.startsWith('static/') || (target.endsWith('.css') && target.startsWith(room.path))) return null;
  const targetRoom = roomOf(target);
  if (!targetRoom) return `${target} lies in no room`;
  if (targetRoom.separate) {
    return `${path} imports the plug-in ${target}; plug-ins are reached through the registry, never by name`;
  }
  if (lies(target, [room.path, ...room.may])) return null;
  if (typeOnly && lies(target, room.types)) return null;
  const only = lies(target, room.types) ? ' (types only are allowed)' : '';
  return `${room.path} may not import ${target}${only}`;
}

function contentProblems(path: string, facts: SourceFacts): [line: number, problem: string][] {
  const found: [number, string][] = [];
  const inCore = path.startsWith('src/core/');
  const inRuns = /^src\/(core|engine|worker)\//.test(path) && !lies(path, ownBits);
  for (const { text, line } of facts.accesses) {
    const property = text.slice(text.lastIndexOf('.') + 1);
    if (blockingReads.has(property)) found.push([line, `${property} blocks and breaks WebGPU; await data() instead`]);
    if (property === 'print' && /^src\/(engine|worker)\//.test(path)) found.push([line, 'print reads the tensor synchronously; await data() instead']);
    if (inCore && text === 'Math.random') found.push([line, 'Math.random is unseeded; use the streams of core/math']);
    if (inRuns && engineDefined.has(text)) {
      found.push([line, `${text} differs between browsers in its last bits; use core/math`]);
    }
  }
  for (const { text, line } of facts.others) {
    if (inCore && text === 'Date') found.push([line, 'Date makes a run depend on the clock']);
    if (inRuns && text === '**') {
      found.push([line, '** differs between browsers in its last bits; use core/math or a product']);
    }
  }
  facts.markup.split('\n').forEach((text, index) => {
    if (/\sstyle=/.test(text)) found.push([index + 1, 'style="…" is refused by the content security policy; use a class or style:property']);
  });
  return found;
}

/** Everything in `sources` (path → text) that breaks the rooms table, one line each: `path:line problem`. */
export function violations(sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [path, source] of sources) {
    const room = roomOf(path);
    if (!room) {
      found.push(`${path}:1 lies in no room; add it to the table in ARCHITECTURE.md and tests/architecture/rooms.ts`);
      continue;
    }
    const facts = factsOf(path, source);
    for (const fact of facts.imports) {
      const problem = importProblem(path, room, fact);
      if (problem) found.push(`${path}:${fact.line} ${problem}`);
    }
    for (const [line, problem] of contentProblems(path, facts)) found.push(`${path}:${line} ${problem}`);
  }
  return found;
}
