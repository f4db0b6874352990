import { defineObjective, type Aggregates, type ObjectivePolicy } from '../contracts/objective';
import { penalties } from '../contracts/objective-parameters';
import type { ParameterValues } from '../contracts/parameters';
import { imitationLoss, meanEntropy } from '../math/imitation-loss';
import { addPenalties } from '../math/policy-penalties';

/** What is carried from batch to batch. */
interface Balance {
  /** μ. */
  readonly share: number;
  /** H*, null until the warm-up is over. */
  readonly entropy: number | null;
}

const params = {
  imitation: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.01, symbol: 'μ₀', title: 'Imitation at first', help: 'Share of the update that imitates, before it has moved.' },
  metaRate: { kind: 'number', default: 1, min: 0.01, max: 100, step: 0.01, scale: 'log', symbol: 'η', title: 'Meta rate', help: 'How far the share moves along the slope of the utility.' },
  utility: {
    kind: 'choice',
    default: 'value',
    title: 'Utility',
    options: [
      { value: 'value', title: 'Exact value', help: 'Of the true objective, after the update that is about to be made.' },
      { value: 'batch', title: 'Estimate of the batch', help: 'To first order. Blind where nothing succeeded, and its noise votes for reward.' },
      { value: 'demonstrations', title: 'Likelihood of demonstrations', help: 'To first order. Demonstrations vote for demonstrations.' },
    ],
    help: 'What the share is to raise: the exact value after the update, the batch’s own estimate of it, or the likelihood of demonstrations.',
  },
  entropyRate: { kind: 'number', default: 0.001, min: 0, max: 0.1, step: 0.001, symbol: 'λ', title: 'Entropy rate', help: 'How far the share rises in an iteration for each nat that the policy’s entropy lies below its target.' },
  warmUp: { kind: 'integer', default: 0, min: 0, max: 5000, symbol: 'W', title: 'Warm-up', help: 'Iterations of imitation alone; the entropy after them is the target.' },
  metaEvery: { kind: 'integer', default: 1, min: 1, max: 1000, symbol: 'K', title: 'Meta-gradient every', advanced: true, help: 'Iterations from one meta-gradient to the next.' },
  least: { kind: 'number', default: 0.05, min: 0, max: 1, step: 0.01, title: 'Least imitation', advanced: true, help: 'The share does not fall below this.' },
  most: { kind: 'number', default: 0.95, min: 0, max: 1, step: 0.01, title: 'Most imitation', advanced: true, help: 'The share does not rise above this; where it is below the least, the least holds.' },
  ...penalties,
} as const;

type Values = ParameterValues<typeof params>;

/**
 * Imitation and exploration at a balance that learns: AMFT's controller of the share μ of imitation.
 *
 *     L = (1 − μ) L_RL + μ L_SFT,   L_RL REINFORCE,   L_SFT = −Σ_s,a d*(s, a) log π(a|s)
 *     μ ← clip(μ + η dU(θ′(μ))/dμ + λ (H* − H(π)), μ_min, μ_max),   θ′(μ) = θ − α ∇L
 *     dU/dμ = −α ⟨∇U, ∇L_SFT − ∇L_RL⟩
 *
 * μ moves before the update that uses it; in between K iterations by the entropy alone. H is the mean entropy over the batch's steps and H*
 * that of the first batch after W iterations of imitation alone. d* are the expected steps of a best policy of the true objective.
 *
 * The rule, its order and the bounds are those of AMFT's published code. Ours:
 * - U is the exact value of the true objective at θ′, where the code takes the cross-entropy of held-out demonstrations at θ.
 * - θ are the logits and θ′ one step of SGD on them at the learning rate α: the update itself for a table under SGD, a stand-in elsewhere.
 * - μ climbs U. The code adds the derivative of its cross-entropy as it stands, which climbs a loss.
 * - η, λ and no warm-up. The code has η = 1e-4 at α = 1e-6 and λ = 5e-4, so that its entropy term leads unless the product of gradients
 *   exceeds 10⁶, besides μ₀ = 0.8, 50 iterations of warm-up and a meta-gradient every 20.
 */
export default defineObjective({
  id: 'imitation-meta',
  title: 'Learned imitation share',
  summary: 'Mixes learning from reward with imitating a best policy; a meta-gradient moves the balance to where the next update gains most.',
  formula: String.raw`L = (1-\mu)\,L_{\mathrm{RL}} + \mu\,L_{\mathrm{SFT}},\quad \mu \leftarrow \mu + \eta\,\frac{dU(\theta'(\mu))}{d\mu} + \lambda\,(H^* - H)`,
  provenance: 'own',
  cite: [
    { title: 'AMFT: Aligning LLM Reasoners by Meta-Learning the Optimal Imitation-Exploration Balance (its authors asked for its withdrawal with version 3)', source: 'arXiv:2508.06944' },
    { title: 'Its published code: the controller of the balance', source: 'TSYJ-He/AMFT@b4b92a6:src/controller/adaptive_weight_controller.py' },
  ],
  useWhen: 'There are demonstrations, and the question is whether following them or the reward helps more right now. The rule is AMFT’s; the utility, its sign and the rates are ours: the published code adds the derivative of a validation loss, which climbs it, and its rates scale the meta-gradient by 10⁻¹⁰.',
  breaksWhen: 'The utility is judged on what one of the halves already sees: demonstrations vote for demonstrations, and the noise of a batch for the reward that made it. A single step is looked ahead, so what pays later is not seen.',
  params,
  reads: ['demonstration', 'lookAhead'],
  carry(aggregates, policy, values, before): Balance {
    const { share, entropy } = (before as Balance | undefined) ?? { share: values.imitation, entropy: null };
    const since = policy.iteration - values.warmUp;
    if (since < 0) return { share, entropy };
    const now = meanEntropy(aggregates, policy);
    const target = entropy ?? now;
    const slope = since % values.metaEvery === 0 ? utilitySlope(aggregates, policy, values, share) : 0;
    const moved = share + values.metaRate * slope + values.entropyRate * (target - now);
    return { share: Math.max(values.least, Math.min(values.most, moved)), entropy: target };
  },
  imitationShare,
  gradient(aggregates, policy, values, out) {
    return imitationLoss(aggregates, policy, imitationShare(policy, values), out) + addPenalties(aggregates, policy, values, out);
  },
});

/** μ of an update: 1 while warming up. */
function imitationShare({ iteration, carried }: Pick<ObjectivePolicy, 'iteration' | 'carried'>, { warmUp, imitation }: Values): number {
  return iteration < warmUp ? 1 : ((carried as Balance | undefined)?.share ?? imitation);
}

/** dU/dμ at a share μ. */
function utilitySlope(aggregates: Aggregates, policy: ObjectivePolicy, values: Values, share: number): number {
  const { lookAhead } = policy;
  if (!lookAhead) throw new Error('A learned balance looks one update ahead, and was not handed how.');
  const gradientAt = (x: number) => {
    const gradient = new Float64Array(policy.logits.length);
    imitationLoss(aggregates, policy, x, gradient);
    return gradient;
  };
  const reward = gradientAt(0);
  const imitation = gradientAt(1);
  const change = imitation.map((x, k) => x - reward[k]);
  if (values.utility !== 'value') return lookAhead.linear((values.utility === 'batch' ? reward : imitation).map((x) => -x), change);
  const descent = gradientAt(share);
  addPenalties(aggregates, policy, values, descent);
  return lookAhead.value(descent, change);
}
