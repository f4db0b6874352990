import { asNumberLists, asNumbers } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { cosPi } from '../math/cos-pi';
import { cosine } from '../math/statistics';
import { evenSteps } from '../math/even-steps';

/** Stop at the first update whose cosine with the proxy's direction is at most sin θ. */
export default defineMeasure({
  id: 'goodhart-early-stopping',
  title: 'Stopping before Goodhart',
  summary: 'Says when to stop following a proxy, so that the true reward cannot have begun to fall.',
  formula: String.raw`\cos_k = \frac{\langle d,\, \eta_{k+1} - \eta_k \rangle}{\lVert d \rVert \lVert \eta_{k+1} - \eta_k \rVert},\qquad k^* = \min\{k : \cos_k \le \sin \theta\}`,
  provenance: 'recalled',
  cite: [{ title: 'Goodhart’s Law in Reinforcement Learning', source: 'arXiv:2310.09144' }],
  useWhen: 'You know a bound on the angle between proxy and truth, and occupancies along training.',
  breaksWhen: 'The bound is loose: it then stops long before there is anything to fear.',
  params: { theta: { kind: 'number', default: 0.3, min: 0, max: 1.5707, step: 0.01, symbol: 'θ', help: 'Largest angle between proxy and true reward, in radians.' } },
  inputs: { proxyProjected: 'direction of the proxy reward, one number per state and action', occupancy: 'occupancies of successive policies, each as long as the direction' },
  outputs: { cosines: 'of each update with the direction', stopAt: 'first update that turns too far, or their number' },
  examples: [
    {
      why: 'The first update goes along the direction, the second across it; sin(π/6) = ½.',
      input: { proxyProjected: [1, 0], occupancy: [[0, 0], [1, 0], [1, 1]] },
      params: { theta: 0.523598775598299 },
      expect: { cosines: [1, 0], stopAt: 1 },
    },
  ],
  study: {
    title: 'An update that turns away from the proxy’s direction: its cosine falls, and below sin θ the rule stops.',
    x: { title: 'angle of the update, radians', values: evenSteps(0, 3.1, 32) },
    at: (angle) => ({ input: { proxyProjected: [1, 0], occupancy: [[0, 0], [cosPi(angle / Math.PI), cosPi(Math.abs(angle / Math.PI - 0.5))]] } }),
    read: ({ cosines, stopAt }) => ({ cosine: (cosines as number[])[0], 'goes on': stopAt as number }),
  },
  measure(input, { theta }) {
    const direction = asNumbers(input['proxyProjected'], 'proxyProjected');
    const occupancy = asNumberLists(input['occupancy'], 'occupancy', undefined, direction.length);
    const cosines = occupancy.slice(1).map((eta, k) => cosine(direction, eta.map((x, j) => x - occupancy[k][j])) ?? 0);
    const least = cosPi(Math.abs(0.5 - theta / Math.PI));
    const stop = cosines.findIndex((value) => value <= least);
    return { cosines, stopAt: stop < 0 ? cosines.length : stop };
  },
});
