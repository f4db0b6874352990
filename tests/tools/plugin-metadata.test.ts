import { readFileSync, readdirSync } from 'node:fs';
import { parseAst } from 'vite';
import { describe, expect, test } from 'vitest';
import { PluginSet } from '../../src/core/plugin-set';
import * as live from '../../src/core/reference/live';
import { defineObjective } from '../../src/core/contracts/objective';
import { kinds, loadPlugins } from '../../src/tools/vite/catalogue';
import { dropped, withoutTestData } from '../../src/tools/vite/drop-test-data';
import { allPages } from '../../src/tools/vite/plugin-metadata';
import { typeset } from '../../src/tools/vite/typeset';

describe('formulas', () => {
  test('become MathML that needs no style and no script', () => {
    const mathml = typeset(String.raw`\hat A_t = \begin{cases} r_t - b & t < T \\ 0 & \text{else} \end{cases}`, 'a test');
    expect(mathml).toMatch(/^<math display="block">.*<\/math>$/s);
    expect(mathml).toContain('<mi>A</mi>');
    expect(mathml).not.toMatch(/style=|class=|on\w+=|<script|<span/);
  });

  test('that cannot be read are refused with their owner', () => {
    expect(() => typeset(String.raw`\frac{1}{`, 'estimator gae')).toThrow(/^The formula of estimator gae cannot be typeset/);
  });
});

describe('reference pages', () => {
  const plugins = new PluginSet();
  plugins.add(
    'objective',
    defineObjective({
      id: 'plain',
      title: 'Plain <objective>',
      summary: 'Says "hello" & nothing else.',
      formula: 'L = x',
      provenance: 'own',
      cite: [
        { title: 'A paper', source: '1506.02438' },
        { title: 'Some code', source: 'owner/name@0123456:src/a.py' },
      ],
      params: { clip: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.1, help: 'How far <it> goes.' } },
      gradient: () => 0,
    }),
  );
  const catalogue = { scenario: [], reward: [], estimator: [], objective: [{ id: 'plain', title: 'Plain <objective>', summary: '' }] };
  const pages = new Map(allPages({ catalogue, formulas: { 'objective/plain': '<math></math>' }, plugins, measures: [], live }));

  test('lie at their ids and are listed', () => {
    expect([...pages.keys()]).toEqual(['reference/index.html', 'reference/plain/index.html']);
    expect(pages.get('reference/index.html')).toContain('<a href="./plain/">Plain &lt;objective&gt;</a>');
  });

  test('hold the policy, the parameters and the sources, and escape every text', () => {
    const html = pages.get('reference/plain/index.html')!;
    expect(html).toContain('http-equiv="Content-Security-Policy"');
    expect(html).toContain('href="../../reference/reference.css"');
    expect(html).toContain('Plain &lt;objective&gt;');
    expect(html).toContain('Says &quot;hello&quot; &amp; nothing else.');
    expect(html).toContain('How far &lt;it&gt; goes.');
    expect(html).toContain('https://arxiv.org/abs/1506.02438');
    expect(html).toContain('https://github.com/owner/name/blob/0123456/src/a.py');
    expect(html).not.toMatch(/\sstyle=|<style|<objective>|<it>/);
  });
});

test('every plug-in of the project has a catalogue entry, a formula and a page', async () => {
  const loaded = await loadPlugins(process.cwd());
  const pages = new Map(allPages(loaded));
  for (const kind of kinds) {
    const declared = loaded.plugins.list(kind);
    expect(loaded.catalogue[kind].map((entry) => entry.id)).toEqual(declared.map((plugin) => plugin.id));
    for (const plugin of declared) {
      expect(loaded.formulas[`${kind}/${plugin.id}`]).toMatch(/^<math/);
      expect(pages.get(`reference/${plugin.id}/index.html`)).toContain(`<article id="${kind}">`);
    }
  }
});

describe('what a page never reads', () => {
  const without = (code: string) => withoutTestData(code, parseAst(code));

  test('is emptied, and lines stay where they were', () => {
    const code = `const helper = [1];\nexport default defineX({ id: 'a', examples: [\n  { given: helper },\n], reducesTo: ['x'], laws: ['y'], fn() { return 1; } });\n`;
    expect(without(code)).toBe(
      `const helper = [1];\nexport default defineX({ id: 'a', examples: []\n\n, reducesTo: [], laws: ['y'], fn() { return 1; } });\n`,
    );
  });

  test('is read nowhere but in tests and on reference pages', () => {
    const room = (file: string) => /^(tools|core\/reference|core\/contracts)\//.test(file);
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|svelte)$/.test(file) && !room(file));
    expect(files.length).toBeGreaterThan(500);
    const reads = new RegExp(`\\.(${[...dropped].join('|')})\\b`);
    expect(files.filter((file) => reads.test(readFileSync(`src/${file}`, 'utf8')))).toEqual([]);
  });

  test('leaves a module of another form alone', () => {
    const code = 'const plugin = make();\nexport default plugin;\n';
    expect(without(code)).toBe(code);
  });
});
