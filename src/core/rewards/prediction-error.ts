import { explained, list, rewardLine, step } from '../contracts/explain-reward';
import { printed, type ExplanationLine } from '../contracts/explanation';
import { asList, asNumberLists, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';
import { mean, variance } from '../math/statistics';

/** Values of every output of an ensemble: column d of the members' predictions. */
function byDimension(members: readonly (readonly number[])[]): number[][] {
  return (members[0] ?? []).map((_, d) => members.map((member) => member[d]));
}

/**
 * Novelty as prediction error, given the vectors.
 *
 *     mse: mean_d (ŷ_d − y_d)²     half-sum: η/2 · Σ_d (ŷ_d − y_d)²     disagreement: mean_d Var_members(ŷ_d)
 */
export default defineReward({
  id: 'prediction-error',
  title: 'Prediction error',
  summary: 'Pays for what a model fails to predict, or for what several models disagree on.',
  formula: String.raw`r_t = \tfrac1D \lVert \hat y_t - y_t \rVert^2 \;\Big|\; \tfrac{\eta}{2} \lVert \hat y_t - y_t \rVert^2 \;\Big|\; \tfrac1D \sum_d \operatorname{Var}_m \hat y^{(m)}_{t,d}`,
  provenance: 'read',
  cite: [
    { title: 'Curiosity-driven Exploration by Self-supervised Prediction', source: 'arXiv:1705.05363' },
    { title: 'Exploration by Random Network Distillation', source: 'arXiv:1810.12894' },
    { title: 'Self-Supervised Exploration via Disagreement', source: 'arXiv:1906.04161' },
  ],
  useWhen: 'The outcome is too rare to find by chance and new places look different from known ones.',
  breaksWhen: 'Something is unpredictable by nature: a screen of noise is new for ever. Disagreement forgets noise that no member can predict; the other two do not.',
  category: 'intrinsic',
  params: {
    mode: {
      kind: 'choice',
      default: 'mse',
      help: 'How the error becomes one number.',
      options: [
        { value: 'mse', title: 'mean square', help: 'Mean squared error, as random network distillation has it.' },
        { value: 'half-sum', title: 'half the sum', help: 'η/2 times the squared distance, as the curiosity module has it.' },
        { value: 'disagreement', title: 'disagreement', help: 'Variance over an ensemble’s predictions, averaged over outputs.' },
      ],
    },
    eta: positive(0.01, 'η', 'Factor of the half sum.'),
    unbiased: { kind: 'boolean', default: true, help: 'Divide the ensemble’s variance by its size minus one.' },
  },
  needs: { predicted: 'step-vector', target: 'step-vector', ensemble: 'json' },
  reads: ({ mode }) => (mode === 'disagreement' ? ['ensemble'] : ['predicted', 'target']),
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Errors of 1 and −3: mean square 5.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { predicted: [[2, -1]], target: [[1, 2]] } }] },
      params: { mode: 'mse' },
      expect: [[5]],
    },
    {
      why: 'The same errors as half the sum with η = 0.2.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { predicted: [[2, -1]], target: [[1, 2]] } }] },
      params: { mode: 'half-sum', eta: 0.2 },
      expect: [[1]],
    },
    {
      why: 'Two members differ by 2 on one output and agree on the other: variance 2 and 0.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { ensemble: [[[1, 5], [3, 5]]] } }] },
      params: { mode: 'disagreement', unbiased: true },
      expect: [[1]],
    },
  ],
  price(columns, { mode, eta, unbiased }, { buffer }) {
    if (mode === 'disagreement') {
      const spread = (i: number, t: number) => {
        const steps = asList(columns.ensemble[i], fieldOf('ensemble', i), columns.length[i]);
        return mean(byDimension(asNumberLists(steps[t], `${fieldOf('ensemble', i)}, step ${t + 1}`)).map((x) => variance(x, unbiased ? 1 : 0)));
      };
      return { reward: payEveryStep(columns, buffer, spread) };
    }
    const { predicted, target } = columns;
    const reward = payEveryStep(columns, buffer, (i, _t, k) => {
      const size = predicted.size[i];
      let sum = 0;
      for (let d = 0; d < size; d++) {
        const error = predicted.data[k * predicted.width + d] - target.data[k * target.width + d];
        sum += error * error;
      }
      return mode === 'mse' ? sum / Math.max(1, size) : (eta / 2) * sum;
    });
    return { reward };
  },
  explain(columns, { mode, eta, unbiased }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    if (mode === 'disagreement') {
      const outputs = byDimension(asNumberLists(asList(columns.ensemble[i], fieldOf('ensemble', i))[t], fieldOf('ensemble', i)));
      const lines: ExplanationLine[] = outputs.map((x, d) => {
        const m = mean(x);
        const squares = x.map((y) => `(${printed(y - m)}) × (${printed(y - m)})`).join(', ');
        return step(`Variance of output ${d + 1}`, `v_${d + 1}`, 'Σ (ŷ − mean)² / n', `sum(${squares}) / ${x.length - (unbiased ? 1 : 0)}`, variance(x, unbiased ? 1 : 0));
      });
      const variances = lines.map((line) => line.value);
      return explained([...lines, rewardLine('mean of v', `mean(${list(variances)})`, reward[k])]);
    }
    const { predicted, target } = columns;
    const errors = Array.from({ length: predicted.size[i] }, (_, d) => predicted.data[k * predicted.width + d] - target.data[k * target.width + d]);
    const squares = errors.map((e) => `(${printed(e)}) × (${printed(e)})`).join(', ');
    return explained([
      mode === 'mse'
        ? rewardLine('mean (ŷ − y)²', `mean(${squares})`, reward[k])
        : rewardLine('η / 2 × Σ (ŷ − y)²', `${printed(eta)} / 2 × sum(${squares})`, reward[k]),
    ]);
  },
});
