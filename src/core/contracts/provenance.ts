import type { Provenance } from './plugin';

/** How sure a formula is, in two words and in a sentence. */
export const provenanceWords: Readonly<Record<Provenance, { readonly badge: string; readonly help: string }>> = {
  code: { badge: 'Code-checked', help: 'Compared with numbers from published code.' },
  mixed: { badge: 'Partly code-checked', help: 'Compared with numbers from published code in part; the rest is read or recalled.' },
  textbook: { badge: 'Textbook', help: 'Follows from identities that are tested.' },
  read: { badge: 'Read', help: 'Transcribed from a text; there are no published numbers to compare with.' },
  recalled: { badge: 'Recalled', help: 'Written from memory; compare with the source before relying on it.' },
  own: { badge: 'Our definition', help: 'This project’s own definition; no publication says it in this form.' },
};
