import type { EstimatorLaw } from '../../core/contracts/estimator';
import type { Parameter, Parameters } from '../../core/contracts/parameters';
import type { Citation, Described, Flavour, WorkedExample } from '../../core/contracts/plugin';
import type { RewardLaw } from '../../core/contracts/reward';
import type { PluginKind } from '../../core/plugin-set';
import { kinds, type LiveReference, type LoadedPlugins } from './catalogue.ts';
import { disagreements, miniature, mergedTree, workedByHand } from './reference-live.ts';
import { exampleCases, measureEntries, measureParts, type LoadedMeasure } from './reference-measures.ts';
import { thumbnail } from './reference-pictures.ts';
import { code, escapeHtml, list, section, wide } from './reference-text.ts';

export { escapeHtml } from './reference-text.ts';

export interface PageContent {
  readonly title: string;
  readonly body: string;
}

type Law = EstimatorLaw | RewardLaw;

/** The union of what plug-ins of all kinds may declare; a page shows what is there. */
interface Declared extends Described {
  readonly kind: PluginKind;
  readonly params: Parameters;
  readonly question?: string;
  readonly family?: string;
  readonly category?: string;
  readonly needs?: Readonly<Record<string, string>>;
  readonly flavours?: Readonly<Record<string, Flavour>>;
  readonly laws?: readonly Law[];
  readonly reducesTo?: readonly { readonly equals: string; readonly at: unknown; readonly with?: unknown; readonly why: string }[];
  readonly examples?: readonly WorkedExample[];
  readonly signals?: Readonly<Record<string, { readonly title: string; readonly help: string }>>;
  readonly facts?: Readonly<Record<string, { readonly title: string; readonly help: string }>>;
  readonly metrics?: Readonly<Record<string, { readonly title: string }>>;
}

const kindTitles: Record<PluginKind, { one: string; many: string }> = {
  scenario: { one: 'Scenario', many: 'Scenarios' },
  reward: { one: 'Reward construction', many: 'Reward constructions' },
  estimator: { one: 'Advantage estimator', many: 'Advantage estimators' },
  objective: { one: 'Objective', many: 'Objectives' },
};

const lawClaims: Record<Law, string> = {
  'padding-invariant': 'Longer padding changes nothing.',
  'order-equivariant': 'Reordering the trajectories reorders the result and changes no number.',
  'zero-on-equal-rewards': 'Equal trajectories with equal rewards teach nothing.',
  'finite-when-degenerate': 'Groups of one, equal rewards and empty trajectories stay finite.',
  'scale-equivariant': 'Rewards times c > 0 give advantages times c.',
  'scale-invariant': 'Rewards times c > 0 give the same advantages, up to ε.',
  'shift-invariant': 'A constant added to every outcome changes no advantage.',
  'sums-to-zero': 'The advantages of a group add up to zero over its trajectories.',
  linear: 'The advantage of a sum of rewards is the sum of their advantages, values held at zero.',
  markov: 'The reward of a step depends on its transition alone.',
  telescopes: 'Its discounted sum depends on the end points alone.',
  'zero-when-gate-shut': 'It pays nothing in a trajectory whose outcome is 0, at its default marks.',
  'non-positive': 'It never pays more than zero.',
  'bounded-by-one': 'No step is paid more than one, up or down.',
  'terminal-only': 'It pays on the last step alone.',
  'sum-preserving': 'The rewards of a trajectory add up to its outcome.',
};

/** One page per id. Where a reward and an estimator share an id, the page holds both. */
export function referencePages(loaded: LoadedPlugins): (PageContent & { id: string })[] {
  const byId = new Map<string, Declared[]>();
  for (const kind of kinds) {
    for (const plugin of loaded.plugins.list(kind) as unknown as Declared[]) {
      byId.set(plugin.id, [...(byId.get(plugin.id) ?? []), plugin]);
    }
  }
  const measures = new Map(loaded.measures.map((measure) => [measure.plugin.id, measure]));
  return [...new Set([...byId.keys(), ...measures.keys()])].map((id) => {
    const plugins = byId.get(id) ?? [];
    const measure = measures.get(id);
    const articles = [...plugins.map((plugin) => article(plugin, loaded)), ...(measure ? [measureArticle(measure, loaded.live)] : [])];
    return {
      id,
      title: `${escapeHtml((plugins[0] ?? measure!.plugin).title)} · Advantage Lab reference`,
      body: `    <main>\n${articles.join('\n')}\n    </main>`,
    };
  });
}

