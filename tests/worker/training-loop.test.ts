import { describe, expect, it } from 'vitest';
import { learnerStream } from '../../src/core/experiment/resolve';
import type { TrainingSpec } from '../../src/core/experiment/spec';
import { TableBatch } from '../../src/core/batch/table-batch';
import { gatherRows } from '../../src/core/batch/gather';
import { evaluatePolicy, startValue } from '../../src/core/mdp/exact';
import { occupancy, policyGradient } from '../../src/core/mdp/occupancy';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { batchFigures } from '../../src/core/diagnostics/batch-figures';
import { directionCosine, updateDirection } from '../../src/core/diagnostics/update-direction';
import { priceBatch } from '../../src/core/scheme/price-batch';
import { METRICS, type Metric, type Snapshot } from '../../src/worker/protocol';
import type { IterationReport } from '../../src/worker/iteration-report';
import { train, Training } from '../../src/worker/training-loop';
import { advance, deps, parametersOf, smallSpec, withScheme } from './small-spec';

const figure = (report: IterationReport, k: number, metric: Metric) => report.metrics[k * METRICS.length + METRICS.indexOf(metric)];

/** What a page makes of a snapshot: the batch again, priced again. */
function reprice(training: Training, snapshot: Snapshot) {
  const { table, spec, schemes, initialLogits } = training.experiment;
  const { trajectories: nTraj, groupSize } = spec.training;
  const policy = softmaxPolicy(snapshot.logits, table.S, table.A);
  const played = rollout(table, policy.threshold, { nTraj, groupSize, ...learnerStream(spec.training, snapshot.seed, snapshot.iteration) });
  const reference = softmaxPolicy(initialLogits, table.S, table.A).logProbability;
  const batch = new TableBatch(table, played, { behaviour: policy.logProbability, reference });
  const priced = priceBatch(batch, schemes[snapshot.scheme]!, {
    iteration: snapshot.iteration,
    rewardState: snapshot.rewardState,
    estimatorState: snapshot.estimatorState,
    value: snapshot.critic,
    columns: snapshot.learned && {
      column: (name) => (name === 'learnedReward' ? gatherRows(played, snapshot.learned!.learnedReward, new Float64Array(played.row.length)) : ''),
    },
  });
  return { table, policy, batch, priced };
}

