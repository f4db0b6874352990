/** Made at build time from what the plug-ins declare: src/tools/vite/plugin-metadata.ts. */
declare module 'virtual:catalogue' {
  /** Per kind, sorted by id: id, title, summary, params, needs and other data; no functions, laws, examples or prose. */
  const catalogue: import('../tools/vite/catalogue').Catalogue;
  export default catalogue;
}

declare module 'virtual:formulas' {
  /** `kind/id` → MathML without inline styles. Import on demand: `await import('virtual:formulas')`. */
  const formulas: Readonly<Record<string, string>>;
  export default formulas;
}

declare module 'virtual:gallery' {
  /** The cards of the home page: src/tools/vite/gallery.ts. */
  const entries: readonly import('../ui/gallery/gallery-entry').GalleryEntry[];
  export default entries;
}
