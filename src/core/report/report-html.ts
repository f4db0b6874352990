import { isAddress, type ReportBlock, type ReportDocument } from './report-document';

/** A report as one HTML file that needs nothing else: no script, no network; it prints well. */
export function reportHtml({ title, subtitle, source, sections }: ReportDocument): string {
  const body = sections.map((section) => `<section>\n<h2>${escaped(section.title)}</h2>\n${section.blocks.map(block).join('\n')}\n</section>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="subtitle">${escaped(subtitle)} ${isAddress(source) ? `<a href="${escaped(source)}" rel="noreferrer">${escaped(source)}</a>` : `<code>${escaped(source)}</code>`}</p>
${body}
</main>
</body>
</html>
`;
}

function block(given: ReportBlock): string {
  switch (given.kind) {
    case 'text':
      return `<p>${given.strong ? `<strong>${escaped(given.strong)}</strong> ` : ''}${escaped(given.text)}</p>`;
    case 'list':
      return `<ul>${given.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
    case 'table':
      return `<div class="wide"><table><thead><tr>${given.head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${given.rows
        .map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table></div>`;
    case 'formula':
      return `<p class="formula"><span>${escaped(given.of)}</span> <code>${escaped(given.tex)}</code></p>`;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#fff, #1a1d21); color: light-dark(#1b1d21, #eceae4); font: 16px/1.55 Inter, system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { margin: 0; font: 600 2rem/1.15 Palatino, "Palatino Linotype", Georgia, serif; }
h2 { margin: 2.2rem 0 .6rem; padding-top: .8rem; border-top: 1px solid light-dark(#e2dfd8, #2d3237); font-size: 1.1rem; break-after: avoid; }
p, ul { margin: .5rem 0; }
ul { padding-left: 1.2rem; }
a { color: inherit; }
.subtitle { color: light-dark(#646a73, #979da5); overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid light-dark(#e2dfd8, #2d3237); text-align: left; vertical-align: top; }
code { padding: .1rem .3rem; border-radius: .25rem; background: light-dark(#efede7, #14171a); font: .85em/1.5 "JetBrains Mono", ui-monospace, monospace; overflow-wrap: anywhere; }
.formula span { color: light-dark(#646a73, #979da5); }
@media print { body { font-size: 10.5pt; } main { max-width: none; padding: 0; } section, tr { break-inside: avoid; } .wide { overflow: visible; } }
`;
