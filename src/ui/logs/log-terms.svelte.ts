/** Reward constructions beside the logged rewards: which, with what settings and weights, and the reward that comes out. */
import type { ImportedLog } from '../../core/batch/log-import';
import type { Explanation } from '../../core/contracts/explanation';
import type { StoredValues } from '../../core/contracts/parameters';
import type { PluginSet } from '../../core/plugin-set';
import type { StepRef } from '../../charts/geometry/heatmap-layout';
import { combinedReward, priceTerm, type LogReward, type LogTerm, type PricedTerm } from './log-reward';

export const MOST_TERMS = 6;

export class LogTerms {
  readonly #plugins: PluginSet;
  readonly #log: () => ImportedLog | null;
  readonly #reasonOf: (error: unknown) => string;
  #terms = $state.raw<readonly LogTerm[]>([]);
  /** Factor of what the log itself paid: 1, or 0 where only the constructions are to count. */
  #logged = $state<0 | 1>(1);
  #loaded = $state(0);

  /** Constructions of the last pricing: one that nothing but its weight changed for is not priced again. */
  #last: readonly PricedTerm[] = [];
  #lastLog: ImportedLog | null = null;
  readonly #priced = $derived.by((): readonly PricedTerm[] => {
    void this.#loaded;
    const log = this.#log();
    const kept = log === this.#lastLog ? this.#last : [];
    this.#lastLog = log;
    return (this.#last = log ? this.#terms.map((term) => this.#price(term, log, kept)) : []);
  });
  readonly #reward = $derived.by((): LogReward | null => {
    const log = this.#log();
    return log && combinedReward(log, this.#priced, this.#logged);
  });

  constructor(plugins: PluginSet, log: () => ImportedLog | null, reasonOf: (error: unknown) => string) {
    this.#plugins = plugins;
    this.#log = log;
    this.#reasonOf = reasonOf;
  }

  get list(): readonly PricedTerm[] {
    return this.#priced;
  }
  get countsLogged(): boolean {
    return this.#logged === 1;
  }
  /** What estimators get; null while there is no log. */
  get reward(): LogReward | null {
    return this.#reward;
  }

  /** Adds a construction whose plug-in is loaded. */
  add(id: string, params: StoredValues = {}): void {
    if (this.#terms.length >= MOST_TERMS) return;
    this.#loaded += 1;
    this.#terms = [...this.#terms, { id, params, weight: 1 }];
  }
  remove(k: number): void {
    this.#terms = this.#terms.filter((_, j) => j !== k);
  }
  clear(): void {
    this.#terms = [];
    this.#logged = 1;
  }
  setWeight(k: number, weight: number): void {
    this.#change(k, { weight });
  }
  setParams(k: number, params: StoredValues): void {
    this.#change(k, { params });
  }
  countLogged(counts: boolean): void {
    this.#logged = counts ? 1 : 0;
  }

  /** What a construction says about one step, or why it says nothing. */
  explain({ plugin, priced }: PricedTerm, { trajectory, step }: StepRef): Explanation | string {
    if (!plugin || !priced) return '';
    try {
      return plugin.explain(priced.columns as never, priced.params as never, priced.result, trajectory, step);
    } catch (error) {
      return this.#reasonOf(error);
    }
  }

  #change(k: number, change: Partial<LogTerm>): void {
    this.#terms = this.#terms.map((term, j) => (j === k ? { ...term, ...change } : term));
  }

  #price(term: LogTerm, log: ImportedLog, kept: readonly PricedTerm[]): PricedTerm {
    const same = kept.find((old) => old.plugin && old.term.id === term.id && old.term.params === term.params);
    if (same) return same.term === term ? same : { ...same, term };
    const plugin = this.#plugins.has('reward', term.id) ? this.#plugins.get('reward', term.id) : null;
    return priceTerm(term, plugin, log, this.#reasonOf);
  }
}
