import type { Experiment } from '../core/experiment/resolve';
import { noPrefix } from '../core/mdp/token-prefix';
import type { Engine, Network, NetworkShape } from '../engine/engine';
import { initialParameters, meanSquaredNorm } from '../engine/initial-parameters';
import { parameterCount } from '../engine/network-shape';
import { initialTransformer, transformerLayout, type TransformerShape } from '../engine/transformer-shape';
import { loadPretrained } from './pretrained';

/** What an experiment's policy is a network of: made on any engine, for all states or for some. */
export interface PolicyNetwork {
  /** Shape of an MLP, by which engines are compared; undefined for a transformer, which reads what is visited. */
  readonly mlp?: (population: number) => NetworkShape;
  readonly parameterCount: number;
  /** A network of `population` members on these states, or on all. */
  create(engine: Engine, population: number, states?: Uint32Array): Promise<Network>;
  /** Parameters that a learner with this seed starts from. */
  initial(seedNumber: number): Float32Array;
  /** [S·A] what is added to the outputs: nothing where the weights were trained before and are the whole policy, else the starting policy. */
  readonly base: Float64Array;
}

/** Numbers from which networks are drawn: policies and critics of a seed start apart. */
const POLICY_SEED = 0;
const CRITIC_SEED = 1;

/**
 * The policy's network, with one more output where a critic shares its trunk. Throws where the policy is no network, where states are no
 * sequences for a transformer, and where pretrained weights do not fit.
 */
export async function policyNetwork(experiment: Experiment): Promise<PolicyNetwork> {
  const { policy, critic } = experiment.spec.training;
  const network = networkOf(experiment, experiment.table.A + (critic?.kind === 'shared' ? 1 : 0), POLICY_SEED);
  if (!('pretrained' in policy) || policy.pretrained === undefined) return network;
  const initial = await loadPretrained(policy.pretrained, network.parameterCount);
  return { ...network, initial, base: new Float64Array(experiment.initialLogits.length) };
}

/** A critic of the policy's own kind: one output, V, which starts at 0. */
export function criticNetwork(experiment: Experiment): PolicyNetwork {
  return networkOf(experiment, 1, CRITIC_SEED);
}

function networkOf(experiment: Experiment, outputs: number, seed: number): PolicyNetwork {
  return experiment.spec.training.policy.kind === 'transformer' ? transformer(experiment, outputs, seed) : mlp(experiment, outputs, seed);
}

function mlp({ table, spec, initialLogits }: Experiment, outputs: number, seed: number): PolicyNetwork {
  const { policy } = spec.training;
  if (policy.kind !== 'mlp') throw new Error(`A policy of the kind "${policy.kind}" is no network.`);
  const { width, data } = table.features;
  const shape = (population: number): NetworkShape => ({ inputs: width, hidden: policy.hidden, outputs, activation: policy.activation, population });
  const inputSquaredNorm = meanSquaredNorm(data, width);
  return {
    mlp: shape,
    parameterCount: parameterCount(shape(1)),
    create(engine, population, states) {
      if (!states) return engine.create(shape(population), data);
      const rows = new Float32Array(states.length * width);
      states.forEach((s, row) => rows.set(data.subarray(s * width, (s + 1) * width), row * width));
      return engine.create(shape(population), rows);
    },
    initial: (seedNumber) => initialParameters(shape(1), seed, { learner: [seedNumber], inputSquaredNorm }),
    base: initialLogits,
  };
}

function transformer({ table, spec, scenario, initialLogits }: Experiment, outputs: number, seed: number): PolicyNetwork {
  const { policy } = spec.training;
  const { prefix, S } = table;
  if (policy.kind !== 'transformer') throw new Error(`A policy of the kind "${policy.kind}" is no transformer.`);
  if (!prefix) throw new Error(noPrefix(scenario.title));
  const { width, layers, heads } = policy;
  const shape = (population: number): TransformerShape => ({ width, layers, heads, outputs, symbols: prefix.symbols, depth: prefix.depth, population });
  const all = Uint32Array.from({ length: S }, (_, s) => s);
  return {
    parameterCount: transformerLayout(shape(1)).size,
    create: (engine, population, states = all) => engine.createTransformer(shape(population), prefix, states),
    initial: (seedNumber) => initialTransformer(shape(1), seed, { learner: [seedNumber] }),
    base: initialLogits,
  };
}
