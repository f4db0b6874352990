/** The one thing of Vite that the core uses. */
interface ImportMeta {
  glob(pattern: string): Record<string, () => Promise<unknown>>;
  glob(pattern: string, options: { eager: true; import: string }): Record<string, unknown>;
  glob(pattern: string, options: { import: string }): Record<string, () => Promise<unknown>>;
}
