import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { checkScheme } from '../../../src/core/diagnostics/scheme-check';
import { loadPreset } from '../../../src/core/experiment/presets';
import { resolveExperiment } from '../../../src/core/experiment/resolve';
import { reportHtml } from '../../../src/core/report/report-html';
import { reportMarkdown } from '../../../src/core/report/report-markdown';
import { rewardReport, type ReportInput, type RunFacts } from '../../../src/core/report/reward-report';
import { schemeDifference } from '../../../src/core/report/scheme-difference';
import type { SchemeSpec } from '../../../src/core/scheme/scheme-spec';

const plugins = allPlugins();

async function input(preset: string, name: string, change: Partial<SchemeSpec> = {}, more: Partial<ReportInput> = {}): Promise<ReportInput> {
  const { spec, library } = (await loadPreset(preset))!;
  const scheme = { ...[...spec.schemes, ...library].find((candidate) => candidate.name === name)!, ...change };
  const experiment = resolveExperiment({ ...spec, schemes: [scheme] } as never, plugins);
  return { experiment, scheme: 0, name: 'B', date: '2026-01-02', source: 'https://example.test/#v1.x', check: checkScheme(experiment, 0), run: null, versions: [], ...more };
}

const section = (report: ReturnType<typeof rewardReport>, title: string) => JSON.stringify(report.sections.find((one) => one.title === title)!.blocks);
const RUN: RunFacts = { iterations: 300, seeds: 4, success: { start: 0.96, best: 0.97, end: 0.01 }, hackingGap: 1.2, alarm: { from: 7, to: 18 }, failure: null, engine: 'Tabular softmax in TypeScript' };

describe('a reward report', () => {
  it('says what the scheme pays, what the checks found and what was decided', async () => {
    const report = rewardReport(await input('boat-race', 'dense', { intent: 'Learn to race.' }));
    expect(report.title).toBe('Reward report: dense');
    expect([report.subtitle, report.source]).toEqual(['Boat race, 2026-01-02.', 'https://example.test/#v1.x']);
    expect(section(report, 'Intent')).toContain('Learn to race.');
    expect(section(report, 'What it pays')).toMatch(/Checkpoints.*0\.2.*Signal \(signal\)/);
    expect(section(report, 'How it becomes an advantage')).toMatch(/GRPO \(grpo\) at discount 1\./);
    expect(section(report, 'Checks')).toMatch(/The best policy under B circles .* finished 0%, true optimum 100%\.".{0,4}"decided exactly/);
    expect(section(report, 'Failure modes seen in training')).toContain('B has not been trained for this report');
    expect(section(report, 'Versions')).toContain('the only version');
  });

  it('says nothing that its figures do not say', async () => {
    const honest = rewardReport(await input('boat-race', 'sparse', {}, { run: { ...RUN, success: { start: 0.9, best: 1, end: 1 }, hackingGap: 0.001, alarm: null } }));
    expect(section(honest, 'Intent')).toContain('Nobody has written down');
    expect(section(honest, 'Failure modes seen in training')).toMatch(/from 90% to 100%.*None was seen/);
    expect(section(honest, 'Assumptions')).toMatch(/is the only term that pays, and GRPO divides by the deviation/);
    expect(section(rewardReport(await input('boat-race', 'sparse', { estimator: { id: 'rloo', params: {} } })), 'Assumptions')).toContain('No law is broken');
    const hacked = rewardReport(await input('boat-race', 'dense', {}, { run: RUN }));
    expect(section(hacked, 'Failure modes seen in training')).toMatch(/From iteration 7 to 18 the proxy rose.*hacking gap at the end is 1\.20.*best at 97% and ended at 1%/);
    expect(section(hacked, 'Failure modes seen in training')).not.toContain('None was seen');
    const failed = rewardReport(await input('boat-race', 'sparse', {}, { run: { ...RUN, hackingGap: null, alarm: null, success: { start: 1, best: 1, end: 1 }, failure: 'its reward is NaN in trajectory 3, step 1.' } }));
    expect(section(failed, 'Failure modes seen in training')).toMatch(/A learner stopped: its reward is NaN/);
    const measured = rewardReport(await input('math-steps', 'pure'));
    expect(section(measured, 'Assumptions')).toMatch(/not decided: \\"Step scores\\" pays by more/);
    const remembering = rewardReport(await input('boat-race', 'first-visit'));
    expect(section(remembering, 'Assumptions')).toMatch(/“Checkpoints” pays by what happened before/);
  });

  it('tells versions apart in words, the oldest first', async () => {
    const now = await input('boat-race', 'dense');
    const { spec } = now.experiment.schemes[0]!;
    const heavier = { ...spec, terms: spec.terms.map((term, k) => (k === 1 ? { ...term, weight: 0.5 } : term)) };
    const report = rewardReport({ ...now, versions: [{ ...heavier, gamma: 0.9 }, heavier, { ...heavier, name: 'other' }] });
    expect(section(report, 'Versions')).toMatch(/2 changes.*Version 2: discount 0\.9 → 1\..*Version 3: “Checkpoints”: weight 0\.5 → 0\.2\./);
  });

  it('is one document in every form: all its text is in the Markdown and in the page', async () => {
    const report = rewardReport(await input('swe-agent', 'gated-0.3', { intent: 'Fix the bug.' }, { run: RUN }));
    const html = reportHtml(report);
    const markdown = reportMarkdown(report).replaceAll('\\', '');
    const plain = html.replace(/<[^>]+>/g, '').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"');
    const texts = report.sections.flatMap(({ title, blocks }) => [title, ...blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : block.kind === 'list' ? block.items : block.kind === 'table' ? block.rows.flat() : []))]);
    expect(texts.length).toBeGreaterThan(30);
    for (const text of texts) {
      expect(plain).toContain(text);
      expect(markdown).toContain(text.replaceAll('\\', ''));
    }
  });

  it('takes no markup from what a reader wrote, and needs nothing from outside', async () => {
    const nasty = '<img src=x onerror=alert(1)> **bold** [link](https://evil.test) `code`\n# heading | cell';
    const report = rewardReport(await input('boat-race', 'dense', { intent: nasty, name: '<b>&"' }));
    const html = reportHtml(report);
    expect(html).not.toMatch(/<img|<b>|<script|<link|<[^>]* src=|url\(/);
    expect(html.match(/<[^>]*href=[^>]*>/g)).toEqual(['<a href="https://example.test/#v1.x" rel="noreferrer">']);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain("default-src 'none'");
    const markdown = reportMarkdown(report);
    expect(markdown).toContain('\\<img src=x onerror=alert(1)\\> \\*\\*bold\\*\\* \\[link\\](https://evil.test) \\`code\\` \\# heading \\| cell');
    expect(markdown).not.toMatch(/^# heading/m);
  });
});

