import temml from 'temml';

/**
 * LaTeX to MathML, at build time. Inline styles are dropped, because the pages'
 * policy refuses them; what they set is layout that MathML has by itself.
 * Throws with the formula's owner when the LaTeX cannot be read.
 */
export function typeset(latex: string, owner: string, displayMode = true): string {
  try {
    return temml.renderToString(latex, { displayMode, throwOnError: true, annotate: false }).replace(/ (?:style|class)="[^"]*"/g, '');
  } catch (error) {
    throw new Error(`The formula of ${owner} cannot be typeset: ${error instanceof Error ? error.message : String(error)}`);
  }
}
