import { explained, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { exp, log } from '../math/elementary';

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((x) => typeof x === 'string');

/** Geometric mean of the magnitudes with a sign; 0 where any is 0. */
function combined(x: readonly number[], signRule: 'all-nonnegative' | 'product'): number {
  if (x.length === 0 || x.some((r) => r === 0)) return 0;
  const negatives = x.filter((r) => r < 0).length;
  const positive = signRule === 'product' ? negatives % 2 === 0 : negatives === 0;
  const size = exp(x.reduce((sum, r) => sum + log(Math.abs(r)), 0) / x.length);
  return positive ? size : -size;
}

/** r_t = ± (Π_k |x_k|)^{1/n}, positive where no component is negative (paper) or their product is positive (released library). */
export default defineReward({
  id: 'krc',
  title: 'Geometric combination',
  summary: 'Multiplies components, so that none can be traded for another.',
  formula: String.raw`r_t = \operatorname{sgn} \cdot \Big(\prod_k |x_{k,t}|\Big)^{1/n}`,
  provenance: 'read',
  cite: [
    { title: 'Lucy-SKG: Learning to Play Rocket League Efficiently Using Deep Reinforcement Learning', source: 'arXiv:2305.15801' },
    { title: 'Library of its authors', source: 'Enkhai/lucy-utils@1bcfd42:rewards/misc.py' },
  ],
  useWhen: 'Several things must be good together, and a sum would let one make up for the others.',
  breaksWhen: 'One component is often 0: then there is no reward at all, however good the rest.',
  category: 'dense',
  params: {
    components: {
      kind: 'json',
      default: ['first', 'second'],
      help: 'Names of the signals that are combined.',
      check: (value) => (isNames(value) ? null : 'expected a list of signal names.'),
      signals: (value) => (isNames(value) ? value : []),
      suited: (signals) => signals.slice(0, 2),
    },
    signRule: {
      kind: 'choice',
      default: 'all-nonnegative',
      help: 'When the result is positive.',
      options: [
        { value: 'all-nonnegative', title: 'no component negative', help: 'Paper.' },
        { value: 'product', title: 'product positive', help: 'Released library: two negatives make a positive.' },
      ],
    },
  },
  needs: {},
  flavours: {
    paper: { title: 'Paper', params: { signRule: 'all-nonnegative' }, help: 'One negative component makes the result negative.' },
    library: { title: 'Released library', params: { signRule: 'product' }, help: 'Two negative components make the result positive.' },
  },
  laws: ['markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: true,
  examples: [
    {
      why: 'The mean of 2 and 8 is 4; with one negative −4; with two still −4; a zero makes it 0.',
      input: { trajectories: [{ group: 0, length: 4, signals: { a: [2, -2, -2, 0], b: [8, 8, -8, 8] }, outcome: 0, extra: {} }] },
      params: { components: ['a', 'b'] },
      expect: [[4, -4, -4, 0]],
    },
  ],
  price(columns, { components, signRule }, { buffer }) {
    const x = (components as readonly string[]).map((name) => columns.signals[name]);
    return { reward: payEveryStep(columns, buffer, (_i, _t, k) => combined(x.map((column) => column[k]), signRule)) };
  },
  explain(columns, { components }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const names = components as readonly string[];
    const x = names.map((name) => columns.signals[name][k]);
    const value = reward[k];
    if (value === 0) return explained([rewardLine('0', '0', 0)], 'A component is 0, so the product is.');
    const logs = x.map((r) => `log(abs(${printed(r)}))`).join(', ');
    return explained([rewardLine(`± (Π |x|)^{1/${x.length}}`, `${value < 0 ? '−' : ''}exp(mean(${logs}))`, value)], names.map((name, j) => `${name} ${printed(x[j])}`).join(', ') + '.');
  },
});
