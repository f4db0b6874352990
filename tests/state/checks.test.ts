import { describe, expect, test } from 'vitest';
import { Checks } from '../../src/state/checks.svelte';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import type { CheckCommand } from '../../src/worker/protocol';
import { sampleScheme, sampleSpec } from './sample-spec';

function openChecks(isThere = true) {
  let spec: ExperimentSpec = sampleSpec([sampleScheme(), sampleScheme({ name: 'Dense' })]);
  const posted: CheckCommand[] = [];
  const checks = new Checks({ spec: () => spec, post: async (command) => (posted.push(command), isThere) });
  return { checks, posted, edit: (next: ExperimentSpec) => (spec = next), spec: () => spec };
}
const answer = { error: 'for the test' };

describe('checks of a lab', () => {
  test('are asked for all schemes or some, and count down as answers come', async () => {
    const { checks, posted, spec } = openChecks();
    await checks.run();
    expect(posted).toEqual([{ type: 'check', request: 1, spec: spec(), schemes: [0, 1], iteration: 0 }]);
    expect([checks.isBusy, checks.isWaiting(1), checks.of(0)]).toEqual([true, true, null]);
    checks.receive({ type: 'checking', request: 1, scheme: 0, progress: { stage: 'solving both', share: 0.2 } });
    expect(checks.progress?.scheme).toBe(0);
    checks.receive({ type: 'checked', request: 1, scheme: 0, check: answer });
    expect([checks.of(0)?.check, checks.progress, checks.isWaiting(0), checks.isBusy]).toEqual([answer, null, false, true]);
    checks.receive({ type: 'checked', request: 1, scheme: 1, check: answer });
    expect(checks.isBusy).toBe(false);
  });

  test('are stale once the scheme or its scenario is another, not for a new name', async () => {
    const { checks, edit, spec } = openChecks();
    await checks.run([0]);
    checks.receive({ type: 'checked', request: 1, scheme: 0, check: answer });
    expect([checks.isStale(0), checks.isStale(1)]).toEqual([false, false]);
    const [first, second] = spec().schemes;
    edit({ ...spec(), schemes: [{ ...first, name: 'Other', muted: true }, { ...second, gamma: 0.5 }] });
    expect(checks.isStale(0)).toBe(false);
    edit({ ...spec(), schemes: [{ ...first, gamma: 0.5 }, second] });
    expect(checks.isStale(0)).toBe(true);
    edit({ ...spec(), schemes: [first, second], scenario: { id: 'boat-race', params: { track: 12 } } });
    expect(checks.isStale(0)).toBe(true);
  });

  test('an answer is of the version that was asked for, and old requests are not heard', async () => {
    const { checks, posted, edit, spec } = openChecks();
    await checks.run([0]);
    edit({ ...spec(), schemes: [{ ...spec().schemes[0], gamma: 0.25 }] });
    checks.receive({ type: 'checked', request: 1, scheme: 0, check: answer });
    expect(checks.isStale(0)).toBe(true);
    await checks.run([0]);
    checks.cancel();
    expect(posted.at(-1)).toEqual({ type: 'cancel-check', request: 2 });
    checks.receive({ type: 'checked', request: 2, scheme: 0, check: { error: 'late' } });
    expect([checks.of(0)?.check, checks.isBusy]).toEqual([answer, false]);
  });

  test('say so where no worker starts', async () => {
    const { checks } = openChecks(false);
    await checks.run();
    expect([checks.isBusy, checks.failure]).toEqual([false, expect.stringMatching(/No worker starts/)]);
  });
});
