import { describe, expect, it } from 'vitest';
import { cosineTolerance, diagnosisTables, estimatorNames, measureDiagnosis } from './diagnostics';

/** The rows that tell the estimators apart; all of them are in `npm run scenarios`. */
const names = ['rtg-batch mean', 'GAE(0.95) exact V', 'GAE(0.8) learned V', 'GRPO', 'tree td'];

describe.each(diagnosisTables.map((table) => [table.id, table] as const))('%s', (_, table) => {
  it('has the batch cosines and mean directions of the independent implementation', async () => {
    const figures = await measureDiagnosis(table, names, table.quickBatches);
    names.forEach((name, k) => {
      const [cosine, cosineOfMean] = table.rows[estimatorNames(table).indexOf(name)];
      expect(Math.abs(figures[k].cosine - cosine), `${name}: ${figures[k].cosine}`).toBeLessThanOrEqual(cosineTolerance(table, name));
      expect(Math.abs(figures[k].cosineOfMean - cosineOfMean), `${name}: ${figures[k].cosineOfMean}`).toBeLessThanOrEqual(cosineTolerance(table, name));
    });
  });
});