describe('where a report comes from', () => {
  it('is a link where it is an address, letter by letter, and code where it is a command or anything else', async () => {
    const given = await input('boat-race', 'sparse');
    const address = 'https://example.test/lab/#v1.a_b-c_d*e';
    expect(reportMarkdown(rewardReport({ ...given, source: address }))).toContain(`2026-01-02. <${address}>`);
    for (const source of ['lab report boat-race', 'javascript:alert(1)', 'https://x.test/"onclick=alert(1)', '']) {
      const report = rewardReport({ ...given, source });
      expect(reportHtml(report)).not.toContain('<a ');
      expect(reportMarkdown(report)).not.toContain('<http');
    }
  });
});

describe('the difference of two versions of a scheme', () => {
  const base = async () => (await input('boat-race', 'gated')).experiment.schemes[0]!.spec;

  it('names what was changed, added and taken away', async () => {
    const before = await base();
    const [outcome, checkpoints] = before.terms;
    expect(schemeDifference(before, { ...before, name: 'x', muted: true, intent: 'y' })).toEqual([]);
    expect(schemeDifference(before, { ...before, gate: null })).toEqual(['gate taken off']);
    expect(schemeDifference({ ...before, gate: null }, before)).toEqual(['gate put on, from 0']);
    expect(schemeDifference(before, { ...before, gate: { ...before.gate!, threshold: 0.5, softness: 0.1 } })).toEqual(['gate threshold 0 → 0.5', 'gate softness 0 → 0.1']);
    expect(schemeDifference(before, { ...before, terms: [outcome] })).toEqual(['term “Checkpoints” removed']);
    expect(schemeDifference({ ...before, terms: [outcome] }, before)).toEqual(['term “Checkpoints” added with weight 0.2']);
    expect(schemeDifference(before, { ...before, terms: [outcome, { ...checkpoints, gated: false, params: { ...checkpoints.params, cap: 3 } }] })).toEqual(['“Checkpoints”: cap as it comes → 3', '“Checkpoints”: gated on → off']);
    expect(schemeDifference(before, { ...before, estimator: { id: 'rloo', params: {} }, whiten: 'batch', clip: 2 })).toEqual(['estimator grpo → rloo', 'whitening none → batch', 'clip at off → 2']);
    const scheduled = { ...before, terms: [outcome, { ...checkpoints, schedule: { kind: 'linear' as const, to: 0, start: 0, end: 9 } }] };
    expect(schemeDifference(before, scheduled)[0]).toMatch(/^“Checkpoints”: schedule as it comes → \{/);
  });
});
