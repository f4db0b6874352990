import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: { id: string; help: string; nodes: { target: unknown; failureSummary?: string }[] }[];
}

export interface AxeScope {
  /** A selector; the whole page when missing. */
  readonly within?: string;
  /** Ids of the rules that are asked; all when missing. */
  readonly rules?: readonly string[];
}

/**
 * What axe finds wrong with the page as it is now, one line per element. The script is evaluated by the debugger,
 * because the page's policy admits no foreign script.
 */
export async function accessibilityProblems(page: Page, { within = 'html', rules }: AxeScope = {}): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const { violations } = await page.evaluate(
    ([context, runOnly]) => (globalThis as unknown as { axe: { run(context: string, options: object): Promise<AxeResult> } }).axe.run(context, runOnly ? { runOnly } : {}),
    [within, rules] as const,
  );
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help} at ${JSON.stringify(node.target)}`));
}
