/** A report as parts that Markdown, a web page and a screen can all show. Text is plain; nothing in it is markup. */

export type ReportBlock =
  | { readonly kind: 'text'; readonly text: string; readonly strong?: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** LaTeX, as the construction declares it; a page that has it typeset shows that. */
  | { readonly kind: 'formula'; readonly tex: string; readonly of: string; readonly plugin: { readonly kind: 'reward' | 'estimator'; readonly id: string } };

export interface ReportSection {
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}

export interface ReportDocument {
  readonly title: string;
  /** One line under the title. */
  readonly subtitle: string;
  /** An address or a command that opens the very experiment. */
  readonly source: string;
  readonly sections: readonly ReportSection[];
}

/** Whether a source is an address that a link may lead to. */
export function isAddress(source: string): boolean {
  return /^https?:\/\/[^\s<>"'`]+$/.test(source);
}
