/**
 * The header of pages that are written as text: the same links as `src/ui/nav/SiteNav.svelte`, which a test holds them to, and a
 * button that `public/page-theme.js` wires.
 */

export const sitePages = [
  ['gallery', 'Gallery', ''],
  ['lab', 'Lab', 'lab/'],
  ['lessons', 'Lessons', 'lesson/'],
  ['reference', 'Reference', 'reference/'],
  ['logs', 'Your logs', 'logs/'],
] as const;

const LOGO =
  '<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><rect class="p6" width="9.2" height="9.2" rx="2"/><rect class="p2" x="10.8" width="9.2" height="9.2" rx="2"/><rect class="m2" y="10.8" width="9.2" height="9.2" rx="2"/><rect class="m6" x="10.8" y="10.8" width="9.2" height="9.2" rx="2"/></svg>';
const THEME =
  '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor"/></svg>';

/** `root` is the relative way to the site's root. */
export function siteHeader(root: string, current: (typeof sitePages)[number][0]): string {
  const links = sitePages.map(([id, title, path]) => `<a href="${root}${path}"${id === current ? ' aria-current="page"' : ''}>${title}</a>`);
  return `<header><a class="logo" href="${root}" aria-label="Advantage Lab, home">${LOGO}<span>Advantage Lab</span></a><nav aria-label="Site">${links.join('')}</nav><button type="button" id="theme" aria-label="Switch the theme" title="Light or dark">${THEME}</button></header>`;
}
