/** Reference pages of measures: what they compare, their parameters, their own answers to worked examples, and one picture along their study. */
import type { MeasurePlugin } from '../../core/contracts/measure';
import type { MeasureFigures } from '../../core/reference/live-measures';
import type { provenanceWords } from '../../core/contracts/provenance';
import { code, escapeHtml, list, section, shortNumber, wide } from './reference-text.ts';

/** A measure with its typeset formula and its figures. */
export interface LoadedMeasure {
  readonly plugin: MeasurePlugin;
  /** MathML */
  readonly formula: string;
  readonly figures: MeasureFigures;
}

type Words = typeof provenanceWords;

/** The page's article, without what all kinds of pages share. */
export function measureParts({ plugin, figures }: LoadedMeasure): string[] {
  return [
    section('On its own numbers', studyOf(figures.study)),
    section('What it reads', list(Object.entries(plugin.inputs).map(([name, meaning]) => `${code(name)} ${escapeHtml(meaning)}`))),
    section('What it answers', list(Object.entries(plugin.outputs).map(([name, meaning]) => `${code(name)} ${escapeHtml(meaning)}`))),
    section('Worked by hand', `${figures.examples.map(example).join('\n')}\n<p><a href="../../logs/#example=measure/${plugin.id}">Try it on the log page</a>: change its numbers and see what it answers.</p>`),
    section('How to ask it', `<p>${code('lab rewards FILE')} and the <a href="../../logs/">log page</a> answer cases of ${code(`{"construction": "${plugin.id}", "params": …, "input": …}`)}; it prices no step, so no scheme has it as a term.</p>`),
  ];
}

/** The worked examples as a file of cases, for people to edit: lists of plain numbers stay on one line. */
export function exampleCases({ id, examples }: MeasurePlugin): string {
  const cases = examples.map(({ why, params, input }, k) => ({ id: `example ${k + 1}`, why, construction: id, params, input }));
  return `${linesOf({ cases }, '')}\n`;
}

function lineOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(lineOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${lineOf(entry)}`).join(', ')}}`;
}

/** Anything that fits stays on one line. */
function linesOf(value: unknown, indent: string): string {
  const line = lineOf(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= LINE) return line;
  const inner = `${indent}  `;
  const rows = Array.isArray(value) ? value.map((entry) => inner + linesOf(entry, inner)) : Object.entries(value).map(([key, entry]) => `${inner}${JSON.stringify(key)}: ${linesOf(entry, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${rows.join(',\n')}\n${indent}${close}`;
}
const LINE = 60;

export function measureEntries(measures: readonly LoadedMeasure[], words: Words): string {
  return `<ul class="entries">${measures
    .map(({ plugin: { id, title, summary, provenance } }) => `<li><span><a href="./${id}/">${escapeHtml(title)}</a> <span class="badge ${provenance}">${words[provenance].badge}</span><br />${escapeHtml(summary)}</span></li>`)
    .join('\n')}</ul>`;
}

function example({ why, params, input, answer }: MeasureFigures['examples'][number]): string {
  const settings = Object.entries(params).map(([key, value]) => code(`${key} = ${JSON.stringify(value)}`));
  const rows = (named: Readonly<Record<string, unknown>>, role: string) => Object.entries(named).map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)} <small>${role}</small></th><td class="num">${escapeHtml(inWords(value))}</td></tr>`);
  return `<p>${escapeHtml(why)}</p>${settings.length > 0 ? `<p class="note">With ${settings.join(', ')}.</p>` : ''}${wide('Worked example', `<table><tbody>${[...rows(input, 'given'), ...rows(answer, 'answered')].join('')}</tbody></table>`)}`;
}

/** Numbers with few digits, lists in brackets. */
function inWords(value: unknown): string {
  if (typeof value === 'number') return shortNumber(value).replace('+', '');
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([key, inner]) => `${key}: ${inWords(inner)}`).join('; ');
  return String(value);
}

const SIZE = { width: 420, height: 190, left: 44, right: 14, top: 10, bottom: 34 } as const;

function studyOf({ title, x, curves }: MeasureFigures['study']): string {
  const all = curves.flatMap(({ y }) => y);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const [first, last] = [x.values[0], x.values.at(-1)!];
  const px = (value: number) => SIZE.left + ((value - first) / (last - first)) * (SIZE.width - SIZE.left - SIZE.right);
  const py = (value: number) => SIZE.top + ((high - value) / (high - low || 1)) * (SIZE.height - SIZE.top - SIZE.bottom);
  const lines = curves.map(({ y }, k) => `<path class="curve c${k}" d="M${y.map((value, j) => `${px(x.values[j]).toFixed(1)} ${py(value).toFixed(1)}`).join('L')}" />`);
  const ticks = [...new Set([low, 0, high])].map((value) => `<path class="rule" d="M${SIZE.left} ${py(value).toFixed(1)}H${SIZE.width - SIZE.right}" /><text x="${SIZE.left - 6}" y="${(py(value) + 4).toFixed(1)}" class="axis end">${plain(value)}</text>`);
  const ends = [first, (first + last) / 2, last].map((value, k) => `<text x="${px(value).toFixed(1)}" y="${SIZE.height - 18}" class="axis ${['start', 'middle', 'end'][k]}">${plain(value)}</text>`);
  const words = curves.map(({ name, y }) => `${name} from ${plain(y[0])} to ${plain(y.at(-1)!)}`).join(', ');
  const picture = `<svg width="${SIZE.width}" height="${SIZE.height}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${escapeHtml(`${title} ${words}.`)}">${ticks.join('')}${lines.join('')}${ends.join('')}<text x="${SIZE.width / 2}" y="${SIZE.height - 3}" class="axis middle">${escapeHtml(x.title)}</text></svg>`;
  const key = curves.map(({ name }, k) => `<span class="key"><svg width="26" height="10" aria-hidden="true"><path class="curve c${k}" d="M1 5H25" /></svg> ${escapeHtml(name)}</span>`).join(' ');
  const shown = x.values.filter((_, j) => j % Math.max(1, Math.floor(x.values.length / 8)) === 0);
  const head = `<tr><th scope="col">${escapeHtml(x.title)}</th>${shown.map((value) => `<th scope="col" class="num">${plain(value)}</th>`).join('')}</tr>`;
  const body = curves.map(({ name, y }) => `<tr><th scope="row">${escapeHtml(name)}</th>${shown.map((value) => `<td class="num">${plain(y[x.values.indexOf(value)])}</td>`).join('')}</tr>`);
  const table = wide('The same in numbers', `<table><thead>${head}</thead><tbody>${body.join('')}</tbody></table>`);
  return `<p>${escapeHtml(title)}</p><p class="note">Computed by the measure itself.</p><figure><figcaption>${key}</figcaption><div class="picture" tabindex="0" role="group" aria-label="${escapeHtml(title)}">${picture}</div></figure>${table}`;
}

const plain = (value: number) => shortNumber(value).replace('+', '');
