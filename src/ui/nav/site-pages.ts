/** The pages that every header leads to, in order. Addresses are relative to the site's root. */
export const SITE_PAGES = [
  { id: 'gallery', title: 'Gallery', address: '' },
  { id: 'lab', title: 'Lab', address: 'lab/' },
  { id: 'lessons', title: 'Lessons', address: 'lesson/' },
  { id: 'reference', title: 'Reference', address: 'reference/' },
  { id: 'logs', title: 'Your logs', address: 'logs/' },
] as const;

export type SitePage = (typeof SITE_PAGES)[number]['id'];
