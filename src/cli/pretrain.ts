/**
 * `node src/tools/pretrain.mjs [mlp|transformer]`: makes static/pretrained/token-mlp.json or token-transformer.json anew. Ten MLPs or five
 * transformers, one a seed, learn the warm base of the token scenario: 600 Adam steps (rate 0.003, the last 200 at 0.001), each on 64 responses of the base to any of the 24 prompts,
 * down the cross-entropy to the base's exact chances of the next token.
 */
import { writeFileSync } from 'node:fs';
import { allPlugins } from '../core/all-plugins';
import type { TableScenario } from '../core/contracts/scenario';
import { occupancy, expectedMetrics } from '../core/mdp/occupancy';
import { softmaxPolicy } from '../core/mdp/policy';
import { rollout } from '../core/mdp/rollout';
import type { Network } from '../engine/engine';
import { initialParameters, meanSquaredNorm } from '../engine/initial-parameters';
import { parameterCount } from '../engine/network-shape';
import { createOptimiser } from '../engine/optimiser';
import { initialTransformer, transformerLayout } from '../engine/transformer-shape';
import { createTsEngine } from '../engine/ts-engine';
import type { PretrainedFile } from '../worker/pretrained';

const STEPS = 600;
const RESPONSES = 64;
const RATES = [{ until: 400, learningRate: 3e-3 }, { until: STEPS, learningRate: 1e-3 }];
/** Keeps these responses apart from those of training. */
const SEED = 3;

const token = allPlugins().get('scenario', 'token') as TableScenario;
const trained = token.table({ base: 'warm' } as never);
const starts = [...trained.start.state, ...trained.heldOut!.state];
const table = { ...trained, starts: 'random' as const, start: { state: Uint32Array.from(starts), probability: Float64Array.from(starts, () => 1 / starts.length) } };
const { S, A } = table;
const { width, data } = table.features;
const base = softmaxPolicy(token.initialLogits!({ base: 'warm' } as never), S, A);
const engine = createTsEngine();

/** A kind of network that can be pretrained: how many, from what, and how it is made on some states. */
interface Kind {
  readonly networks: number;
  readonly words: string;
  readonly parameters: number;
  readonly initial: (learner: number) => Float32Array;
  readonly on: (states: readonly number[]) => Promise<Network>;
}

const mlp = { inputs: width, hidden: [64, 64], outputs: A, activation: 'tanh', population: 1 } as const;
const prefix = table.prefix!;
const transformer = { width: 32, layers: 2, heads: 4, outputs: A, symbols: prefix.symbols, depth: prefix.depth, population: 1 };

const kinds: Readonly<Record<string, Kind>> = {
  mlp: {
    networks: 10,
    words: 'Networks 72-64-64-5',
    parameters: parameterCount(mlp),
    initial: (learner) => initialParameters(mlp, 0, { learner: [learner], inputSquaredNorm: meanSquaredNorm(data, width) }),
    on(states) {
      const rows = new Float32Array(states.length * width);
      states.forEach((s, row) => rows.set(data.subarray(s * width, (s + 1) * width), row * width));
      return engine.create(mlp, rows);
    },
  },
  transformer: {
    networks: 5,
    words: 'Transformers of width 32 with 2 layers and 4 heads',
    parameters: transformerLayout(transformer).size,
    initial: (learner) => initialTransformer(transformer, 0, { learner: [learner] }),
    on: (states) => engine.createTransformer(transformer, prefix, Uint32Array.from(states)),
  },
};
const name = process.argv[2] ?? 'mlp';
const kind = kinds[name];
if (!kind) throw new Error(`There is no kind of network "${name}" to pretrain. Use ${Object.keys(kinds).join(' or ')}.`);

async function evaluate(parameters: Float32Array, states: readonly number[]) {
  const network = await kind.on(states);
  network.setParameters(parameters);
  return { network, out: await network.forward() };
}

async function pretrain(learner: number): Promise<Float32Array> {
  const parameters = kind.initial(learner);
  let optimiser = createOptimiser({ kind: 'adam', learningRate: RATES[0].learningRate }, parameters.length);
  for (let step = 0; step < STEPS; step++) {
    if (step === RATES[0].until) {
      const state = optimiser.save();
      optimiser = createOptimiser({ kind: 'adam', learningRate: RATES[1].learningRate }, parameters.length);
      optimiser.restore(state);
    }
    const { row, maxLen, length } = rollout(table, base.threshold, { nTraj: RESPONSES, groupSize: 1, seed: SEED, learner, iteration: step });
    const visits = new Map<number, number>();
    for (let i = 0; i < RESPONSES; i++) {
      for (let t = 0; t < length[i]; t++) {
        const s = table.rowState[row[i * maxLen + t]];
        visits.set(s, (visits.get(s) ?? 0) + 1);
      }
    }
    const states = [...visits.keys()];
    const { network, out } = await evaluate(parameters, states);
    const policy = softmaxPolicy(Float64Array.from(out), states.length, A);
    const dLogits = new Float32Array(out.length);
    states.forEach((s, r) => {
      for (let a = 0; a < A; a++) dLogits[r * A + a] = (visits.get(s)! / RESPONSES) * (policy.probability[r * A + a] - base.probability[s * A + a]);
    });
    optimiser.step(parameters, await network.vjp(dLogits));
  }
  return parameters;
}

const networks: string[] = [];
for (let learner = 0; learner < kind.networks; learner++) {
  const parameters = await pretrain(learner);
  const { out } = await evaluate(parameters, Array.from({ length: S }, (_, s) => s));
  const { probability } = softmaxPolicy(Float64Array.from(out), S, A);
  const { success, heldOut } = expectedMetrics(trained, probability, occupancy(trained, probability).visits);
  process.stderr.write(`network ${learner}: success ${success.toFixed(4)}, held-out prompts ${heldOut.toFixed(4)}\n`);
  networks.push(Buffer.from(parameters.buffer).toString('base64'));
}
const file: PretrainedFile = {
  made: `${kind.words} that learned the warm base of the token scenario; made by node src/tools/pretrain.mjs${name === 'mlp' ? '' : ` ${name}`}.`,
  parameters: kind.parameters,
  networks,
};
writeFileSync(`static/pretrained/token-${name}.json`, `${JSON.stringify(file)}\n`);
