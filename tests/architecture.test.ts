import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { rooms } from './architecture/rooms';
import { violations } from './architecture/violations';

function sourcesUnder(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.(ts|mjs|svelte)$/.test(path) && !path.endsWith('.d.ts'))
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}

test('every room imports only what the table allows', () => {
  const sources = sourcesUnder('src');
  expect(sources.size).toBeGreaterThan(20);
  expect(violations(sources)).toEqual([]);
});

test('every room that exists is described in ARCHITECTURE.md', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8').replace('src/core/{scenarios,rewards,estimators,objectives}/', (braces) =>
    braces.replace(/\{(.*)\}\//, (_, names: string) => names.replaceAll(',', '/` `src/core/') + '/'),
  );
  const folders = rooms.map((room) => room.path).filter((path) => path !== 'src/core' && existsSync(path) && statSync(path).isDirectory());
  expect(folders.filter((path) => !text.includes(`${path}/`) && !text.includes(`\`${path.replace(/^src\/charts\//, '')}/\``))).toEqual([]);
});

/** Names in these files that neither the language nor the core defines: `document`, `process`, `performance`. */
function unknownNames(paths: readonly string[]): string[] {
  const program = ts.createProgram([...paths, 'tests/architecture/import-meta-glob.d.ts'], {
    lib: ['lib.es2023.d.ts'],
    types: [],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  });
  const unknownName = new Set([2304, 2318, 2503, 2552, 2580, 2584, 2591]);
  return program
    .getSemanticDiagnostics()
    .filter((found) => unknownName.has(found.code) && found.file && paths.includes(found.file.fileName))
    .map((found) => `${found.file!.fileName}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`);
}

test('the core uses nothing of the page or of Node', () => {
  expect(unknownNames([...sourcesUnder('src/core').keys()])).toEqual([]);
  expect(unknownNames(['tests/architecture/reads-the-page.ts'])).toEqual([expect.stringContaining("Cannot find name 'window'")]);
}, 60_000);

describe('a planted violation is reported', () => {
  const planted = (path: string, source: string) => violations(new Map([[path, source]]));

  test.each([
    ['src/core/math/streams.ts', `import { Run } from '../../state/run.svelte';`, /src\/core\/math may not import src\/state\/run/],
    ['src/core/scheme/price.ts', `export * from '../../engine/engine';`, /may not import src\/engine\/engine/],
    ['src/core/mdp/table.ts', `import type { Scheme } from '../scheme/scheme';`, /src\/core\/mdp may not import src\/core\/scheme/],
    ['src/core/estimators/gae.ts', `import grpo from './grpo';`, /imports the plug-in src\/core\/estimators\/grpo/],
    ['src/core/rewards/dense.ts', `const gae = await import('../estimators/gae');`, /imports the plug-in/],
    ['src/core/scheme/price.ts', `import gae from '../estimators/gae';`, /imports the plug-in/],
    ['src/worker/training-loop.ts', `import * as tf from '@tensorflow/tfjs-core';`, /may not import the package @tensorflow\/tfjs-core/],
    ['src/charts/Heatmap.svelte', `<script lang="ts">\n  import { scaleLinear } from 'd3';\n</script>`, /Heatmap\.svelte:2 .* package d3/],
    ['src/charts/geometry/strip.ts', `import { rollout } from '../../core/mdp/rollout';`, /\(types only are allowed\)/],
    ['src/state/run.svelte.ts', `import { trainingLoop } from '../worker/training-loop';`, /may not import src\/worker\/training-loop/],
    ['src/worker/client.ts', `new Worker(new URL('../state/other.ts', import.meta.url));`, /may not import src\/state\/other/],
    ['src/engine/read.ts', 'const x = tensor.dataSync();', /dataSync blocks/],
    ['src/engine/read.ts', `tensor['arraySync']();`, /arraySync blocks/],
    ['src/engine/read.ts', 'logits.print();', /print reads/],
    ['src/core/mdp/rollout.ts', 'const u = Math.random();', /unseeded/],
    ['src/core/mdp/rollout.ts', 'const now = new Date();', /clock/],
    ['src/core/scheme/post.ts', 'const y = Math.exp(x);', /Math\.exp differs/],
    ['src/core/scheme/post.ts', 'const y = gamma ** t;', /\*\* differs/],
    ['src/engine/pass.ts', 'const y = Math.tanh(x);', /Math\.tanh differs/],
    ['src/worker/step.ts', 'const y = x ** 2;', /\*\* differs/],
    ['src/ui/Panel.svelte', '<div\n  style="color: red">x</div>', /Panel\.svelte:2 style/],
    ['src/attic/old.ts', '', /lies in no room/],
  ])('%s: %s', (path, source, message) => {
    const found = planted(path, source);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test.each([
    ['src/core/math/exp.ts', 'export const e = Math.exp(1); // Math.random, Date'],
    ['src/core/scheme/post.ts', `const text = 'Math.exp(Date) ** 2';`],
    ['src/charts/geometry/strip.ts', `import type { Batch } from '../../core/contracts/columns';\nimport { scaleLinear } from 'd3';`],
    ['src/charts/Heatmap.svelte', `<script lang="ts">\n  import { type Batch } from '../core/contracts/columns';\n</script>\n<i style:width="1px"></i>`],
    ['src/engine/read.ts', 'const x = await tensor.data();'],
    ['src/core/mdp/optimal.ts', 'const unit = 2 ** -50;'],
    ['src/state/run.svelte.ts', `import { connect } from '../worker/client';`],
  ])('and what is allowed is not: %s', (path, source) => {
    expect(planted(path, source)).toEqual([]);
  });
});
