import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/core/contracts/scenario';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';
import token from '../../../src/core/scenarios/token';
import { exactMetrics } from './reference-policy';

const table = token.table({ base: 'cold' });
const { A } = table;
const [PHRASE, EQUALS] = [3, 4];
const policyOf = (base: 'cold' | 'warm') => softmaxPolicy(token.initialLogits!({ base }), table.S, A);

/** A response by the text alone: prompt x₀ and operations, then tokens until the response ends. */
function read(prompt: number, tokens: readonly number[]) {
  const x = Math.floor(prompt / 8);
  const operations = [Math.floor(prompt / 4) % 2, Math.floor(prompt / 2) % 2, prompt % 2].map((o) => o + 1);
  const target = (x + operations[0] + operations[1] + operations[2]) % 3;
  const facts = { valid: 0, rep: 0, inv: 0, ph: 0, fmt: 0, success: 0, clean: 0, sound: 0 };
  let [v, k, asked] = [x, 0, false];
  for (const [t, a] of tokens.entries()) {
    if (asked) {
      facts.fmt = a < 3 && k >= 2 ? 1 : 0;
      facts.success = facts.fmt && a === target ? 1 : 0;
      facts.clean = facts.success && facts.inv === 0 ? 1 : 0;
      facts.sound = facts.valid + facts.rep > 0 && facts.inv === 0 && a === target ? 1 : 0;
      return { facts, length: t + 1 };
    }
    if (a === EQUALS) asked = true;
    else if (a === PHRASE) facts.ph += 1;
    else if (a === v) facts.rep += 1;
    else {
      k += 1;
      facts[k <= 3 && a === (v + operations[k - 1]) % 3 ? 'valid' : 'inv'] += 1;
      v = a;
    }
    if (!asked && t === 4) {
      facts.sound = facts.valid + facts.rep > 0 && facts.inv === 0 ? 1 : 0;
      return { facts, length: 5 };
    }
  }
  throw new Error('The response did not end.');
}

/** Rows of a response: states by look-up from its prompt. */
function walk({ rowNext, rowDone }: Table, prompt: number, tokens: readonly number[]): number[] {
  const rows = [];
  let state = 682 * prompt;
  for (const a of tokens) {
    const row = state * A + a;
    rows.push(row);
    if (rowDone[row]) return rows;
    state = rowNext[row];
  }
  throw new Error('The response did not end.');
}

