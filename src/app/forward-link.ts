/**
 * Where an address of the site's root that belongs to the lab leads; null for the gallery. The lab stood at the root once,
 * and its links (`/#v1.…`, `/?present`) are in posts and slides. No more than the shape is looked at here: the lab says what
 * is wrong with a link.
 */
export function forwardedTo(root: string, { hash, search }: Pick<Location, 'hash' | 'search'>): string | null {
  const isLink = /^#v[0-9]+\./.test(hash);
  return isLink || new URLSearchParams(search).has('present') ? `${root}lab/${search}${hash}` : null;
}
