import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { checkScheme } from '../../src/core/diagnostics/scheme-check';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import type { Event } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { smallSpec, withScheme } from './small-spec';

const plugins = allPlugins();

function openSession() {
  const events: Event[] = [];
  let ticks = 0;
  const session = new Session({
    emit: (event) => void events.push(event),
    now: () => ticks++,
    sliceMilliseconds: 8,
    rest: () => new Promise((resolve) => setImmediate(resolve)),
    loadPlugins: async () => plugins,
  });
  const until = async (isThere: () => boolean) => {
    while (!isThere()) await new Promise((resolve) => setImmediate(resolve));
  };
  const check = (request: number, spec: ExperimentSpec, schemes: number[]) => session.handle({ type: 'check', request, spec, schemes, iteration: 0 });
  const checked = (request: number) => events.flatMap((event) => (event.type === 'checked' && event.request === request ? [event] : []));
  return { session, events, until, check, checked };
}

describe('checks in the worker', () => {
  it('answer what the checks answer, scheme by scheme, with every stage told, while nothing was configured', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense', 'first-visit']);
    const { events, until, check, checked } = openSession();
    check(1, spec, [1, 2]);
    await until(() => checked(1).length === 2);
    expect(checked(1).map(({ scheme }) => scheme)).toEqual([1, 2]);
    const experiment = resolveExperiment(spec, plugins);
    for (const { scheme, check: found } of checked(1)) expect(found).toEqual(checkScheme(experiment, scheme));
    expect(structuredClone(checked(1))).toEqual(checked(1));
    const told = events.flatMap((event) => (event.type === 'checking' && event.scheme === 1 ? [event.progress] : []));
    expect(new Set(told.map(({ stage }) => stage))).toEqual(new Set(['solving both', 'looking for circles', 'measuring distances', 'weighing terms']));
    for (let k = 1; k < told.length; k++) expect(told[k].share).toBeGreaterThanOrEqual(told[k - 1].share);
  });

  it('go on beside training, which is the same with and without them', async () => {
    const spec = await smallSpec('boat-race', ['dense'], { iterations: 12 });
    const metrics = async (withCheck: boolean) => {
      const { session, events, until, check, checked } = openSession();
      session.handle({ type: 'configure', runId: 1, spec, restart: 'all' });
      session.handle({ type: 'run', runId: 1, speed: 0 });
      if (withCheck) check(7, spec, [0]);
      const rows: number[] = [];
      let acknowledged = 0;
      await until(() => {
        for (const event of events.slice(acknowledged)) {
          acknowledged += 1;
          if (event.type !== 'frame') continue;
          rows.push(...event.metrics);
          session.handle({ type: 'acknowledge', runId: 1, frame: event.frame });
        }
        return events.some(({ type }) => type === 'finished') && (!withCheck || checked(7).length === 1);
      });
      return rows;
    };
    expect(await metrics(true)).toEqual(await metrics(false));
  });

  it('a newer request takes the place of an older one, and a cancelled one is not answered', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const { session, events, until, check, checked } = openSession();
    check(1, spec, [0, 1]);
    check(2, spec, [0]);
    await until(() => checked(2).length === 1);
    expect(checked(1)).toEqual([]);
    check(3, spec, [0, 1]);
    await until(() => events.some((event) => event.type === 'checking' && event.request === 3));
    session.handle({ type: 'cancel-check', request: 2 });
    session.handle({ type: 'cancel-check', request: 3 });
    check(4, spec, [1]);
    await until(() => checked(4).length === 1);
    expect(checked(3)).toEqual([]);
  });

  it('say of a scheme that cannot be compiled, and of a scenario without a table, why; the others are answered', async () => {
    const spec = withScheme(await smallSpec('boat-race', ['sparse', 'dense']), 0, { terms: [{ reward: 'pbrs', label: '', weight: 1, gated: false, params: { potential: 'nowhere' } }] });
    const { until, check, checked } = openSession();
    check(1, spec, [0, 1]);
    await until(() => checked(1).length === 2);
    expect(checked(1)[0].check).toEqual({ error: expect.stringContaining('no state table "nowhere"') });
    expect(checked(1)[1].check).toMatchObject({ farming: { isFarmed: true } });
    check(2, await smallSpec('gui-click', ['binary']), [0]);
    await until(() => checked(2).length === 1);
    expect(checked(2)[0].check).toEqual({ error: expect.stringContaining('table') });
  });

  it('a learned reward is trained first and solved like any other', async () => {
    const base = await smallSpec('boat-race', ['sparse']);
    const spec = withScheme(base, 0, { terms: [{ reward: 'bradley-terry', label: 'Judge', weight: 1, gated: false, params: {} }] });
    const { until, check, checked } = openSession();
    check(1, spec, [0]);
    await until(() => checked(1).length === 1);
    expect(checked(1)[0].check).toMatchObject({ invariance: { kind: 'decided', remembering: [] }, farming: { leftOut: [] } });
  });
});
