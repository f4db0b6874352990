/** The live part of a reference page: what a plug-in makes of one small batch, made at build time by its own function. */
import type { LiveFigures } from '../../core/reference/live';
import type { WorkedExample } from '../../core/contracts/plugin';
import { cellPicture, treePicture } from './reference-pictures.ts';
import { code, escapeHtml, formulaHtml, section, shortNumber, wide } from './reference-text.ts';

const quantities = { estimator: { what: 'Advantage', symbol: 'Â' }, reward: { what: 'Reward', symbol: 'r' } } as const;
type Priced = keyof typeof quantities;

/** The batch as it goes in and comes out, with one number worked out. */
export function miniature(kind: Priced, title: string, figures: LiveFigures): string {
  const { given, cells, explained, shared } = figures;
  const { what } = quantities[kind];
  const panels = [
    given && kind === 'estimator' ? figure('Reward that goes in', cellPicture(given, figures, `Reward of every step of the sample`)) : '',
    figure(`${what} that comes out`, cellPicture(cells, figures, `${what} of every step under ${title}: ${inWords(figures)}`)),
  ];
  const sample = shared
    ? 'Six trajectories that all reference pages share: three attempts of unequal length, two with equal rewards, one without company. Rows are trajectories, columns steps.'
    : `The batch of its worked example${kind === 'estimator' ? ', because it reads columns that the shared one lacks' : ''}. Rows are trajectories, columns steps.`;
  const parts = [`<p class="note">${sample} Computed by the plug-in itself.</p>`, `<div class="panels">${panels.join('')}</div>`];
  if (explained) parts.push(worked(kind, explained));
  return section('On a small batch', parts.join('\n'));
}

const figure = (caption: string, picture: string) => `<figure><figcaption>${caption}</figcaption><div class="picture" tabindex="0" role="group" aria-label="${caption}">${picture}</div></figure>`;

function inWords({ cells, length, maxLen }: LiveFigures): string {
  return Array.from(length, (T, i) => `trajectory ${i + 1} ${Array.from({ length: T }, (_, t) => shortNumber(cells[i * maxLen + t])).join(', ')}`).join('; ');
}

function worked(kind: Priced, { trajectory, step, explanation }: NonNullable<LiveFigures['explained']>): string {
  const rows = explanation.lines.map(
    ({ label, symbol, formula, substituted, value }) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td class="math"><i>${formulaHtml(symbol)}</i> = ${formulaHtml(formula)}</td><td class="num">${escapeHtml(substituted)}</td><td class="num"><b>${shortNumber(value)}</b></td></tr>`,
  );
  const head = '<tr><th scope="col">What</th><th scope="col">Formula</th><th scope="col">With the numbers</th><th scope="col" class="num">Result</th></tr>';
  const note = explanation.note ? `<p class="note">${escapeHtml(explanation.note)}</p>` : '';
  return `<h3>How one ${quantities[kind].what.toLowerCase()} came about: trajectory ${trajectory + 1}, step ${step}</h3>${wide('How one number came about', `<table class="worked"><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`)}${note}`;
}

/** Where published code and settings disagree: one row per flavour or choice, one column per trajectory. */
export function disagreements(kind: Priced, { rows, spans, shownStep }: LiveFigures): string {
  const [base, ...others] = rows;
  if (!base || others.length === 0) return '';
  const differs = (numbers: readonly number[], i: number) => shortNumber(numbers[i]) !== shortNumber(base.numbers[i]);
  const shown = others.filter(({ isFlavour, numbers }) => isFlavour || numbers.some((_, i) => differs(numbers, i)));
  if (shown.length === 0) return '';
  const heading = spans.map(({ title, count }) => `<th scope="colgroup" colspan="${count}">${escapeHtml(title)}</th>`).join('');
  const numbering = base.numbers.map((_, i) => `<th scope="col" class="num">${i + 1}</th>`).join('');
  const body = [base, ...shown].map(
    ({ title, help, numbers }) =>
      `<tr><th scope="row">${escapeHtml(title)}${help ? `<small>${escapeHtml(help)}</small>` : ''}</th>${numbers
        .map((x, i) => (differs(numbers, i) ? `<td class="num differs"><b>${shortNumber(x)}</b></td>` : `<td class="num">${shortNumber(x)}</td>`))
        .join('')}</tr>`,
  );
  const step = shownStep === 'first' ? 'first' : 'last';
  const words = `<p class="note">${quantities[kind].what} of the ${step} step of each trajectory of the batch above. What differs from the first row is marked.</p>`;
  const table = `<table class="flavours"><thead><tr><td></td>${heading}</tr><tr><th scope="col">Setting</th>${numbering}</tr></thead><tbody>${body.join('')}</tbody></table>`;
  return section(others.some(({ isFlavour }) => isFlavour) ? 'Where published code disagrees' : 'What its settings change', `${words}${wide('Settings compared', table)}`);
}

export function mergedTree({ tree, shared }: LiveFigures): string {
  if (!tree) return '';
  const words = `${shared ? 'The first group' : 'The first group of the example'}, around the step explained above: its way is drawn thick. The number in a node is ${tree.values}; × counts who share it.`;
  return section(tree.title.replace(/\bthis group\b/, 'a group'), `<p class="note">${escapeHtml(words)}</p><div class="picture" tabindex="0" role="group" aria-label="${escapeHtml(tree.title)}">${treePicture(tree)}</div>`);
}

/** A hand-worked example as a table: what each trajectory brings, and what it gets. */
export function workedByHand(kind: Priced, id: string, examples: readonly WorkedExample[]): string {
  const items = examples.map(({ why, input, params, expect }) => {
    const fields = [...new Set(input.trajectories.flatMap((trajectory) => Object.keys(flat(trajectory))))];
    const head = ['No.', ...fields, quantities[kind].what].map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
    const body = input.trajectories.map((trajectory, i) => {
      const cells = flat(trajectory);
      const result = (expect[i] ?? []).map(shortNumber).join(', ');
      return `<tr><th scope="row">${i + 1}</th>${fields.map((field) => `<td class="num">${shown(cells[field])}</td>`).join('')}<td class="num"><b>${result}</b></td></tr>`;
    });
    const settings = Object.entries(params).map(([key, value]) => code(`${key} = ${JSON.stringify(value)}`));
    return `<p>${escapeHtml(why)}</p>${settings.length > 0 ? `<p class="note">With ${settings.join(', ')}.</p>` : ''}${wide('Worked example', `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`)}`;
  });
  return items.length === 0 ? '' : section('Worked by hand', `${items.join('\n')}\n<p><a href="../../logs/#example=${kind}/${id}">Open ${items.length === 1 ? 'it' : 'the first'} on the log page</a> to change its settings and to set other methods beside it.</p>`);
}

/** Columns in `signals` and `extra` stand beside the others. */
function flat(trajectory: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { signals, extra, ...rest } = trajectory;
  return { ...rest, ...(signals as object | undefined), ...(extra as object | undefined) };
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = Array.isArray(value) && value.every((x) => typeof x !== 'object') ? value.map(String).join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return escapeHtml(text.replaceAll('-', '−'));
}
