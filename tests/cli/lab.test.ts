/** The headless command as people run it: standard output is JSON and nothing else. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../src/tools/lab.mjs', import.meta.url));
function lab(argv: string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], { input, encoding: 'utf8', maxBuffer: 64 << 20 });
  return { status, stdout, stderr, json: () => JSON.parse(stdout) };
}

describe('lab', () => {
  it.each(['scenarios', 'rewards', 'estimators', 'objectives', 'measures', 'presets'])('list %s names each with an id', (kind) => {
    const { status, json } = lab(['list', kind, '--json']);
    expect(status).toBe(0);
    const ids = (json() as { id: string }[]).map((entry) => entry.id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  }, 120_000);

  it('advantages answers each case on its own and keeps the exit code 0', () => {
    const trajectories = [
      { group: 0, rewards: [0, 3], outcome: 3, terminated: true },
      { group: 0, rewards: [1], outcome: 1, terminated: true },
    ];
    const cases = [
      { id: 'good', estimator: 'rloo', params: {}, input: { trajectories } },
      { id: 'typo', estimator: 'rlooo', params: {}, input: { trajectories } },
      { id: 'broken', estimator: 'rloo', params: {}, input: { trajectories: [{ group: 0, rewards: [0, 'x'] }] } },
    ];
    const { status, json } = lab(['advantages', '-'], JSON.stringify({ cases }));
    expect(status).toBe(0);
    const [good, typo, broken] = (json() as { cases: Record<string, unknown>[] }).cases;
    expect(good).toEqual({ id: 'good', advantages: [[2, 2], [-2]] });
    expect(typo).toMatchObject({ id: 'typo', error: { code: 'unknown-estimator', message: expect.stringContaining('"rloo"') } });
    expect(broken).toMatchObject({ id: 'broken', error: { message: expect.stringMatching(/trajectories\[0\].*rewards/) } });
  });

  it('rewards prices a logged case', () => {
    const trajectories = [{ group: 0, length: 2, signals: { prm: [0.5, 0.25] }, outcome: 1, extra: {} }];
    const cases = [{ id: 'sum', construction: 'prm-aggregate', params: { mode: 'sum', outcomeWeight: 2 }, input: { trajectories } }];
    expect(lab(['rewards', '-'], JSON.stringify({ cases })).json()).toEqual({ cases: [{ id: 'sum', rewards: [[0, 2.75]] }] });
  });

  it('exact and table agree about a scenario', () => {
    const table = lab(['table', 'boat-race']).json() as { S: number; A: number; outcomes: [number, number, number, number, boolean, object][] };
    expect([table.S, table.A]).toEqual([12, 2]);
    expect(table.outcomes.every(([s, a]) => s < 12 && a < 2)).toBe(true);
    const exact = lab(['exact', 'boat-race', '--horizon', '30']).json() as { policy: { J: number; success: number }; optimal: { J: number } };
    expect(exact.policy.J).toBeCloseTo(0.9638, 4);
    expect(exact.policy.success).toBe(exact.policy.J);
    expect(exact.optimal.J).toBe(1);
  });

  it.each([
    ['an unknown command', ['fly'], /fly: expected one of/],
    ['an unknown scenario', ['table', 'boat-rase'], /Did you mean "boat-race"/],
    ['an unknown option', ['table', 'boat-race', '--parms', '{}'], /--parms/],
    ['parameters that are no JSON', ['table', 'boat-race', '--params', '{'], /--params/],
    ['a missing file', ['advantages', 'nowhere.json'], /nowhere\.json/],
    ['a file without cases', ['rewards', '-'], /cases/],
    ['a horizon of zero', ['exact', 'boat-race', '--horizon', '0'], /--horizon/],
    ['no discount and no horizon', ['exact', 'boat-race', '--gamma', '1'], /--gamma/],
  ])('%s ends with exit code 2 and one line that names it', (_, argv, message) => {
    const { status, stdout, stderr } = lab(argv, '{}');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});
