/** Figures that the bench keeps: the tables of the last `--record`, part by part, each with when and where it was measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { tableMarkdown, type SpeedRow } from './speed-row';

const HEAD = `# Recorded figures

Written by \`npm run bench -- --record\`; with \`--only PART\` that part alone is written anew. Rates are to be read against the rows
of the same part, which were measured in the same run: what else ran on the machine, and the machine itself, move them all. No test reads this file.
`;

/** Date, machine, how busy it was before, and versions, as one line. */
export function circumstances(): string {
  const [core] = cpus();
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return [`${date} UTC`, `${cpus().length} cores, ${core?.model.trim() ?? 'unknown'}`, `load ${loadavg()[0]!.toFixed(1)}`, `Node ${process.versions.node}`].join('; ');
}

/** Replaces the sections of these parts in the file, and leaves the others. */
export function recordFigures(file: string, parts: Readonly<Record<string, readonly SpeedRow[]>>, measured: string): void {
  const sections = new Map<string, string>();
  const old = existsSync(file) ? readFileSync(file, 'utf8').split(/^## /m).slice(1) : [];
  for (const section of old) sections.set(section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n') + 1).trim());
  for (const [name, rows] of Object.entries(parts)) sections.set(name, `Measured ${measured}.\n\n${tableMarkdown(rows)}`);
  writeFileSync(file, `${HEAD}\n${[...sections].map(([name, text]) => `## ${name}\n\n${text}\n`).join('\n')}`);
}