describe('token', () => {
  it('has the size of the tree of prompts and scratches', () => {
    expect([table.S, A, table.rows, table.horizon]).toEqual([16_369, 5, 81_845, 6]);
    expect([...table.start.state].map((s) => s / 682)).toEqual(Array.from({ length: 24 }, (_, p) => p).filter((p) => p % 3 !== 2));
    expect([...table.heldOut!.state].map((s) => s / 682)).toEqual([2, 5, 8, 11, 14, 17, 20, 23]);
  });

  it.each([
    ['cold', { success: 0.0279, rightFormat: 0.08371, phrases: 0.67232, length: 4.03392, clean: 0.00589, heldOut: 0.0279 }],
    ['warm', { success: 0.2911, rightFormat: 0.54773, phrases: 0.31801, length: 4.30086, clean: 0.21339, heldOut: 0.2911 }],
  ] as const)('starts %s where the independent implementation does, to 1e-5', (base, expected) => {
    const metrics = exactMetrics(table, token.initialLogits!({ base }));
    for (const [name, value] of Object.entries(expected)) expect(Math.abs(metrics[name] - value), name).toBeLessThan(1e-5);
  });

  it('reads every response as its text says', () => {
    const { row, length, start, maxLen } = rollout(table, policyOf('cold').threshold, { nTraj: 4096, groupSize: 1, seed: 1, learner: 0, iteration: 0 });
    const wrong: string[] = [];
    for (let i = 0; i < 4096; i++) {
      const rows = row.subarray(i * maxLen, i * maxLen + length[i]);
      const tokens = Array.from(rows, (r) => table.rowAction[r]);
      const { facts, length: expected } = read(start[i] / 682, tokens);
      const sum = (column: Float64Array) => rows.reduce((total, r) => total + column[r], 0);
      const seen = Object.fromEntries(Object.keys(facts).map((name) => [name, sum(table.signals[name] ?? table.metrics[name])]));
      if (JSON.stringify(seen) !== JSON.stringify(facts) || expected !== length[i]) wrong.push(`${tokens}: ${JSON.stringify(seen)} for ${JSON.stringify(facts)}`);
      if (sum(table.signals['anyPh']) !== Math.min(1, facts.ph) || sum(table.signals['prm']) !== facts.valid + facts.rep) wrong.push(`${tokens}: derived signals`);
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it('starts warm with the chance that either habit writes the whole response', () => {
    // Prompt 0 +1 +1 +1: "hmm 1 2 = 0" is what the reasoner means to write; the guesser writes it by slips.
    const { logProbability } = policyOf('warm');
    const chance = (tokens: readonly number[]) => Math.exp(walk(table, 0, tokens).reduce((sum, row) => sum + logProbability[row], 0));
    const meant = 0.95 + 0.01;
    const [right, slip, guess] = [0.95 * 0.9 + 0.01, 0.01, 0.95 / 3 + 0.01];
    expect(chance([PHRASE, 1, 2, EQUALS, 0])).toBeCloseTo(0.3 * meant * right * right * meant * right + 0.7 * slip * guess * slip * meant * guess, 12);
    expect(chance([1, 2, EQUALS, 0])).toBeCloseTo(0.3 * slip * right * slip * right + 0.7 * guess * guess * meant * guess, 12);
    // After three steps the reasoner would say the last number again.
    expect(chance([1, 2, 0, EQUALS, 0])).toBeCloseTo(0.3 * slip * right * right * meant * right + 0.7 * guess * guess * slip * meant * guess, 12);
  });

  it('never holds a prompt twice in a batch of eight groups', () => {
    const counts = new Map<number, number>();
    for (let iteration = 0; iteration < 50; iteration++) {
      const { start } = rollout(table, policyOf('cold').threshold, { nTraj: 64, groupSize: 8, seed: 0, learner: 3, iteration });
      const prompts = Array.from({ length: 8 }, (_, g) => start[8 * g]);
      expect(new Set(prompts).size).toBe(8);
      expect(prompts.every((state) => table.start.state.includes(state))).toBe(true);
      for (const state of prompts) counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    // 50 draws with chance ½ each.
    expect(counts.size).toBe(16);
    for (const count of counts.values()) expect(Math.abs(count - 25)).toBeLessThan(4 * Math.sqrt(12.5));
  });

  it('says what a sequence model reads, the same as the features hold', () => {
    const { parent, token: symbol, symbols, depth } = table.prefix!;
    expect([parent.length, symbols, depth]).toEqual([16_368 + 1 + 72, 7, 9]);
    for (const state of [0, 3, 341 + 20, 682 * 5 + 300, 682 * 23 + 341 + 340]) {
      const sequence: number[] = [];
      for (let node = state; node >= 0; node = parent[node]) sequence.unshift(symbol[node]);
      const x = table.features.data.subarray(state * 72, state * 72 + 72);
      const hot = Array.from({ length: 9 }, (_, place) => x.subarray(8 * place, 8 * place + 8).indexOf(1));
      expect(hot.slice(0, sequence.length)).toEqual(sequence);
      expect(hot.slice(sequence.length).every((at) => at === 7)).toBe(true);
    }
  });

  it('knows where the right answer would be given', () => {
    const answer = table.answer!;
    // Prompt 22 is 2 +2 +2 +1, with the answer 1; scratch 21 is "0 0 0".
    expect(answer[682 * 22 + 21]).toBe(A * (682 * 22 + 21 + 341) + 1);
    expect(answer[682 * 22 + 21 + 341]).toBe(answer[682 * 22 + 21]);
    expect(answer[table.S - 1]).toBe(-1);
    expect(token.describeState(682 * 22 + 21 + 341, { base: 'cold' })).toBe('2 +2 +2 +1 → 0 0 0 =');
  });
});
