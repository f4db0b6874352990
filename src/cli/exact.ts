import type { Table } from '../core/contracts/scenario';
import { evaluatePolicy, startValue } from '../core/mdp/exact';
import { expectedTotal, occupancy } from '../core/mdp/occupancy';
import { evaluateStationary, optimalPolicy, optimalStationary, stationaryOccupancy } from '../core/mdp/optimal';
import { softmaxPolicy } from '../core/mdp/policy';
import { UsageError } from './arguments';

export interface ExactOptions {
  /** Discount; 1 with a horizon and 0.99 without one when missing. */
  readonly gamma?: number;
  /** Steps; without it values are discounted and time never runs out. */
  readonly horizon?: number;
}

/** Logits of the policy to evaluate from a parsed file: `{logits: [S·A row-major]}`. Throws `UsageError`. */
export function policyLogits(value: unknown, { S, A }: Table): Float64Array {
  const logits = (value as { logits?: unknown } | null)?.logits;
  if (!Array.isArray(logits)) throw new UsageError('--policy: expected a file that holds {"logits": [...]}.');
  if (logits.length !== S * A) throw new UsageError(`--policy: logits has ${logits.length} numbers; ${S} states × ${A} actions need ${S * A}.`);
  const bad = logits.findIndex((x) => typeof x !== 'number' || !Number.isFinite(x));
  if (bad >= 0) throw new UsageError(`--policy: logits[${bad}] is not a finite number.`);
  return Float64Array.from(logits as number[]);
}

/**
 * `lab exact SCENARIO`: the optimum and one policy on the true objective, both exact.
 *
 * With a horizon: finite, undiscounted unless γ is given, V and Q at time 0. Without one: discounted
 * values with no end of time. `success` is the expected `success` metric within the horizon (the scenario's own
 * when none is given), or the undiscounted objective where a scenario has no such metric; `occupancy` is Σ_t γᵗ P(s_t = s, still running).
 */
export function exactValues(table: Table, logits: Float64Array, options: ExactOptions): unknown {
  const { S, A, truth } = table;
  const reward = table.metrics[truth];
  const { probability } = softmaxPolicy(logits, S, A);
  const within = options.horizon ?? table.horizon;
  const success = expectedTotal(table, probability, occupancy(table, probability, { horizon: within }).visits, table.metrics['success'] ?? reward);
  const first = (values: Float64Array, size: number) => [...values.subarray(0, size)];
  if (options.horizon !== undefined) {
    const { gamma = 1, horizon } = options;
    const best = optimalPolicy(table, reward, { gamma, horizon });
    const own = evaluatePolicy(table, probability, reward, { gamma, horizon });
    return {
      S,
      A,
      horizon,
      gamma,
      objective: truth,
      optimal: { J: startValue(table, best.value), V: first(best.value, S), Q: first(best.actionValue, S * A) },
      policy: {
        J: startValue(table, own.value),
        V: first(own.value, S),
        Q: first(own.actionValue, S * A),
        A: first(own.advantage, S * A),
        success,
        occupancy: [...occupancy(table, probability, { gamma, horizon }).visits],
      },
    };
  }
  const { gamma = 0.99 } = options;
  if (gamma >= 1) throw new UsageError('--gamma: without --horizon the discount must be below 1.');
  const best = optimalStationary(table, reward, gamma);
  const own = evaluateStationary(table, probability, reward, gamma);
  return {
    S,
    A,
    horizon: null,
    gamma,
    objective: truth,
    optimal: { J: startValue(table, best.value), V: [...best.value], Q: [...best.actionValue] },
    policy: {
      J: startValue(table, own.value),
      V: [...own.value],
      Q: [...own.actionValue],
      A: [...own.actionValue].map((q, sa) => (table.absorbing[Math.floor(sa / A)] ? 0 : q - own.value[Math.floor(sa / A)])),
      success,
      occupancy: [...stationaryOccupancy(table, probability, gamma)],
    },
  };
}