function measureArticle(measure: LoadedMeasure, live: LiveReference): string {
  const { plugin, formula } = measure;
  const sure = live.provenanceWords[plugin.provenance];
  const parts = [
    `<p class="kind">Measure <code>${plugin.id}</code></p>`,
    `<h1>${escapeHtml(plugin.title)}</h1>`,
    `<p class="summary">${escapeHtml(plugin.summary)}</p>`,
    `<p class="provenance ${plugin.provenance}"><b>${sure.badge}.</b> ${sure.help}</p>`,
    `<div class="formula" tabindex="0" role="group" aria-label="Formula">${formula}</div>`,
    prose('When to use it', plugin.useWhen),
    prose('What breaks it', plugin.breaksWhen),
    ...measureParts(measure),
    parameterTable(plugin.params),
    sources(plugin),
  ];
  return `<article id="measure">\n${parts.filter(Boolean).join('\n')}\n</article>`;
}

/** File name → what the log page opens: the first worked example of every reward and estimator as a log, those of a measure as cases. */
export function exampleLogs({ plugins, measures }: LoadedPlugins): [string, string][] {
  const logs = (['reward', 'estimator'] as const).flatMap((kind) =>
    (plugins.list(kind) as unknown as Declared[]).flatMap(({ id, examples = [] }): [string, string][] => {
      const [example] = examples;
      if (!example) return [];
      const { why, params, input } = example;
      return [[`reference/${id}/example-${kind}.json`, `${JSON.stringify({ example: { kind, id, why, params }, ...input })}\n`]];
    }),
  );
  return [...logs, ...measures.map(({ plugin }): [string, string] => [`reference/${plugin.id}/example-measure.json`, exampleCases(plugin)])];
}

/** Headings of the index: families of estimators, categories of rewards. */
const groupTitles: Readonly<Record<string, string>> = {
  outcome: 'Outcome', dense: 'Dense', gated: 'Gated', classic: 'Returns and critics', group: 'Group baselines', 'multi-reward': 'Several rewards', process: 'Process rewards',
  turns: 'Turns', tree: 'Prefix trees', denoising: 'Denoising', reweighting: 'Off-policy and reweighting', shaping: 'Potential-based shaping', learned: 'Learned',
  intrinsic: 'Intrinsic', structure: 'Structure', '': '',
};

export function referenceIndex(loaded: LoadedPlugins): PageContent {
  const shown = kinds.filter((kind) => loaded.plugins.list(kind).length > 0);
  const jumps = [
    ...shown.map((kind) => `<a href="#${kind}">${kindTitles[kind].many} <span class="count">${loaded.plugins.list(kind).length}</span></a>`),
    ...(loaded.measures.length > 0 ? [`<a href="#measure">Measures <span class="count">${loaded.measures.length}</span></a>`] : []),
  ].join('\n');
  const sections = shown.map((kind) => {
    const plugins = loaded.plugins.list(kind) as unknown as Declared[];
    const groups = [...new Set(plugins.map(groupOf))].sort((a, b) => Object.keys(groupTitles).indexOf(a) - Object.keys(groupTitles).indexOf(b));
    const blocks = groups.map((name) => {
      const entries = plugins.filter((plugin) => groupOf(plugin) === name).map((plugin) => entry(plugin, loaded));
      return `${name ? `<h3>${escapeHtml(groupTitles[name] ?? name)}</h3>` : ''}<ul class="entries">${entries.join('\n')}</ul>`;
    });
    return `<section id="${kind}"><h2>${kindTitles[kind].many}</h2>${kind === 'estimator' || kind === 'reward' ? provenanceCount(plugins, loaded.live) : ''}${blocks.join('\n')}</section>`;
  });
  if (loaded.measures.length > 0) {
    sections.push(`<section id="measure"><h2>Measures</h2><p>Comparisons of rewards, reward models and policies: distances, losses, stopping rules and curves of over-optimisation.</p>${measureEntries(loaded.measures, loaded.live.provenanceWords)}</section>`);
  }
  const lead = '<p class="summary">Every scenario, reward, estimator and objective of the lab: what it computes, when to use it, what breaks it, and how sure the formula is. The small pictures are computed: estimators on one batch that they share, rewards on their worked examples.</p>';
  const own = '<p><a href="../logs/">Price your own rollouts</a> under any of these estimators, side by side, in your browser tab.</p>';
  return { title: 'Advantage Lab reference', body: `    <main class="index">\n<h1>Reference</h1>\n${lead}\n${own}\n<nav class="jumps" aria-label="Kinds">${jumps}</nav>\n${sections.join('\n')}\n    </main>` };
}

