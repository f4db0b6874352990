import { expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { stepScoreQuality } from '../../src/core/diagnostics/step-score-quality';
import { loadPreset } from '../../src/core/experiment/presets';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import { sigmoid } from '../../src/core/math/elementary';
import { evaluatePolicy } from '../../src/core/mdp/exact';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { openEngine } from '../../src/engine/open-engine';
import { fitImplicitModel, outcomeLoss } from '../../src/engine/implicit-process-model';
import { collectLabels, fitProcessModel, labelLoss, progressOfRows } from '../../src/engine/process-model';

const plugins = allPlugins();

async function math() {
  const { table, initialLogits } = resolveExperiment((await loadPreset('math-steps'))!.spec, plugins);
  const policy = softmaxPolicy(initialLogits, table.S, table.A);
  const played = rollout(table, policy.threshold, { nTraj: 300, groupSize: 1, seed: 9, learner: 0, iteration: 0 });
  const exact = evaluatePolicy(table, policy.probability, table.metrics[table.truth]);
  const value = new Float64Array(played.row.length);
  for (let i = 0; i < 300; i++) for (let t = 0; t < played.length[i]; t++) value[i * played.maxLen + t] = exact.value[t * table.S + table.rowState[played.row[i * played.maxLen + t]]];
  return { table, policy, played, exact, value };
}

test('labels are means over the visits of a state, or of a state at a time', async () => {
  const { table, played, value } = await math();
  const timed = collectLabels(table, played, [value], true);
  const plain = collectLabels(table, played, [value, value.map((x) => x / 2)], false);
  const visits = played.length.reduce((a, b) => a + b, 0);
  for (const labels of [timed, plain]) expect(labels.count.reduce((a, b) => a + b, 0)).toBe(visits);
  expect(plain.place.length).toBeLessThan(timed.place.length);
  expect(new Set(plain.place).size).toBe(plain.place.length);
  // All visits of a state at a time have one exact value; without the time the mean stands for all.
  const total = (labels: typeof timed) => labels.count.reduce((sum, n, k) => sum + n * labels.label[0][k], 0);
  expect(total(plain)).toBeCloseTo(total(timed), 9);
  plain.label[1].forEach((x, k) => expect(x).toBeCloseTo(plain.label[0][k] / 2, 12));
  expect(() => collectLabels(table, played, [value.map((x) => x + 1)], false)).toThrow('between 0 and 1');
});

test('the cross-entropy has the gradient of finite differences', () => {
  const labels = { count: Float64Array.of(3, 1, 4), label: [Float64Array.of(0.5, 0, 1)] };
  const x = [0.3, -2, 1.5];
  const gradient = new Float64Array(3);
  labelLoss(x, labels, 0, gradient);
  x.forEach((_, k) => {
    const at = (by: number) => labelLoss(x.map((v, j) => (j === k ? v + by : v)), labels, 0, new Float64Array(3));
    expect(gradient[k]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 8);
  });
  const single = labelLoss([0.3], { count: Float64Array.of(1), label: [Float64Array.of(1)] }, 0, new Float64Array(1));
  expect(single).toBeCloseTo(-Math.log(sigmoid(0.3)), 12);
});

test('fitted to exact values, two side by side, each is what it is alone and its scores are the exact ones', async () => {
  const { table, policy, played, exact, value } = await math();
  const engine = await openEngine('ts');
  const other = value.map((x) => 1 - x);
  const both = await fitProcessModel(engine, table, collectLabels(table, played, [value, other], true), { seed: 4, steps: 300, weightDecay: 0 });
  const alone = await fitProcessModel(engine, table, collectLabels(table, played, [other], true), { seed: 4, steps: 300, weightDecay: 0 });
  expect(both.value[1]).toEqual(alone.value[0]);
  expect(both.loss[299]).toBeLessThan(both.loss[0]);
  const { maxLen, length, row } = played;
  const score = new Float64Array(row.length);
  const truth = new Float64Array(row.length);
  for (let i = 0; i < 300; i++) {
    for (let t = 0; t < length[i]; t++) {
      const r = row[i * maxLen + t];
      const at = (time: number, s: number) => both.value[0][time * table.S + s];
      score[i * maxLen + t] = table.metrics[table.truth][r] + (t + 1 < length[i] ? at(t + 1, table.rowNext[r]) : 0) - at(t, table.rowState[r]);
      const next = table.rowDone[r] ? 0 : exact.value[(t + 1) * table.S + table.rowNext[r]];
      truth[i * maxLen + t] = table.metrics[table.truth][r] + next - exact.value[t * table.S + table.rowState[r]];
    }
  }
  const { correlation } = stepScoreQuality(score, truth, played);
  expect(correlation).toBeGreaterThan(0.97);
  expect(policy.probability[0]).toBe(0.25);
  engine.dispose();
});

test('the implicit model’s loss has the gradient of finite differences, through the softmax', async () => {
  const { table, played, policy } = await math();
  const { S, A } = table;
  const logits = Float64Array.from({ length: S * A }, (_, k) => Math.sin(1.3 * k));
  const chosen = Uint32Array.of(3, 8, 20, 21, 22);
  const outcome = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 1 : 0));
  const reference = policy.logProbability;
  const at = (x: Float64Array, gradient: Float64Array) => outcomeLoss(table, played, outcome, chosen, softmaxPolicy(x, S, A).logProbability, reference, 0.7, -1.2, gradient);
  const gradient = new Float64Array(S * A);
  at(logits, gradient);
  const scratch = new Float64Array(S * A);
  for (let k = 0; k < S * A; k++) {
    const moved = (by: number) => at(logits.map((x, j) => (j === k ? x + by : x)), scratch);
    expect(gradient[k]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 8);
  }
  expect(gradient.some((x) => Math.abs(x) > 1e-3)).toBe(true);
});

