/** The network work of an experiment's iteration, by which engines are compared. */
import { learnerStream, type Experiment } from '../core/experiment/resolve';
import { softmaxPolicy } from '../core/mdp/policy';
import { mlpWork, repeatUpdates, someNumbers, type EngineWork } from '../engine/engine-work';
import { networksOf, type PolicyNetwork } from './policy-network';
import { SurvivingEngine } from './surviving-engine';
import { VisitedNetwork } from './visited-network';
import { visit, visitsFew } from './visited-states';

/** Updates of the policies of all learners; null where they are no networks. A critic that is a network of its own comes on top. */
export async function networkWork(experiment: Experiment): Promise<EngineWork | null> {
  const { schemes, training } = experiment.spec;
  const { policy } = training;
  const learners = schemes.length * training.seeds.count;
  if (policy.kind !== 'mlp' && policy.kind !== 'transformer') return null;
  const { policy: network } = await networksOf(experiment);
  if (visitsFew(experiment.table)) return visitedWork(experiment, network, learners);
  return network.mlp ? mlpWork(network.mlp(learners), experiment.table.S) : populationWork(experiment, network, learners);
}

/** A population in every state. */
function populationWork({ table, spec }: Experiment, network: PolicyNetwork, learners: number): EngineWork {
  return {
    key: JSON.stringify([spec.scenario, spec.training.policy, table.S, outputsOf(table, spec.training), learners]),
    population: learners,
    rows: table.S,
    cost: 3 * network.parameterCount * table.S * learners,
    rounds: 1,
    async start(engine) {
      const parameters = new Float32Array(learners * network.parameterCount);
      for (let member = 0; member < learners; member++) parameters.set(network.initial(member), member * network.parameterCount);
      return repeatUpdates(await network.create(engine, learners), parameters);
    },
  };
}

/** One learner after the other: in the states that a batch of the starting policy comes to, step by step, and then backward in all of them. */
function visitedWork({ table, spec, initialLogits }: Experiment, network: PolicyNetwork, learners: number): EngineWork {
  const { trajectories: nTraj, groupSize } = spec.training;
  const { threshold } = softmaxPolicy(initialLogits, table.S, table.A);
  const steps = [...visit(table, threshold, { nTraj, groupSize, ...learnerStream(spec.training, 0, 0) }, false)];
  const all = Uint32Array.from(steps.flatMap((states) => [...states])).sort();
  const outputs = outputsOf(table, spec.training);
  return {
    key: JSON.stringify([spec.scenario, spec.training.policy, outputs, nTraj, groupSize, learners]),
    population: learners,
    rows: all.length,
    cost: 4 * network.parameterCount * all.length,
    rounds: learners,
    async start(engine) {
      const visited = new VisitedNetwork(network, new SurvivingEngine(engine, '', {}));
      const parameters = network.initial(0);
      const dOutputs = someNumbers(all.length * outputs);
      return {
        async round() {
          for (const states of steps) await visited.evaluate(parameters, states, () => {});
          await visited.gradient(parameters, all, dOutputs);
        },
        dispose: () => {},
      };
    },
  };
}

/** A logits, and V where a critic shares the policy's trunk. */
function outputsOf({ A }: Experiment['table'], { critic }: Experiment['spec']['training']): number {
  return A + (critic?.kind === 'shared' ? 1 : 0);
}
