import { isAddress, type ReportBlock, type ReportDocument } from './report-document';

/** A report as Markdown (CommonMark with tables). Text is escaped, so that no label can become markup. */
export function reportMarkdown({ title, subtitle, source, sections }: ReportDocument): string {
  // An address is written as it is, between brackets: escapes would be part of it.
  const opened = isAddress(source) ? `<${source}>` : `\`${source.replaceAll('`', '')}\``;
  const parts = [`# ${escaped(title)}`, `${escaped(subtitle)} ${opened}`];
  for (const section of sections) parts.push(`## ${escaped(section.title)}`, ...section.blocks.map(block));
  return `${parts.join('\n\n')}\n`;
}

function block(given: ReportBlock): string {
  switch (given.kind) {
    case 'text':
      return `${given.strong ? `**${escaped(given.strong)}** ` : ''}${escaped(given.text)}`;
    case 'list':
      return given.items.map((item) => `- ${escaped(item)}`).join('\n');
    case 'table':
      return [row(given.head), row(given.head.map(() => '---')), ...given.rows.map((cells) => row(cells.map(escaped)))].join('\n');
    case 'formula':
      return `${escaped(given.of)}:\n\n\`\`\`math\n${given.tex.replaceAll('```', '')}\n\`\`\``;
  }
}

const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`;

/** What could be read as markup is written as itself; a line break cannot start a block. */
function escaped(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[\\`*_[\]<>|#~$]/g, '\\$&')
    .replace(/^(\s*)([-+]|\d+[.)])(\s)/, '$1\\$2$3');
}