const groupOf = ({ family, category }: Declared) => family ?? category ?? '';

function entry(plugin: Declared, { live, plugins }: LoadedPlugins): string {
  const figures = isPriced(plugin) ? live.liveFigures(plugin as never, (id) => plugins.get('estimator', id)) : null;
  const picture = figures ? thumbnail(figures.cells, figures) : '';
  const badge = plugin.kind !== 'scenario' ? `<span class="badge ${plugin.provenance}">${live.provenanceWords[plugin.provenance].badge}</span>` : '';
  return `<li${isPriced(plugin) ? ' class="pictured"' : ''}>${isPriced(plugin) ? `<span class="mini">${picture}</span>` : ''}<span><a href="./${plugin.id}/">${escapeHtml(plugin.title)}</a> ${badge}<br />${escapeHtml(plugin.summary)}</span></li>`;
}

/** How many entries are how sure. */
function provenanceCount(plugins: readonly Declared[], live: LiveReference): string {
  const count = Object.entries(live.provenanceWords).flatMap(([provenance, { badge, help }]) => {
    const n = plugins.filter((plugin) => plugin.provenance === provenance).length;
    return n === 0 ? [] : [`<li><b>${n}</b> <span class="badge ${provenance}">${badge}</span> ${help}</li>`];
  });
  return `<ul class="sure">${count.join('')}</ul>`;
}

const isPriced = ({ kind }: Declared) => kind === 'estimator' || kind === 'reward';

function article(plugin: Declared, { formulas, live, plugins }: LoadedPlugins): string {
  const { kind } = plugin;
  const priced = kind === 'estimator' || kind === 'reward' ? kind : null;
  const figures = priced ? live.liveFigures(plugin as never, (id) => plugins.get('estimator', id)) : null;
  const sure = live.provenanceWords[plugin.provenance];
  const group = groupTitles[groupOf(plugin)];
  const parts = [
    `<p class="kind">${kindTitles[kind].one}${group ? ` · ${escapeHtml(group)}` : ''} <code>${plugin.id}</code></p>`,
    `<h1>${escapeHtml(plugin.title)}</h1>`,
    `<p class="summary">${escapeHtml(plugin.summary)}</p>`,
    kind !== 'scenario' && `<p class="provenance ${plugin.provenance}"><b>${sure.badge}.</b> ${sure.help}</p>`,
    plugin.question && `<p>${escapeHtml(plugin.question)}</p>`,
    `<div class="formula" tabindex="0" role="group" aria-label="Formula">${formulas[`${kind}/${plugin.id}`]}</div>`,
    prose('When to use it', plugin.useWhen),
    prose('What breaks it', plugin.breaksWhen),
    priced && figures && miniature(priced, plugin.title, figures),
    figures && mergedTree(figures),
    priced && figures && disagreements(priced, figures),
    parameterTable(plugin.params),
    needs(plugin.needs),
    namedList('Signals', plugin.signals),
    namedList('Facts of trajectories and points', plugin.facts),
    metricList(plugin.metrics),
    flavours(plugin.flavours),
    guarantees(plugin),
    priced && workedByHand(priced, plugin.id, plugin.examples ?? []),
    sources(plugin),
  ];
  return `<article id="${kind}">\n${parts.filter(Boolean).join('\n')}\n</article>`;
}

function prose(title: string, text: string | undefined): string {
  return text ? section(title, `<p>${escapeHtml(text)}</p>`) : '';
}

