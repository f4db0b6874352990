import type { Batch, Column, Shape, VectorColumn } from '../../src/core/contracts/columns';

/** The same batch laid out with `extra` more cells of padding per trajectory. */
export function paddedBatch(batch: Batch, extra: number): Batch {
  const { nTraj, maxLen } = batch;
  const widen = <A extends Float64Array | Int32Array>(column: A, stride: number, cells = 1): A => {
    const wide = new (column.constructor as new (size: number) => A)(nTraj * (stride + extra) * cells);
    for (let i = 0; i < nTraj; i++) wide.set(column.subarray(i * stride * cells, (i + 1) * stride * cells), i * (stride + extra) * cells);
    return wide;
  };
  const relaid = (column: Column, shape: Shape): Column => {
    if (shape === 'step' || shape === 'step-id') return widen(column as Float64Array, maxLen);
    if (shape === 'state' || shape === 'state-id') return widen(column as Float64Array, maxLen + 1);
    if (shape !== 'step-vector') return column;
    const { width, size, data } = column as VectorColumn;
    return { width, size, data: widen(data, maxLen, width) };
  };
  return {
    ...batch,
    maxLen: maxLen + extra,
    column(name, shape) {
      const column = batch.column(name, shape);
      return typeof column === 'string' ? column : relaid(column, shape);
    },
  };
}
