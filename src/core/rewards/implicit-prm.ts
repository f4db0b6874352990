import type { Frame } from '../contracts/columns';
import { chain, explained, rewardLine, unpaid } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payEveryStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';

type Read = Frame & { stepEnds: readonly unknown[]; signals: Readonly<Record<string, Float64Array>> };
interface Params {
  readonly rm: string;
  readonly ref: string;
  readonly granularity: 'token' | 'step' | 'whole';
}

/** First and last token of what is paid at token t, or null where nothing is. */
function segment(columns: Read, granularity: Params['granularity'], i: number, t: number): readonly [number, number] | null {
  if (granularity === 'token') return [t, t];
  if (granularity === 'whole') return t === columns.length[i] - 1 ? [0, t] : null;
  const ends = asNumbers(columns.stepEnds[i], fieldOf('stepEnds', i));
  const at = ends.lastIndexOf(t);
  return at < 0 ? null : [at === 0 ? 0 : ends[at - 1] + 1, t];
}

const ratios = (columns: Read, { rm, ref }: Params, i: number): Float64Array => {
  const reference = stepsOf(columns.signals[ref], columns, i);
  return stepsOf(columns.signals[rm], columns, i).map((x, t) => x - reference[t]);
};

/** r = β Σ (log π_rm − log π_ref) over a token, a step's tokens (paid at its end), or the whole answer. */
export default defineReward({
  id: 'implicit-prm',
  title: 'Implicit process reward',
  summary: 'Reads step rewards off a model trained on outcomes alone: its log-ratio to a reference.',
  formula: String.raw`r = \beta \sum_{j \in \text{segment}} \log \frac{\pi_{\mathrm{rm}}(y_j)}{\pi_{\mathrm{ref}}(y_j)}`,
  provenance: 'read',
  cite: [{ title: 'Free Process Rewards without Process Labels', source: 'arXiv:2412.01981' }],
  useWhen: 'There are outcome labels but no step labels.',
  breaksWhen: 'Answers are long: the log-ratio drifts with length, and what drifts gets optimised.',
  category: 'process',
  params: {
    beta: positive(0.05, 'β', 'Scale of the log-ratios.'),
    granularity: {
      kind: 'choice',
      default: 'token',
      help: 'Over what the ratios are added up.',
      options: [
        { value: 'token', title: 'each token' },
        { value: 'step', title: 'each step', help: 'Paid at the step’s last token.' },
        { value: 'whole', title: 'the whole answer', help: 'Paid at the last token.' },
      ],
    },
    rm: signal('logpRm', 'Log-probability of each token under the reward model.'),
    ref: signal('logpRef', 'Log-probability of each token under the reference.'),
  },
  needs: { stepEnds: 'json' },
  reads: ({ granularity }) => (granularity === 'step' ? ['stepEnds'] : []),
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Log-ratios 1, 2, −4 in steps that end at tokens 1 and 2.',
      input: { trajectories: [{ group: 0, length: 3, signals: { logpRm: [-1, -1, -5], logpRef: [-2, -3, -1] }, outcome: 1, extra: { stepEnds: [1, 2] } }] },
      params: { beta: 0.5, granularity: 'step' },
      expect: [[0, 1.5, -2]],
    },
    {
      why: 'As a whole they add up to −1.',
      input: { trajectories: [{ group: 0, length: 3, signals: { logpRm: [-1, -1, -5], logpRef: [-2, -3, -1] }, outcome: 1, extra: {} }] },
      params: { beta: 0.5, granularity: 'whole' },
      expect: [[0, 0, -0.5]],
    },
  ],
  price(columns, params, { buffer }) {
    let q = new Float64Array();
    const reward = payEveryStep(columns, buffer, (i, t) => {
      if (t === 0) q = ratios(columns, params, i) as typeof q;
      const range = segment(columns, params.granularity, i, t);
      if (!range) return 0;
      let sum = 0;
      for (let j = range[0]; j <= range[1]; j++) sum += q[j];
      return params.beta * sum;
    });
    return { reward };
  },
  explain(columns, params, { reward }, i, t) {
    const range = segment(columns, params.granularity, i, t);
    if (!range) return unpaid('Paid at the end of a segment.');
    const q = ratios(columns, params, i).subarray(range[0], range[1] + 1);
    return explained([rewardLine('β Σ (log π_rm − log π_ref)', `${printed(params.beta)} × (${chain(q)})`, reward[i * columns.maxLen + t])]);
  },
});
