import { describe, expect, it } from 'vitest';
import { ProfileMeter, type FrameTiming } from '../../src/state/iteration-profile';
import type { DeviceUse } from '../../src/worker/protocol';

type Frame = FrameTiming;

const frame = (from: number, to: number, forward: number, backward: number, device: DeviceUse | null = null): Frame => ({
  from,
  to,
  iterationMilliseconds: forward + backward,
  stages: { forward, backward } as Frame['stages'],
  device,
});
const device: DeviceUse = { adapter: 'a', isEmulated: false, tensors: 10, bytes: 1000, pool: 2000, readBacks: 8, waited: 4, dispatches: 100, checkDispatches: 3, rollout: null };

describe('where an iteration’s time goes', () => {
  it('is the mean over iterations, and its stages add up to it', () => {
    const meter = new ProfileMeter();
    meter.note(frame(0, 3, 1, 3));
    const seen = meter.note(frame(3, 4, 3, 1));
    expect(seen.milliseconds).toBeCloseTo(4, 12);
    expect(seen.stages.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).toBeCloseTo(4, 12);
    // Three iterations of 1 ms, faded by 4 ms of training, and one of 3 ms.
    const faded = 3 * 0.5 ** (4 / 500);
    expect(seen.stages[0]).toEqual({ stage: 'forward', milliseconds: expect.closeTo((faded * 1 + 3) / (faded + 1), 12) });
  });

  it('forgets what is long past', () => {
    const meter = new ProfileMeter();
    meter.note(frame(0, 10, 100, 0));
    expect(meter.note(frame(10, 2010, 1, 4)).stages[0].milliseconds).toBeCloseTo(1, 3);
  });

  it('begins anew with a run that does', () => {
    const meter = new ProfileMeter();
    meter.note(frame(0, 10, 100, 0));
    expect(meter.note(frame(0, 1, 1, 2)).milliseconds).toBeCloseTo(3, 12);
  });

  it('counts what an iteration asks of the device, from the first frame of an engine on', () => {
    const meter = new ProfileMeter();
    expect(meter.note(frame(0, 4, 1, 1, device)).device).toMatchObject({ tensors: 10, perIteration: null });
    const later = meter.note(frame(4, 9, 1, 1, { ...device, readBacks: 18, waited: 9, dispatches: 195, checkDispatches: 8, tensors: 11 }));
    expect(later.device).toMatchObject({ tensors: 11, perIteration: { readBacks: 2, waited: 1, dispatches: 19, checkDispatches: 1 } });
    expect(meter.note(frame(9, 10, 1, 1, { ...device, adapter: 'b', readBacks: 2 })).device).toMatchObject({ perIteration: null });
    expect(meter.note(frame(10, 11, 1, 1)).device).toBeNull();
  });
});
