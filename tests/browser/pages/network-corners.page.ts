import type { EngineName, Network, NetworkShape } from '../../../src/engine/engine';
import { openEngine } from '../../../src/engine/open-engine';
import type { TransformerShape } from '../../../src/engine/transformer-shape';
import { calmProblem } from '../../engine/reference-network';
import { transformerProblem } from '../../engine/reference-transformer';
import { expose } from './expose';

export interface Computed {
  readonly logits: readonly number[];
  readonly gradient: readonly number[];
}

async function compute(network: Network, parameters: Float32Array, dLogits: Float32Array): Promise<Computed> {
  network.setParameters(parameters);
  const logits = [...(await network.forward())];
  return { logits, gradient: [...(await network.vjp(dLogits))] };
}

/** Logits and gradient of an MLP on an engine of its own. */
async function evaluateMlp(name: EngineName, shape: NetworkShape, rows: number): Promise<Computed> {
  const { features, parameters, dLogits } = calmProblem(shape, rows, 31);
  const engine = await openEngine(name);
  const computed = await compute(await engine.create(shape, features), parameters, dLogits);
  engine.dispose();
  return computed;
}

/** The same of a transformer over a forest of prefixes. */
async function evaluateTransformer(name: EngineName, given: Pick<TransformerShape, 'width' | 'layers' | 'heads'>, states: number): Promise<Computed> {
  const { shape, prefix, parameters, dLogits } = transformerProblem(given, states, 32);
  const engine = await openEngine(name);
  const computed = await compute(await engine.createTransformer(shape, prefix, Uint32Array.from({ length: states }, (_, state) => state)), parameters, dLogits);
  engine.dispose();
  return computed;
}

expose({ evaluateMlp, evaluateTransformer });
