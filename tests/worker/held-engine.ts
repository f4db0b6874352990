import { EngineLostError, EngineUnavailableError, type Engine, type EngineName, type Network } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/open-engine';
import type { StepNumbers } from '../../src/engine/optimiser';

/** What the devices of a run did together. */
export interface DeviceCounts {
  forwards: number;
  settles: number;
  opened: EngineName[];
}

/**
 * Opens engines of which "webgpu" keeps parameters to itself and is lost before its n-th forward, the first device before the first of `lost`.
 * `spoil` says which member's parameters stop being numbers, at a learner's so manieth step.
 */
export function openHolding(lost: readonly number[] = [], counts: DeviceCounts = { forwards: 0, settles: 0, opened: [] }, spoil?: { readonly member: number; readonly step: number }) {
  let devices = 0;
  return async (name: EngineName): Promise<Engine> => {
    counts.opened.push(name);
    if (name === 'wasm') throw new EngineUnavailableError('wasm', 'WebAssembly is blocked here.');
    const inner = await openEngine('ts');
    if (name === 'ts') return inner;
    let left = lost[devices++] ?? Infinity;
    const use = () => {
      if (left <= 0) throw new EngineLostError(name, 'destroyed');
    };
    return {
      ...inner,
      name,
      descends: true,
      async create(shape, features) {
        const network = await inner.create(shape, features);
        return new HoldingNetwork(network, {
          forward: () => {
            use();
            left -= 1;
            use();
            counts.forwards += 1;
          },
          read: () => {
            use();
            counts.settles += 1;
          },
        }, spoil);
      },
    };
  };
}

/** A TypeScript network behind the interface of a device: steps in f32, nothing known outside until it is read. */
class HoldingNetwork implements Network {
  readonly shape: Network['shape'];
  readonly rows: number;
  readonly parameterCount: number;
  readonly descent: NonNullable<Network['descent']>;
  #flat = new Float32Array(0);
  #first = new Float32Array(0);
  #second = new Float32Array(0);
  /** Submitted and not waited for. */
  #pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly inner: Network,
    private readonly on: { forward(): void; read(): void },
    private readonly spoil?: { readonly member: number; readonly step: number },
  ) {
    const { shape, rows, parameterCount } = inner;
    this.shape = shape;
    this.rows = rows;
    this.parameterCount = parameterCount;
    this.descent = {
      setMoments: (first, second) => {
        this.#first = first.slice();
        this.#second = second.slice();
      },
      descend: (dLogits, steps) => {
        this.#pending = inner.vjp((dLogits as Float32Array).slice()).then((gradient) => steps.forEach((step, member) => this.#step(member, step, gradient)));
      },
      read: async () => {
        await this.#pending;
        on.read();
        return { parameters: this.#flat.slice(), first: this.#first.slice(), second: this.#second.slice() };
      },
    };
  }

  setParameters(flat: Float32Array): void {
    this.#flat = flat.slice();
  }

  async forward(): Promise<Float32Array> {
    await this.#pending;
    this.on.forward();
    this.inner.setParameters(this.#flat);
    return this.inner.forward();
  }

  vjp(): Promise<Float32Array> {
    throw new Error('A device that makes the steps is not asked for gradients.');
  }

  dispose(): void {
    this.inner.dispose();
  }

  #step(member: number, step: StepNumbers, gradient: Float32Array): void {
    const P = this.parameterCount;
    const power = step.kind === 'adam' && Math.round(Math.log(1 - 1 / step.scale) / Math.log(step.beta2));
    if (this.shape.population === 4 && member === this.spoil?.member && power === this.spoil.step) this.#flat.fill(NaN, member * P, (member + 1) * P);
    for (let k = member * P; k < (member + 1) * P; k++) {
      if (step.kind === 'sgd') {
        this.#flat[k] -= step.rate * gradient[k];
        continue;
      }
      this.#first[k] = step.beta1 * this.#first[k] + (1 - step.beta1) * gradient[k];
      this.#second[k] = step.beta2 * this.#second[k] + (1 - step.beta2) * gradient[k] ** 2;
      this.#flat[k] = step.keep * this.#flat[k] - (step.rate * this.#first[k]) / (Math.sqrt(this.#second[k] * step.scale) + step.epsilon);
    }
  }
}
