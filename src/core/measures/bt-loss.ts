import { asNumbers } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { exp, log, sigmoid } from '../math/elementary';
import { mean } from '../math/statistics';
import { evenSteps } from '../math/even-steps';

/** −ln σ(x) without overflow. */
const surprise = (x: number) => (x > 0 ? log(1 + exp(-x)) : log(1 + exp(x)) - x);

/** −(1 − e) ln σ(d − m) − e ln σ(−(d − m)), d = score of the chosen minus score of the rejected. */
export default defineMeasure({
  id: 'bt-loss',
  title: 'Bradley-Terry loss',
  summary: 'How badly scores explain which of two answers was preferred.',
  formula: String.raw`\ell = -(1 - e) \ln \sigma(d - m) - e \ln \sigma(m - d),\qquad d = f(y^+) - f(y^-)`,
  provenance: 'textbook',
  cite: [
    { title: 'Deep Reinforcement Learning from Human Preferences', source: 'arXiv:1706.03741' },
    { title: 'GRAM (label smoothing)', source: 'arXiv:2506.14175' },
  ],
  useWhen: 'A reward model is fitted to comparisons.',
  breaksWhen: 'Labels are always right and there is no smoothing: the loss falls for ever as the scores grow apart.',
  params: {
    margin: { kind: 'number', default: 0, min: 0, max: 10, step: 0.01, symbol: 'm', help: 'By how much the chosen answer has to win.' },
    labelSmoothing: { kind: 'number', default: 0, min: 0, max: 0.5, step: 0.01, symbol: 'e', help: 'Share of labels that are taken to be wrong.' },
  },
  inputs: { chosen: 'scores of the preferred answers', rejected: 'scores of the others, in the same order' },
  outputs: { perPair: 'loss of each pair', loss: 'their mean', gradChosen: 'derivative of each pair’s loss with respect to the chosen score' },
  examples: [
    {
      why: 'At the margin the chance is one half, whatever the smoothing: ln 2, and the gradient ½ − (1 − ¼).',
      input: { chosen: [2], rejected: [1] },
      params: { margin: 1, labelSmoothing: 0.25 },
      expect: { perPair: [0.693147180559945], loss: 0.693147180559945, gradChosen: [-0.25] },
    },
  ],
  study: {
    title: 'The loss of one pair by how much the chosen answer is ahead; smoothing turns it up again where the model is too sure.',
    x: { title: 'chosen less rejected', values: evenSteps(-4, 6, 41) },
    at: (difference) => ({ input: { chosen: [difference], rejected: [0] }, params: { labelSmoothing: 0.1 } }),
    read: ({ loss, gradChosen }) => ({ loss: loss as number, 'its slope': (gradChosen as number[])[0] }),
  },
  measure(input, { margin, labelSmoothing: e }) {
    const chosen = asNumbers(input['chosen'], 'chosen');
    const rejected = asNumbers(input['rejected'], 'rejected', chosen.length);
    const gaps = chosen.map((score, k) => score - rejected[k] - margin);
    const perPair = gaps.map((x) => (1 - e) * surprise(x) + e * surprise(-x));
    return { perPair, loss: mean(perPair), gradChosen: gaps.map((x) => sigmoid(x) - (1 - e)) };
  },
});
