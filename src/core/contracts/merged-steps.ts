/**
 * Steps that an estimator treats as one: what its picture beside an explanation shows. A tree, drawn from the root:
 * beginnings of a group that are alike, states that several attempts visit, candidates for one step.
 */

export interface StepOf {
  readonly trajectory: number;
  readonly step: number;
}

export interface MergedNode {
  /** Number of the node above, −1 at the root; parents come before children. */
  readonly parent: number;
  /** What leads here, in a word or two; the page may put the action's own name in its place. */
  readonly name: string;
  readonly kind: 'root' | 'action' | 'state' | 'visit' | 'candidate' | 'end';
  /** What the node is worth to the estimator; null where it has no number. */
  readonly value: number | null;
  /** Attempts, or visits, that share the node. */
  readonly count: number;
  /** True on the way of the step that is explained. */
  readonly isOwn: boolean;
  /** A step that stands for the node; null where none leads to it. */
  readonly at: StepOf | null;
}

export interface MergedSteps {
  /** "Beginnings of this group". */
  readonly title: string;
  /** What the number in a node is, as a clause: "mean return of those who share the beginning". */
  readonly values: string;
  /** What `count` counts: "attempt", "visit". */
  readonly unit: string;
  readonly nodes: readonly MergedNode[];
  /** The node that the explained step leads to. */
  readonly selected: number;
}
