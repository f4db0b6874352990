import { expect, test } from 'vitest';
import { siteHeader, sitePages } from '../../src/tools/vite/site-header';
import { SITE_PAGES } from '../../src/ui/nav/site-pages';

test('pages written as text lead to the same places as the others', () => {
  expect(sitePages.map(([id, title, address]) => ({ id, title, address }))).toEqual(SITE_PAGES);
});

test('the header marks the page it stands on, and names no address from the root of the host', () => {
  const header = siteHeader('../../', 'reference');
  expect(header).toContain('<a href="../../reference/" aria-current="page">Reference</a>');
  expect(header.match(/aria-current/g)).toHaveLength(1);
  for (const [, href] of header.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^\.\.\//);
});
