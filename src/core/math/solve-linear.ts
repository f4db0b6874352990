/**
 * Solves A x = b by elimination with row exchange, A [n × n] row-major; null where A is singular to working precision.
 * Neither argument is changed.
 */
export function solveLinear(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const n = right.length;
  const A = matrix.slice();
  const x = right.slice();
  const largest = A.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) if (Math.abs(A[row * n + column]) > Math.abs(A[pivot * n + column])) pivot = row;
    if (!(Math.abs(A[pivot * n + column]) > 1e-14 * largest)) return null;
    if (pivot !== column) {
      for (let k = 0; k < n; k++) [A[column * n + k], A[pivot * n + k]] = [A[pivot * n + k], A[column * n + k]];
      [x[column], x[pivot]] = [x[pivot], x[column]];
    }
    for (let row = column + 1; row < n; row++) {
      const factor = A[row * n + column] / A[column * n + column];
      for (let k = column; k < n; k++) A[row * n + k] -= factor * A[column * n + k];
      x[row] -= factor * x[column];
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) x[row] -= A[row * n + k] * x[k];
    x[row] /= A[row * n + row];
  }
  return x;
}
