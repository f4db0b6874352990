/**
 * The site's root as an absolute URL that ends in a slash. Every emitted page
 * says in a meta tag how far up its root lies; under a relative base, Vite's own
 * `BASE_URL` names the page's folder, which is wrong one folder down.
 *
 * Fixed files (`wasm/`, `sandbox.html`, icons) are resolved against it. Workers
 * have no document and are told the root by the page.
 */
export function rootUrl(document: Document): string {
  const tag = document.querySelector<HTMLMetaElement>('meta[name="advantage-lab-root"]');
  if (!tag) throw new Error('This page lacks its advantage-lab-root tag, so the files beside it cannot be found.');
  return new URL(tag.content, document.baseURI).href;
}