function parameterTable(params: Parameters): string {
  const rows = Object.entries(params).map(([key, parameter]) => {
    const symbol = parameter.symbol ? ` <i>${escapeHtml(parameter.symbol)}</i>` : '';
    return `<tr><th scope="row"><code>${escapeHtml(key)}</code>${symbol}</th><td>${code(parameter.default)}</td><td>${range(parameter)}</td><td>${escapeHtml(parameter.help)}</td></tr>`;
  });
  if (rows.length === 0) return '';
  const head = '<tr><th scope="col">Name</th><th scope="col">Default</th><th scope="col">Values</th><th scope="col">Meaning</th></tr>';
  return section('Parameters', wide('Parameters', `<table><thead>${head}</thead><tbody>${rows.join('\n')}</tbody></table>`));
}

function range(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'number':
      return `${parameter.min} to ${parameter.max}${parameter.nullable ? ', or off' : ''}`;
    case 'integer':
      return `${parameter.min} to ${parameter.max}, whole`;
    case 'numbers':
    case 'weights':
      return `${parameter.min} to ${parameter.max} each`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return parameter.options.map((option) => code(option.value)).join(', ');
    case 'signal':
      return 'a signal of the scenario';
    case 'state-table':
      return 'a table of the scenario, or a number per state';
    case 'text':
      return `text of at most ${parameter.maxLength} characters`;
    case 'map':
      return `rows of ${parameter.tiles.map(({ mark, title }) => `${code(mark)} ${escapeHtml(title.toLowerCase())}`).join(', ')}, joined by ${code('/')}; at most ${parameter.maxRows} × ${parameter.maxColumns}`;
    case 'json':
      return 'structured data';
  }
}

function needs(wanted: Declared['needs']): string {
  const entries = Object.entries(wanted ?? {});
  return entries.length === 0 ? '' : section('What it reads', list(entries.map(([name, shape]) => `${code(name)} (${escapeHtml(shape.replace('?', ', where there is one'))})`)));
}

function namedList(title: string, named: Declared['signals']): string {
  const entries = Object.entries(named ?? {});
  return entries.length === 0
    ? ''
    : section(title, list(entries.map(([name, about]) => `${code(name)} ${escapeHtml(about.title)}: ${escapeHtml(about.help)}`)));
}

function metricList(named: Declared['metrics']): string {
  const entries = Object.entries(named ?? {});
  return entries.length === 0 ? '' : section('Metrics', list(entries.map(([name, about]) => `${code(name)} ${escapeHtml(about.title)}`)));
}

function flavours(known: Declared['flavours']): string {
  const entries = Object.values(known ?? {});
  return entries.length === 0
    ? ''
    : section('Flavours', list(entries.map(({ title, help, params }) => `<b>${escapeHtml(title)}</b> ${escapeHtml(help)} ${Object.entries(params).map(([key, value]) => code(`${key} = ${JSON.stringify(value)}`)).join(' ')}`)));
}

function guarantees({ laws = [], reducesTo = [] }: Declared): string {
  const items = [
    ...laws.map((law) => escapeHtml(lawClaims[law])),
    ...reducesTo.map(
      ({ at, equals, with: other, why }) =>
        `At ${code(at)} it equals <a href="../${equals}/">${escapeHtml(equals)}</a>${other ? ` with ${code(other)}` : ''}: ${escapeHtml(why)}`,
    ),
  ];
  return items.length === 0 ? '' : section('Tested properties', list(items));
}

function sources({ cite }: Pick<Described, 'cite'>): string {
  return cite.length === 0 ? '' : section('Sources', list(cite.map(citation)));
}

function citation({ title, source }: Citation): string {
  const address = addressOf(source);
  const shown = escapeHtml(source);
  return `${escapeHtml(title)}, ${address ? `<a href="${escapeHtml(address)}" rel="noreferrer">${shown}</a>` : shown}`;
}

function addressOf(source: string): string | null {
  const arxiv = /^(?:arXiv:)?(\d{4}\.\d{4,5})/.exec(source);
  if (arxiv) return `https://arxiv.org/abs/${arxiv[1]}`;
  if (source.startsWith('10.')) return `https://doi.org/${source}`;
  const repository = /^([\w.-]+\/[\w.-]+)@([0-9a-f]{7,40})(?::(\S+))?$/.exec(source);
  if (repository) return `https://github.com/${repository[1]}/${repository[3] ? `blob/${repository[2]}/${repository[3]}` : `tree/${repository[2]}`}`;
  return null;
}