describe('training', () => {
  it('moves tabular logits by lr · (1/B) ΣΣ Â (onehot − π), and reports what happened', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const training = await Training.start(spec, deps);
    await advance(training, 3);
    const before = training.learners.map((learner) => learner.parameters.slice() as Float64Array);
    const report = (await training.iterate())!;
    for (const k of [0, 2]) {
      const learner = training.learners[k];
      const snapshot: Snapshot = { scheme: learner.schemeNumber, seed: 0, iteration: 3, logits: before[k], critic: null, rewardState: [], estimatorState: undefined, learned: null };
      const { table, policy, batch, priced } = reprice(training, snapshot);
      const direction = updateDirection(priced.advantage, batch, table, policy.probability, new Float64Array(table.S * table.A));
      learner.parameters.forEach((x, j) => expect(x).toBeCloseTo(before[k][j] + spec.training.learningRate * direction[j], 13));

      const exact = evaluatePolicy(table, policy.probability, table.metrics[table.truth]);
      const gradient = policyGradient(table, policy.probability, exact, occupancy(table, policy.probability));
      expect(figure(report, k, 'success')).toBeCloseTo(startValue(table, exact.value), 14);
      const cosine = directionCosine(direction, gradient);
      if (k === 2) expect(figure(report, k, 'cosine')).toBeCloseTo(cosine, 12);
      else expect(Object.is(figure(report, k, 'cosine'), cosine) || Math.abs(figure(report, k, 'cosine') - cosine) < 1e-12).toBe(true);
      expect(figure(report, k, 'proxy')).toBeCloseTo(priced.reward.reduce((a, b) => a + b) / batch.nTraj, 12);
      expect(figure(report, k, 'length')).toBe(batch.length.reduce((a, b) => a + b) / batch.nTraj);
      let entropy = 0;
      let divergence = 0;
      for (let i = 0; i < batch.nTraj; i++) {
        for (let t = 0; t < batch.length[i]; t++) {
          const s = table.rowState[batch.row[i * batch.maxLen + t]];
          for (let sa = s * table.A; sa < (s + 1) * table.A; sa++) {
            const p = policy.probability[sa];
            entropy -= p * Math.log(p);
            divergence += p * (Math.log(p) - Math.log(1 / table.A));
          }
        }
      }
      const steps = batch.length.reduce((a, b) => a + b);
      expect(figure(report, k, 'entropy')).toBeCloseTo(entropy / steps, 10);
      expect(figure(report, k, 'kl')).toBeCloseTo(divergence / steps, 10);
      const figures = batchFigures(priced.advantage, batch.gatherExact(exact.advantage), batch, batch.group);
      expect(figure(report, k, 'wrongSign')).toBe(figures.wrongSign);
      expect(figure(report, k, 'zeroGroups')).toBe(figures.zeroGroups);
    }
  });

  it('moves the critic by rate · (mean of Â + V over the visits − V), with Â from before the update', async () => {
    const spec = await smallSpec('key-door-gae', ['subgoal']);
    const training = await Training.start(spec, deps);
    await advance(training, 5);
    const snapshot = await training.recall(0, 5);
    const { table, batch, priced } = reprice(training, snapshot);
    await training.iterate();
    const state = batch.column('state', 'state-id') as Int32Array;
    for (let s = 0; s < table.S; s++) {
      const targets: number[] = [];
      for (let i = 0; i < batch.nTraj; i++) {
        for (let t = 0; t < batch.length[i]; t++) {
          if (state[i * (batch.maxLen + 1) + t] === s) targets.push(priced.advantage[i * batch.maxLen + t] + snapshot.critic![s]);
        }
      }
      const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
      const expected = targets.length === 0 ? snapshot.critic![s] : snapshot.critic![s] + 0.3 * (mean - snapshot.critic![s]);
      expect(training.learners[0].critic![s]).toBeCloseTo(expected, 13);
    }
  });

  it('meets the same luck under every scheme, and in every range of seeds', async () => {
    const whole = await Training.start(await smallSpec('boat-race', ['sparse', 'gated', 'sparse'], { seeds: { first: 3, count: 3 } }), deps);
    await advance(whole);
    const all = parametersOf(whole);
    expect(all.slice(6)).toEqual(all.slice(0, 3));
    expect(all[3]).not.toEqual(all[0]);
    const part = await Training.start(await smallSpec('boat-race', ['gated'], { seeds: { first: 5, count: 1 } }), deps);
    await advance(part);
    expect(parametersOf(part)).toEqual([all[5]]);
  });

  it('trains an MLP from the starting policy, the same whether learners run alone or together', async () => {
    const training: Partial<TrainingSpec> = { policy: { kind: 'mlp', hidden: [16], activation: 'tanh' }, optimiser: 'adam', learningRate: 0.02, engine: 'ts' };
    const together = await Training.start(await smallSpec('swe-agent', ['outcome', 'plain'], training), deps);
    const first = (await together.iterate())!;
    const tabular = (await (await Training.start(await smallSpec('swe-agent', ['outcome']), deps)).iterate())!;
    expect(figure(first, 0, 'success')).toBeCloseTo(figure(tabular, 0, 'success'), 12);
    expect(figure(first, 0, 'kl')).toBeCloseTo(0, 12);
    await advance(together);
    const alone = await Training.start(await smallSpec('swe-agent', ['plain'], training), deps);
    await advance(alone);
    expect(parametersOf(alone)).toEqual(parametersOf(together).slice(2));
  });

  it('makes as many updates from a batch as the objective asks for', async () => {
    const after = async (epochs: number, iterations: number) => {
      const objective = { id: 'ppo-clip', params: { epochs, clip: 1 } };
      const training = await Training.start(await smallSpec('boat-race', ['dense'], { objective, iterations, learningRate: 0.1 }), deps);
      await advance(training);
      return size(training);
    };
    const size = (training: Training) => parametersOf(training)[0].reduce((sum, x) => sum + Math.abs(x), 0);
    const reinforce = await Training.start(await smallSpec('boat-race', ['dense'], { iterations: 1, learningRate: 0.1 }), deps);
    await advance(reinforce);
    expect(await after(1, 1)).toBeCloseTo(size(reinforce), 13);
    expect(await after(3, 1)).toBeGreaterThan(2 * (await after(1, 1)));
  });

  it('yields a report per iteration to the end', async () => {
    const spec = await smallSpec('math-steps', ['pure'], { iterations: 5 });
    const iterations: number[] = [];
    for await (const report of train(spec, deps)) iterations.push(report.iteration);
    expect(iterations).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('edits while training', () => {
  it('restart one scheme, which then catches up with the others and equals a fresh run', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const training = await Training.start(spec, deps);
    await advance(training, 12);
    const others = parametersOf(training).slice(0, 2);
    const edited = withScheme(spec, 1, { clip: 0.5 });
    expect(await training.reconfigure(edited, [1])).toBe(true);
    const report = (await training.iterate())!;
    expect([report.iteration, [...report.learners]]).toEqual([0, [2, 3]]);
    expect(parametersOf(training).slice(0, 2)).toEqual(others);
    await advance(training);
    const fresh = await Training.start(edited, deps);
    await advance(fresh);
    expect(parametersOf(training)).toEqual(parametersOf(fresh));
  });

  it('branch: a scheme keeps what it learned and goes on under the edited reward from the named iteration', async () => {
    const spec = await smallSpec('boat-race', ['dense', 'sparse'], { iterations: 40 });
    const training = await Training.start(spec, { ...deps, checkpointInterval: 7 });
    await advance(training, 10);
    const atTen = parametersOf(training);
    await advance(training, 25);
    const cured = { ...withScheme(spec, 0, { terms: spec.schemes[1].terms }), training: { ...spec.training, branches: [{ scheme: 0, iteration: 10 }] } };
    expect(await training.reconfigure(cured, [])).toBe(true);
    expect(training.learners.map((learner) => learner.iteration)).toEqual([10, 10, 25, 25]);
    expect(parametersOf(training).slice(0, 2)).toEqual(atTen.slice(0, 2));
    const before = await training.recall(0, 9);
    await advance(training, 20);
    const later = [...training.learners[0].parameters];
    await advance(training);
    expect([...(await training.recall(0, 20)).logits]).toEqual(later);
    expect([...(await training.recall(0, 9)).logits]).toEqual([...before.logits]);
  });

  it('asks for a new run when learners cannot be kept', async () => {
    const spec = await smallSpec('boat-race', ['sparse']);
    const training = await Training.start(spec, deps);
    expect(await training.reconfigure({ ...spec, training: { ...spec.training, learningRate: 0.1 } }, [])).toBe(false);
    expect(await training.reconfigure({ ...spec, training: { ...spec.training, iterations: 50 } }, [])).toBe(true);
  });
});

describe('a scheme that cannot go on', () => {
  it('stops with its name and the cause, and leaves the others alone', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const huge = { id: 'mc-return', params: {} };
    const terms = [{ ...spec.schemes[1].terms[1], weight: 1e308 }];
    const training = await Training.start(withScheme(spec, 1, { estimator: huge, terms }), deps);
    const failures = [];
    for (;;) {
      const report = await training.iterate();
      if (!report) break;
      failures.push(...report.failures);
    }
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ scheme: 1, code: 'non-finite' });
    expect(failures[0].message).toMatch(/^dense stopped: its advantage \(Monte-Carlo return\) is Infinity in trajectory \d+, step \d+\./);
    expect(training.learners.map((learner) => learner.iteration)).toEqual([30, 30, 0, 0]);
  });

  it('says which parameters diverged and what to turn', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense'], { learningRate: 1e308 });
    const terms = [{ ...spec.schemes[1].terms[1], weight: 100 }];
    const training = await Training.start(withScheme(spec, 1, { terms, estimator: { id: 'mc-return', params: {} } }), deps);
    const messages = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) messages.push(...report.failures.map(({ message }) => message));
    expect(messages[0]).toMatch(/^dense diverged\. The logit of action \d in state \d+ is .*lower the learning rate of 1e\+308/);
  });

  it('is reported before the run when it names a signal that the scenario lacks', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const terms = [{ ...spec.schemes[1].terms[1], params: { signal: 'tests' } }];
    const training = await Training.start(withScheme(spec, 1, { terms }), deps);
    expect(training.failures).toMatchObject([{ scheme: 1, code: 'missing-column' }]);
    expect(training.failures[0].message).toMatch(/"tests"/);
    expect((await training.iterate())!.learners).toEqual(Int32Array.of(0, 1));
  });
});
