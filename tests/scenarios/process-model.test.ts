import { describe, expect, test } from 'vitest';
import { ACCEPTED_SCORES, meanOf, scoreFigures, type ProcessTask } from './process-model';

/** Ten models of each method are in `npm run scenarios`; networks on tokens take seconds each and are only there. */
const quick: readonly (readonly [ProcessTask, number, boolean])[] = [
  ['math', 4, true],
  ['key-door', 3, true],
  ['token', 3, false],
];

describe.each(quick)('%s', (task, models, networks) => {
  test('step scores agree with the exact advantage as far as those of the independent implementation', async () => {
    const found = await scoreFigures(task, models, { ks: [1, 16], networks });
    const judged = Object.entries(ACCEPTED_SCORES[task]).flatMap(([method, { correlation, sign }]) => {
      const quality = found[method];
      if (!quality) return [];
      return [
        ...(correlation?.accept ? [{ figure: `${method} correlation`, mean: meanOf(quality.map((one) => one.correlation)), accept: correlation.accept }] : []),
        ...(sign?.accept ? [{ figure: `${method} sign`, mean: meanOf(quality.map((one) => one.signAgreement)), accept: sign.accept }] : []),
      ];
    });
    expect(judged.length).toBeGreaterThan(0);
    for (const { figure, mean, accept } of judged) {
      expect(mean, figure).toBeGreaterThanOrEqual(accept[0]);
      expect(mean, figure).toBeLessThanOrEqual(accept[1]);
    }
    if (networks) {
      const correlation = (method: string) => meanOf(found[method].map((one) => one.correlation));
      expect(correlation('implicit β=2')).toBeLessThan(correlation('outcome model'));
    }
    // One completion before and one after are mostly 0 − 0, and sixteen still leave many steps without a score.
    const silent = (method: string) => meanOf(found[method].map((one) => one.silent));
    expect(silent('MC k=1 soft')).toBeGreaterThan(task === 'token' ? 0.55 : 0.75);
    expect(silent('MC k=16 soft')).toBeGreaterThan(task === 'token' ? 0.08 : 0.25);
    expect(silent('MC k=16 soft')).toBeLessThan(silent('MC k=1 soft') - 0.25);
  });
});
