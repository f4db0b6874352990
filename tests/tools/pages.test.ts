import { describe, expect, test } from 'vitest';
import { appPages, contentSecurityPolicy, embedPages, fillPage, rootFrom } from '../../src/tools/vite/pages';

const directives = (policy: string) =>
  Object.fromEntries(policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1)] as const));

describe('emitted pages', () => {
  test.each([
    ['index.html', './'],
    ['lab/index.html', '../'],
    ['reference/gae/index.html', '../../'],
  ])('%s finds the root at %s', (emitted, root) => {
    expect(rootFrom(emitted)).toBe(root);
    expect(new URL(root, `https://host/some/path/${emitted}`).href).toBe('https://host/some/path/');
  });

  test.each([...appPages, ...embedPages].flatMap((page) => page.emit.map((emitted) => [emitted, page] as const)))(
    '%s has its policy and root before anything that loads, and only relative addresses',
    (emitted, page) => {
      const html = fillPage(page, emitted, '    <script type="module" src="./built.js"></script>\n');
      const head = html.slice(0, html.indexOf('</head>'));
      const policyAt = head.indexOf('http-equiv="Content-Security-Policy"');
      expect(policyAt).toBeGreaterThan(0);
      for (const loads of ['<link', '<script']) expect(head.indexOf(loads)).toBeGreaterThan(policyAt);
      expect(html).toContain(`<meta name="advantage-lab-root" content="${rootFrom(emitted)}" />`);
      expect(html).not.toContain('%ROOT%');
      expect(html).not.toContain(page.entry);
      const addresses = [...html.matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
      expect(addresses.length).toBeGreaterThan(1);
      for (const address of addresses) expect(address).toMatch(/^\.\.?\//);
    },
  );

  test('a source that does not name its entry is refused', () => {
    expect(() => fillPage({ ...appPages[0], entry: 'src/app/other.ts' }, 'index.html', '')).toThrow(/must hold the line .*other\.ts/);
  });
});

describe('the policy', () => {
  test('allows no inline code, no evaluation of text, no foreign host', () => {
    const policy = directives(contentSecurityPolicy());
    expect(policy['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(policy['style-src']).toEqual(["'self'"]);
    expect(policy['connect-src']).toEqual(["'self'"]);
    expect(policy['worker-src']).toEqual(["'self'", 'blob:']);
  });

  test('of the embed alone lets a worker start from a data: address', () => {
    const [embed] = embedPages;
    expect(directives(contentSecurityPolicy(embed.workerSources))['worker-src']).toEqual(["'self'", 'blob:', 'data:']);
    expect(appPages.every((page) => page.workerSources === undefined)).toBe(true);
  });
});
