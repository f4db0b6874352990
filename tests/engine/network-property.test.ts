import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Engine, NetworkShape } from '../../src/engine/engine';
import { parameterCount } from '../../src/engine/network-shape';
import { openEngine } from '../../src/engine/open-engine';
import type { TransformerShape } from '../../src/engine/transformer-shape';
import { calmProblem, memberPart, referenceLogits, relativeDistance, type Problem } from './reference-network';
import { referenceTransformerLogits, transformerDifferences, transformerProblem } from './reference-transformer';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;

async function run(engine: Engine, { shape, features, parameters, dLogits }: Problem) {
  const network = await engine.create(shape, features);
  network.setParameters(parameters);
  const logits = (await network.forward()).slice();
  const gradient = (await network.vjp(dLogits)).slice();
  network.dispose();
  return { logits, gradient };
}

/** Central differences of Σ logits · dLogits along the parameters in `which` of one member; NaN across a kink of ReLU, where there is no derivative. */
function differences(shape: NetworkShape, features: Float32Array, parameters: Float32Array, dLogits: Float32Array, which: readonly number[]): number[] {
  const theta = Float64Array.from(parameters);
  const value = () => referenceLogits(shape, features, theta).reduce((sum, logit, k) => sum + logit * dLogits[k], 0);
  const here = value();
  return which.map((p) => {
    const centre = theta[p];
    theta[p] = centre + 1e-5;
    const up = value();
    theta[p] = centre - 1e-5;
    const down = value();
    theta[p] = centre;
    // Along one parameter a ReLU network is straight between its kinks.
    return shape.activation === 'relu' && Math.abs(up - 2 * here + down) > 1e-10 ? Number.NaN : (up - down) / 2e-5;
  });
}

const spread = (count: number, length: number) => Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * length) / count));

const width = fc.oneof({ arbitrary: fc.integer({ min: 1, max: 20 }), weight: 3 }, { arbitrary: fc.integer({ min: 21, max: 256 }), weight: 1 });
const mlp = fc
  .record({
    inputs: fc.integer({ min: 1, max: 8 }),
    hidden: fc.array(width, { minLength: 1, maxLength: 4 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    activation: fc.constantFrom('tanh', 'relu', 'gelu'),
    population: fc.integer({ min: 1, max: 3 }),
  })
  .filter((shape) => parameterCount(shape) <= 30_000) satisfies fc.Arbitrary<NetworkShape>;

const transformer = fc
  .record({ quarter: fc.integer({ min: 4, max: 16 }), layers: fc.integer({ min: 1, max: 4 }), heads: fc.integer({ min: 2, max: 4 }), outputs: fc.integer({ min: 2, max: 5 }) })
  .map(({ quarter, ...rest }) => ({ width: 4 * quarter, ...rest }))
  .filter(({ width, heads }) => width % heads === 0);

describe('in TypeScript, whatever the shape,', () => {
  test('an MLP of one to four layers, 1 to 256 wide, follows its definition, and its gradient the finite differences', async () => {
    const engine = await openEngine('ts');
    let compared = 0;
    let kinks = 0;
    await fc.assert(
      fc.asyncProperty(mlp, fc.integer({ min: 1, max: 70 }), fc.nat(1000), async (shape, anyRows, seed) => {
        const given = calmProblem(shape, parameterCount(shape) > 2000 ? Math.ceil(anyRows / 8) : anyRows, seed);
        const { logits, gradient } = await run(engine, given);
        for (let member = 0; member < shape.population; member++) {
          const [parameters, dLogits] = [memberPart(given.parameters, shape, member), memberPart(given.dLogits, shape, member)];
          expect(relativeDistance(memberPart(logits, shape, member), referenceLogits(shape, given.features, parameters))).toBeLessThan(1e-6);
          const which = spread(8, parameters.length);
          const own = memberPart(gradient, shape, member);
          const expected = differences(shape, given.features, parameters, dLogits, which);
          const largest = own.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
          which.forEach((p, k) => {
            if (Number.isNaN(expected[k])) kinks++;
            else expect(Math.abs(own[p] - expected[k]), `parameter ${p}`).toBeLessThanOrEqual(2e-6 * largest);
            compared++;
          });
        }
      }),
      { numRuns: 40, seed: 61 },
    );
    expect(kinks).toBeLessThan(0.02 * compared);
  });

  test('a transformer of one to four layers, 16 to 64 wide, with two to four heads, follows its definition, and its gradient the finite differences', async () => {
    const engine = await openEngine('ts');
    await fc.assert(
      fc.asyncProperty(transformer, fc.integer({ min: 2, max: 7 }), fc.nat(1000), async (shape, states, seed) => {
        const given = transformerProblem(shape, states, seed);
        const network = await engine.createTransformer(given.shape, given.prefix, Uint32Array.from({ length: states }, (_, state) => state));
        network.setParameters(given.parameters);
        expect(relativeDistance(await network.forward(), referenceTransformerLogits(given, given.parameters))).toBeLessThan(1e-6);
        const gradient = await network.vjp(given.dLogits);
        const largest = gradient.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        const which = spread(6, gradient.length);
        transformerDifferences(given, which).forEach((x, k) => expect(Math.abs(gradient[which[k]] - x) / largest, `parameter ${which[k]}`).toBeLessThan(2e-6));
      }),
      { numRuns: 10, seed: 62 },
    );
  });
});

describe('at the corners of what can be asked for, WebAssembly agrees with TypeScript to 1e-5:', () => {
  test.each(['tanh', 'relu', 'gelu'] as const)('%s, four layers of 256, a population of two', async (activation) => {
    const given = calmProblem({ inputs: 6, hidden: [256, 256, 256, 256], outputs: 4, activation, population: 2 }, 9, 31);
    const wasm = await openEngine('wasm', { wasmBinaries });
    const [a, b] = [await run(wasm, given), await run(await openEngine('ts'), given)];
    expect(relativeDistance(a.logits, b.logits)).toBeLessThan(1e-5);
    expect(relativeDistance(a.gradient, b.gradient)).toBeLessThan(1e-5);
    expect(await run(wasm, given), 'the same bits on repeat').toEqual(a);
  });

  test('a transformer of width 64, four layers and four heads', async () => {
    const given = transformerProblem({ width: 64, layers: 4, heads: 4 } satisfies Partial<TransformerShape>, 25, 32);
    const results = [];
    for (const engine of [await openEngine('wasm', { wasmBinaries }), await openEngine('ts')]) {
      const network = await engine.createTransformer(given.shape, given.prefix, Uint32Array.from({ length: 25 }, (_, state) => state));
      network.setParameters(given.parameters);
      results.push({ logits: (await network.forward()).slice(), gradient: (await network.vjp(given.dLogits)).slice() });
      network.dispose();
    }
    const [wasm, ts] = results;
    expect(relativeDistance(wasm.logits, ts.logits)).toBeLessThan(1e-5);
    expect(relativeDistance(wasm.gradient, ts.gradient)).toBeLessThan(1e-5);
  });
});
