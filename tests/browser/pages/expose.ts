type Exposed = Record<string, (...args: never[]) => unknown>;

declare global {
  /** What a test page offers to its test; set once its module has run. */
  var exposed: Exposed | undefined;
}

/** Offers functions of a test page to `call` of the harness. Arguments and results travel as JSON. */
export function expose(functions: Exposed): void {
  globalThis.exposed = functions;
}
