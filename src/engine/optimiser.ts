/** A vector that an optimiser changes in place. */
export type ParameterVector = Float32Array | Float64Array;

export type OptimiserSpec =
  | { readonly kind: 'sgd'; readonly learningRate: number }
  | {
      readonly kind: 'adam';
      readonly learningRate: number;
      /** β₁, decay of the mean of gradients. Default 0.9. */
      readonly beta1?: number;
      /** β₂, decay of the mean of squared gradients. Default 0.999. */
      readonly beta2?: number;
      /** ε, added to the square root. Default 1e-8. */
      readonly epsilon?: number;
      /** λ of the decoupled decay θ ← θ − αλθ. Default 0. */
      readonly weightDecay?: number;
    };

/** Everything a continued run needs to be bit-identical to one that was never interrupted. */
export interface OptimiserState {
  readonly step: number;
  /** β₁^step and β₂^step as running products: `Math.pow` may differ between browsers. */
  readonly power: readonly [number, number];
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** What one step does to a parameter besides the gradient and the moments, bias corrections included. */
export type StepNumbers =
  /** θ ← θ − rate · g */
  | { readonly kind: 'sgd'; readonly rate: number }
  /** m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← keep · θ − rate · m / (√(v · scale) + ε) */
  | {
      readonly kind: 'adam';
      readonly beta1: number;
      readonly beta2: number;
      readonly rate: number;
      readonly scale: number;
      readonly keep: number;
      readonly epsilon: number;
    };

export interface Optimiser {
  readonly size: number;
  /** Changes `parameters` along −gradient of a loss; both [size]. */
  step(parameters: ParameterVector, gradient: ParameterVector): void;
  /** The numbers of the next step, for one that is made elsewhere; changes nothing. */
  nextStep(): StepNumbers;
  /** Counts a step that was made elsewhere: moments stay what they were until `restore` brings those that it led to. */
  countStep(): void;
  /** A copy that later steps leave alone. */
  save(): OptimiserState;
  restore(state: OptimiserState): void;
}

/** An optimiser for one vector of `size` parameters. Learners that restart apart take one each, over subarrays. */
export function createOptimiser(spec: OptimiserSpec, size: number): Optimiser {
  return spec.kind === 'sgd' ? new Sgd(size, spec.learningRate) : new Adam(size, spec);
}

function checkVectors(size: number, parameters: ParameterVector, gradient: ParameterVector): void {
  if (parameters.length === size && gradient.length === size) return;
  throw new RangeError(`This optimiser holds ${size} parameters, not ${parameters.length} with a gradient of ${gradient.length}.`);
}

/** θ ← θ − α g. */
class Sgd implements Optimiser {
  #step = 0;

  constructor(
    readonly size: number,
    readonly learningRate: number,
  ) {}

  step(parameters: ParameterVector, gradient: ParameterVector): void {
    checkVectors(this.size, parameters, gradient);
    for (let i = 0; i < this.size; i++) parameters[i] -= this.learningRate * gradient[i];
    this.countStep();
  }

  nextStep(): StepNumbers {
    return { kind: 'sgd', rate: this.learningRate };
  }

  countStep(): void {
    this.#step += 1;
  }

  save(): OptimiserState {
    return { step: this.#step, power: [1, 1], first: new Float64Array(0), second: new Float64Array(0) };
  }

  restore(state: OptimiserState): void {
    this.#step = state.step;
  }
}

/**
 * Adam with bias correction, and AdamW's decoupled decay where asked for:
 *
 *     m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − α λ θ − α m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * Moments are double, whatever θ is. Source: arXiv:1412.6980, arXiv:1711.05101.
 */
class Adam implements Optimiser {
  #step = 0;
  #power1 = 1;
  #power2 = 1;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #spec: Required<Extract<OptimiserSpec, { kind: 'adam' }>>;

  constructor(
    readonly size: number,
    spec: Extract<OptimiserSpec, { kind: 'adam' }>,
  ) {
    this.#spec = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...spec };
    this.#first = new Float64Array(size);
    this.#second = new Float64Array(size);
  }

  step(parameters: ParameterVector, gradient: ParameterVector): void {
    checkVectors(this.size, parameters, gradient);
    const { beta1, beta2, rate, scale, keep, epsilon } = this.nextStep();
    this.countStep();
    const first = this.#first;
    const second = this.#second;
    for (let i = 0; i < this.size; i++) {
      const g = gradient[i];
      const m = (first[i] = beta1 * first[i] + (1 - beta1) * g);
      const v = (second[i] = beta2 * second[i] + (1 - beta2) * g * g);
      parameters[i] = keep * parameters[i] - (rate * m) / (Math.sqrt(v * scale) + epsilon);
    }
  }

  nextStep(): Extract<StepNumbers, { kind: 'adam' }> {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this.#spec;
    return {
      kind: 'adam',
      beta1,
      beta2,
      rate: learningRate / (1 - this.#power1 * beta1),
      scale: 1 / (1 - this.#power2 * beta2),
      keep: 1 - learningRate * weightDecay,
      epsilon,
    };
  }

  countStep(): void {
    this.#step += 1;
    this.#power1 *= this.#spec.beta1;
    this.#power2 *= this.#spec.beta2;
  }

  save(): OptimiserState {
    return { step: this.#step, power: [this.#power1, this.#power2], first: this.#first.slice(), second: this.#second.slice() };
  }

  restore(state: OptimiserState): void {
    if (state.first.length !== this.size || state.second.length !== this.size) {
      throw new RangeError(`The saved optimiser state has ${state.first.length} entries; this optimiser holds ${this.size}.`);
    }
    this.#step = state.step;
    [this.#power1, this.#power2] = state.power;
    this.#first.set(state.first);
    this.#second.set(state.second);
  }
}
