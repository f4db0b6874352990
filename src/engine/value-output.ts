/**
 * Parameters of a network, made ready for one more output whose weights and bias are 0: the rest computes what it did. The output layer
 * is the last part of the flat layout, [(inputs + 1) × outputs] with the bias as its last row, in an MLP and in a transformer alike.
 */
export function withOneMoreOutput(flat: Float32Array, inputs: number, outputs: number): Float32Array {
  const rows = inputs + 1;
  const head = flat.length - rows * outputs;
  const wider = new Float32Array(flat.length + rows);
  wider.set(flat.subarray(0, head));
  for (let r = 0; r < rows; r++) wider.set(flat.subarray(head + r * outputs, head + (r + 1) * outputs), head + r * (outputs + 1));
  return wider;
}
