/** Small pieces of text and HTML that reference pages are made of. */

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
}

/** `+0.71`, `−2`, `0`: at most three significant digits, a true minus sign. */
export function shortNumber(x: number): string {
  if (!Number.isFinite(x)) return 'not a number';
  const rounded = Math.abs(x) < 5e-7 ? 0 : Math.abs(x) < 1e-3 ? Number(x.toPrecision(2)) : Number(x.toFixed(Math.abs(x) < 10 ? 2 : 1));
  const value = rounded === 0 && Math.abs(x) >= 5e-7 ? Number(x.toPrecision(1)) : rounded;
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${String(Math.abs(value)).replace('e-', 'e−')}`;
}

/** `σ_{g}` as HTML with what stands below and above the line. */
export function formulaHtml(formula: string): string {
  return [...formula.matchAll(/([_^])(\{[^}]*\}|[\p{L}\p{N}′+]+)|[^_^]+|[_^]/gu)]
    .map(([whole, place, text]) => {
      if (place !== '_' && place !== '^') return escapeHtml(whole);
      const tag = place === '_' ? 'sub' : 'sup';
      return `<${tag}>${escapeHtml(text.replace(/^\{(.*)\}$/, '$1'))}</${tag}>`;
    })
    .join('');
}

export const section = (title: string, content: string) => `<section><h2>${title}</h2>${content}</section>`;
export const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${item}</li>`).join('\n')}</ul>`;
export const code = (value: unknown) => `<code>${escapeHtml(typeof value === 'string' ? value : setting(value))}</code>`;

/** A value as people write it: 1e-6 and not 0.000001. */
function setting(value: unknown): string {
  return typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : (JSON.stringify(value) ?? '');
}

/** A scrolling frame around a table, reachable by keyboard. */
export const wide = (label: string, content: string) => `<div class="wide" tabindex="0" role="group" aria-label="${escapeHtml(label)}">${content}</div>`;
