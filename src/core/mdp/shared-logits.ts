/**
 * States that a policy cannot tell apart share one row of logits (`Table.logitRow`). The derivative of a shared logit is the sum
 * over its states; it stands at the first of them and the others hold 0, so that [S·A] stays the shape of everything.
 */
import type { Table } from '../contracts/scenario';

type SharedLogits = Pick<Table, 'A' | 'logitRow'>;

/** Adds a gradient with respect to every state's own logits, [S·A], up by shared row, in place. Nothing is shared: nothing changes. */
export function poolShared({ A, logitRow }: SharedLogits, gradient: Float64Array): void {
  logitRow?.forEach((first, s) => {
    if (first === s) return;
    for (let a = 0; a < A; a++) {
      gradient[first * A + a] += gradient[s * A + a];
      gradient[s * A + a] = 0;
    }
  });
}

/** Copies the logits of each shared row, [S·A], from its first state to the others, in place. */
export function spreadShared({ A, logitRow }: SharedLogits, logits: Float64Array): void {
  logitRow?.forEach((first, s) => {
    if (first !== s) logits.copyWithin(s * A, first * A, (first + 1) * A);
  });
}
