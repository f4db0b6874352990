import { explained, list, rewardLine } from '../contracts/explain-reward';
import { asNumberLists, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { mean } from '../math/statistics';

const rolloutsOf = (columns: { rollouts: readonly unknown[]; length: Int32Array }, i: number) =>
  asNumberLists(columns.rollouts[i], fieldOf('rollouts', i), columns.length[i]);

/** soft: the share of continuations from a step that succeed     hard: 1 if any does */
export default defineReward({
  id: 'math-shepherd',
  title: 'Step labels from continuations',
  summary: 'Scores a step by whether the solution can still be finished from it.',
  formula: String.raw`r_t = \tfrac1N \sum_n y^{(n)}_t \;\Big|\; \max_n y^{(n)}_t`,
  provenance: 'read',
  cite: [{ title: 'Math-Shepherd: Verify and Reinforce LLMs Step-by-step without Human Annotations', source: 'arXiv:2312.08935' }],
  useWhen: 'Nobody labels steps, but continuing from them a few times is cheap.',
  breaksWhen: 'A wrong step is often repaired afterwards: it is then labelled good. Hard labels only get kinder with more continuations.',
  category: 'process',
  params: {
    mode: {
      kind: 'choice',
      default: 'soft',
      help: 'Share of the continuations, or whether any succeeded.',
      options: [
        { value: 'soft', title: 'share' },
        { value: 'hard', title: 'any' },
      ],
    },
  },
  needs: { rollouts: 'json' },
  laws: ['bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'One of four continuations succeeds, then none.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { rollouts: [[0, 1, 0, 0], [0, 0]] } }] },
      params: { mode: 'soft' },
      expect: [[0.25, 0]],
    },
    {
      why: 'As hard labels.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { rollouts: [[0, 1, 0, 0], [0, 0]] } }] },
      params: { mode: 'hard' },
      expect: [[1, 0]],
    },
  ],
  price(columns, { mode }, { buffer }) {
    let rollouts: readonly (readonly number[])[] = [];
    const reward = payEveryStep(columns, buffer, (i, t) => {
      if (t === 0) rollouts = rolloutsOf(columns, i);
      return mode === 'soft' ? mean(rollouts[t]) : rollouts[t].some((y) => y > 0) ? 1 : 0;
    });
    return { reward };
  },
  explain(columns, { mode }, { reward }, i, t) {
    const y = rolloutsOf(columns, i)[t];
    const value = reward[i * columns.maxLen + t];
    if (mode === 'soft') return explained([rewardLine('mean y', y.length === 0 ? '0' : `mean(${list(y)})`, value)]);
    return explained([rewardLine('max y', y.length === 0 ? '0' : `max(${list(y.map((x) => (x > 0 ? 1 : 0)))})`, value)]);
  },
});
