import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed, type ExplanationLine } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';
import { exp, log } from '../math/elementary';

type Read = Frame & { pred: readonly unknown[]; gt: readonly unknown[]; format: Float64Array };

interface Box {
  readonly centre: readonly [number, number];
  readonly size: readonly [number, number];
}

function boxAt(column: readonly unknown[], name: string, i: number): Box {
  const [x1, y1, x2, y2] = asNumbers(column[i], fieldOf(name, i), 4);
  return { centre: [(x1 + x2) / 2, (y1 + y2) / 2], size: [x2 - x1, y2 - y1] };
}

const rounded = (x: number, round3: boolean) => (round3 ? Math.round(x * 1000) / 1000 : x);

function scores(columns: Read, alpha: number, eps: number, i: number) {
  const pred = boxAt(columns.pred, 'pred', i);
  const gt = boxAt(columns.gt, 'gt', i);
  const d = [pred.centre[0] - gt.centre[0], pred.centre[1] - gt.centre[1]] as const;
  const z = [d[0] / (alpha * gt.size[0]), d[1] / (alpha * gt.size[1])] as const;
  const variances = (size: readonly [number, number]) => [alpha * size[0] * alpha * size[0], alpha * size[1] * alpha * size[1]] as const;
  const [p, g] = [variances(pred.size), variances(gt.size)];
  const S = [(p[0] + g[0]) / 2, (p[1] + g[1]) / 2] as const;
  const ratio = (S[0] * S[1]) / Math.sqrt(p[0] * p[1] * g[0] * g[1] + eps);
  const distance = (d[0] * d[0]) / (S[0] + eps) / 8 + (d[1] * d[1]) / (S[1] + eps) / 8 + 0.5 * log(ratio);
  return { d, z, S, ratio, distance, point: exp(-0.5 * (z[0] * z[0] + z[1] * z[1])), coverage: exp(-distance) };
}

/**
 * A Gaussian around the target instead of hit or miss.
 *
 *     point = exp(−½ Σ (Δ_d / (α g_d))²),  coverage = exp(−B),  B the Bhattacharyya distance of the boxes as Gaussians with σ = α·size
 *
 * ε is added under the root and to the mean covariance. The released code rounds both to three decimals.
 */
export default defineReward({
  id: 'gui-g2',
  title: 'Gaussian click reward',
  summary: 'Pays how near and how well-sized a predicted box is, smoothly.',
  formula: String.raw`r_T = w_p\, e^{-\frac12 \sum_d (\Delta_d / \alpha g_d)^2} + w_c\, e^{-B} + w_f f,\qquad B = \tfrac18 \Delta^\top \Sigma^{-1} \Delta + \tfrac12 \ln \frac{|\Sigma|}{\sqrt{|\Sigma_p| |\Sigma_g|}}`,
  provenance: 'code',
  cite: [{ title: 'GUI-G²: Gaussian Reward Modeling for GUI Grounding', source: 'ZJU-REAL/GUI-G2@5c5c365:src/gui_g2/src/open_r1/gaussian_grpo.py' }],
  useWhen: 'Targets are small and a click is nearly always a miss, so hit or miss teaches nothing.',
  breaksWhen: 'Targets are large: the basin is as wide as they are. Rounding makes plateaus and ties, and a box without area is judged by ε alone.',
  category: 'dense',
  params: {
    alpha: { kind: 'number', default: 0.5, min: 0.05, max: 5, step: 0.05, symbol: 'α', help: 'Width of the Gaussian, as a share of the size.' },
    eps: { kind: 'number', default: 1e-8, min: 0, max: 1, step: 1e-9, scale: 'log', symbol: 'ε', help: 'Keeps boxes without area finite.', advanced: true },
    round3: { kind: 'boolean', default: true, help: 'Round both scores to three decimals, as the released code does.' },
    pointWeight: positive(1, 'w_p', 'Weight of the distance of the centres.'),
    coverageWeight: positive(1, 'w_c', 'Weight of the agreement of the boxes.'),
    formatWeight: positive(0, 'w_f', 'Weight of the format.'),
  },
  needs: { pred: 'json', gt: 'json', format: 'trajectory' },
  outputs: { point: 'trajectory', coverage: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Boxes of equal size 4, centres 4 apart in x and α = ½: the point score is e^{−2} and the distance of the Gaussians 16/32.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { pred: [0, 0, 4, 4], gt: [4, 0, 8, 4], format: 1 } }] },
      params: { alpha: 0.5, eps: 0, round3: false, pointWeight: 1, coverageWeight: 2, formatWeight: 3 },
      expect: [[0, 4.34839660266188]],
    },
  ],
  price(columns, { alpha, eps, round3, pointWeight, coverageWeight, formatWeight }, { buffer }) {
    const point = buffer(columns.nTraj);
    const coverage = buffer(columns.nTraj);
    for (let i = 0; i < columns.nTraj; i++) {
      const found = scores(columns, alpha, eps, i);
      point[i] = rounded(found.point, round3);
      coverage[i] = rounded(found.coverage, round3);
    }
    const reward = payOnLastStep(columns, buffer, (i) => pointWeight * point[i] + coverageWeight * coverage[i] + formatWeight * columns.format[i]);
    return { reward, point, coverage };
  },
  explain: (columns, { alpha, eps, round3, pointWeight, coverageWeight, formatWeight }, { reward, point, coverage }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const { d, z, S, ratio, distance, point: exactPoint, coverage: exactCoverage } = scores(columns, alpha, eps, i);
      const square = (x: number) => `(${printed(x)}) × (${printed(x)})`;
      const rounding: ExplanationLine[] = round3
        ? [step('Rounded', 'p', 'to three decimals', printed(point![i]), point![i]), step('Rounded', 'c', 'to three decimals', printed(coverage![i]), coverage![i])]
        : [];
      return [
        step('Distance of the centres', 'p', 'e^{−½ Σ z²}', `exp(−0.5 × (${square(z[0])} + ${square(z[1])}))`, exactPoint),
        step('Distance of the Gaussians', 'B', '⅛ Δᵀ Σ⁻¹ Δ + ½ ln ratio', `${square(d[0])} / (8 × ${printed(S[0] + eps)}) + ${square(d[1])} / (8 × ${printed(S[1] + eps)}) + 0.5 × log(${printed(ratio)})`, distance),
        step('Agreement of the boxes', 'c', 'e^{−B}', `exp(−(${printed(distance)}))`, exactCoverage),
        ...rounding,
        rewardLine(
          'w_p p + w_c c + w_f f',
          `${printed(pointWeight)} × ${printed(point![i])} + ${printed(coverageWeight)} × ${printed(coverage![i])} + ${printed(formatWeight)} × ${operand(columns.format[i])}`,
          reward[i * columns.maxLen + t],
        ),
      ];
    }),
});
