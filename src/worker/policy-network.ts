import type { Experiment } from '../core/experiment/resolve';
import { noPrefix } from '../core/mdp/token-prefix';
import type { Engine, Network, NetworkShape } from '../engine/engine';
import { initialParameters, meanSquaredNorm } from '../engine/initial-parameters';
import { parameterCount } from '../engine/network-shape';
import { createOptimiser } from '../engine/optimiser';
import { initialTransformer, transformerLayout, type TransformerShape } from '../engine/transformer-shape';
import { withOneMoreOutput } from '../engine/value-output';
import type { Parameterised } from './policy-family';
import { loadPretrained } from './pretrained';

/** What an experiment's policy, or its critic, is a network of: made on any engine, for all states or for some. */
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

/** The networks of a learner, and what it starts from. */
export interface LearnerNetworks {
  readonly policy: PolicyNetwork;
  /** A critic that is a network of its own; null where it is none, or an output of the policy's. */
  readonly critic: PolicyNetwork | null;
  create(seedNumber: number): Parameterised;
}

/**
 * What the learners of an experiment are made of. Throws where the policy is no network, where states are no sequences for a transformer,
 * and where pretrained weights do not fit.
 */
export async function networksOf(experiment: Experiment): Promise<LearnerNetworks> {
  const { critic: kind, optimiser, learningRate } = experiment.spec.training;
  const policy = await policyNetwork(experiment);
  const critic = kind?.kind === 'network' ? { ...networkOf(experiment, kind.mlp, 1, CRITIC_SEED), learningRate: kind.learningRate } : null;
  return {
    policy,
    critic,
    create(seedNumber) {
      const parameters = policy.initial(seedNumber);
      const learner = { parameters, optimiser: createOptimiser({ kind: optimiser, learningRate }, parameters.length) };
      if (!critic) return learner;
      const own = critic.initial(seedNumber);
      return { ...learner, criticNetwork: { parameters: own, optimiser: createOptimiser({ kind: 'adam', learningRate: critic.learningRate }, own.length) } };
    },
  };
}

/** With one more output where a critic shares the trunk; it starts at 0, beside pretrained weights too. */
async function policyNetwork(experiment: Experiment): Promise<PolicyNetwork> {
  const { policy, critic } = experiment.spec.training;
  const { A } = experiment.table;
  const plain = networkOf(experiment, undefined, A, POLICY_SEED);
  const network = critic?.kind === 'shared' ? networkOf(experiment, undefined, A + 1, POLICY_SEED) : plain;
  if (!('pretrained' in policy) || policy.pretrained === undefined) return network;
  const trained = await loadPretrained(policy.pretrained, plain.parameterCount);
  // One more output is a weight for each of its inputs, and a bias.
  const inputs = network.parameterCount - plain.parameterCount - 1;
  const initial = network === plain ? trained : (seedNumber: number) => withOneMoreOutput(trained(seedNumber), inputs, A);
  return { ...network, initial, base: new Float64Array(experiment.initialLogits.length) };
}

/** A network of the given layers over the features of a state, or, where none are given, one like the policy's. */
function networkOf(experiment: Experiment, layers: MlpLayers | undefined, outputs: number, seed: number): PolicyNetwork {
  const { policy } = experiment.spec.training;
  if (layers) return mlp(experiment, layers, outputs, seed);
  if (policy.kind === 'transformer') return transformer(experiment, outputs, seed);
  if (policy.kind === 'mlp') return mlp(experiment, policy, outputs, seed);
  throw new Error(`A policy of the kind "${policy.kind}" is no network.`);
}

type MlpLayers = Pick<NetworkShape, 'hidden' | 'activation'>;

function mlp({ table, initialLogits }: Experiment, { hidden, activation }: MlpLayers, outputs: number, seed: number): PolicyNetwork {
  const { width, data } = table.features;
  const shape = (population: number): NetworkShape => ({ inputs: width, hidden, outputs, activation, population });
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