test('an implicit model scores steps of trajectories that end well above those of others, and repeats itself', async () => {
  const { table, played } = await math();
  const engine = await openEngine('ts');
  const outcome = Float64Array.from({ length: 300 }, (_, i) => (table.rowAction[played.row[i * played.maxLen]] === 0 ? 1 : 0));
  const fit = () => fitImplicitModel(engine, table, new Float64Array(table.S * table.A), played, outcome, { beta: 1, steps: 120, seed: 5 });
  const { score, loss } = await fit();
  // The first action of the start decides: it is scored best there, and the others are scored down.
  expect(score[0]).toBeGreaterThan(0.2);
  for (let a = 1; a < table.A; a++) expect(score[a]).toBeLessThan(0);
  expect(loss[119]).toBeLessThan(0.7 * loss[0]);
  expect((await fit()).score).toEqual(score);
  engine.dispose();
});

test('a row’s score is what it pays and the rise of V̂, which is 0 once the task has ended', async () => {
  const { table } = await math();
  const value = Float64Array.from({ length: table.S }, (_, s) => s / 10);
  const score = progressOfRows(table, value);
  for (let r = 0; r < table.rows; r++) {
    const after = table.rowDone[r] ? table.metrics['success'][r] : value[table.rowNext[r]];
    expect(score[r]).toBeCloseTo(after - value[table.rowState[r]], 12);
  }
});

test('quality: correlation, signs among what is scored, silence, and nothing of padding', () => {
  const frame = { nTraj: 2, maxLen: 3, length: Int32Array.of(3, 2) };
  const exact = Float64Array.of(1, -0.5, 0.001, 0.5, -1, 99);
  const score = Float64Array.of(2, 0, 5, -1, -2, 99);
  const found = stepScoreQuality(score, exact, frame);
  expect(found.steps).toBe(5);
  expect(found.signAgreement).toBeCloseTo(2 / 3, 12);
  expect(found.silent).toBeCloseTo(1 / 4, 12);
  const [mx, my] = [4 / 5, 0.001 / 5];
  const [xs, ys] = [[2, 0, 5, -1, -2], [1, -0.5, 0.001, 0.5, -1]];
  const dot = (a: number[], ma: number, b: number[], mb: number) => a.reduce((sum, v, k) => sum + (v - ma) * (b[k] - mb), 0);
  expect(found.correlation).toBeCloseTo(dot(xs, mx, ys, my) / Math.sqrt(dot(xs, mx, xs, mx) * dot(ys, my, ys, my)), 12);
  expect(stepScoreQuality(new Float64Array(6), exact, frame)).toEqual({ steps: 5, correlation: NaN, signAgreement: NaN, silent: 1 });
});
