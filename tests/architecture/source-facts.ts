import ts from 'typescript';

export interface ImportFact {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Fact {
  readonly text: string;
  readonly line: number;
}

/** What the rules need to know of one source file. */
export interface SourceFacts {
  readonly imports: readonly ImportFact[];
  /** `object.property` accesses, as written: `Math.exp`, `tensor.dataSync`. */
  readonly accesses: readonly Fact[];
  /** Free-standing uses of `Date`, and powers other than a written-out power of two. */
  readonly others: readonly Fact[];
  /** Markup of a component outside its script and style. */
  readonly markup: string;
}

/** Blanks everything but the matches' first groups, keeping line numbers. */
function keepOnly(source: string, blocks: RegExp): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  let kept = '';
  let end = 0;
  for (const found of source.matchAll(blocks)) {
    const start = found.index + found[0].indexOf('>') + 1;
    kept += blank(source.slice(end, start)) + found[1];
    end = start + found[1].length;
  }
  return kept + blank(source.slice(end));
}

const scripts = /<script[^>]*>([\s\S]*?)<\/script>/g;

/** Reads one `.ts`, `.mjs` or `.svelte` source. Comments and strings are never mistaken for code. */
export function factsOf(path: string, source: string): SourceFacts {
  const isComponent = path.endsWith('.svelte');
  const code = isComponent ? keepOnly(source, scripts) : source;
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const imports: ImportFact[] = [];
  const accesses: Fact[] = [];
  const others: Fact[] = [];
  const lineOf = (node: ts.Node) => file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
        imports.push({ specifier: node.moduleSpecifier.text, typeOnly: isTypeOnly(node), line: lineOf(node) });
      }
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) imports.push({ specifier: argument.text, typeOnly: false, line: lineOf(node) });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      imports.push({ specifier: node.argument.literal.text, typeOnly: true, line: lineOf(node) });
    } else if (ts.isNewExpression(node) && node.expression.getText(file) === 'URL' && node.arguments?.[1]?.getText(file) === 'import.meta.url') {
      const [target] = node.arguments;
      if (ts.isStringLiteralLike(target)) imports.push({ specifier: target.text, typeOnly: false, line: lineOf(node) });
    } else if (ts.isPropertyAccessExpression(node)) {
      accesses.push({ text: `${node.expression.getText(file)}.${node.name.text}`, line: lineOf(node) });
    } else if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
      accesses.push({ text: `${node.expression.getText(file)}.${node.argumentExpression.text}`, line: lineOf(node) });
    } else if (ts.isIdentifier(node) && node.text === 'Date') {
      others.push({ text: 'Date', line: lineOf(node) });
    } else if (ts.isBinaryExpression(node) && isPower(node.operatorToken.kind) && !isPowerOfTwo(node)) {
      others.push({ text: '**', line: lineOf(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const markup = isComponent ? source.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, (block) => block.replace(/[^\n]/g, ' ')) : '';
  return { imports, accesses, others, markup };
}

function isPower(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
}

/** `2 ** -50`: exact everywhere. */
function isPowerOfTwo({ left, right }: ts.BinaryExpression): boolean {
  const exponent = ts.isPrefixUnaryExpression(right) ? right.operand : right;
  return ts.isNumericLiteral(left) && left.text === '2' && ts.isNumericLiteral(exponent) && Number.isInteger(Number(exponent.text));
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return !clause.name && !!named && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((one) => one.isTypeOnly);
}
