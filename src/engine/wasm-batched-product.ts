import { type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm';
import { batchMatMulConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/BatchMatMul';

/**
 * Multiply–adds of one member from which its own product pays: the package multiplies several
 * matrices in a plain loop, about 12 times slower than one, whose start costs as much as this.
 */
const OWN_PRODUCT = 4_000;

/** Ids of views into tensors, which the package never reaches: it counts up from 1. */
const [VIEW_A, VIEW_B, VIEW_OUT] = [0xfffffff0, 0xfffffff1, 0xfffffff2];

/** Three 32-bit extents each of a and b. */
const SHAPE_BYTES = 12;

type Product = (a: number, aShape: number, aRank: number, b: number, bShape: number, bRank: number, transposeA: number, transposeB: number, out: number) => void;

/** What the types of the package leave out of its module. */
interface Heap {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  cwrap(name: string, returns: null, takes: readonly string[]): unknown;
}

let product: Product;
let shapes: number;

/**
 * Batched matrix products in WASM, [n × I × K]·[n × K × J], either n may be 1: members of some size
 * are multiplied one after the other in place, each by the product for single matrices, on views
 * into the tensors. So a population costs what its members cost, without copies and with one call
 * of the layer's other kernels. Everything else goes to the package's own kernel.
 */
export const batchedProductConfig: KernelConfig = {
  ...batchMatMulConfig,
  setupFunc(backend) {
    batchMatMulConfig.setupFunc!(backend);
    const heap = heapOf(backend as BackendWasm);
    // Numbers alone: the function itself, without a conversion for each call.
    product = heap.cwrap('BatchMatMul', null, Array<string>(9).fill('number')) as Product;
    shapes = heap._malloc(2 * SHAPE_BYTES);
  },
  kernelFunc(call) {
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
    const [n, I, K] = [Math.max(a.shape[0], b.shape[0]), a.shape[1], a.shape[2]];
    const J = b.shape[2];
    const isOwn = a.shape.length === 3 && b.shape.length === 3 && n > 1 && !transposeA && !transposeB && I * K * J >= OWN_PRODUCT;
    return isOwn ? multiplyEach(call.backend as BackendWasm, a, b, n) : batchMatMulConfig.kernelFunc(call);
  },
};

function heapOf({ wasm }: BackendWasm): Heap {
  return wasm as unknown as Heap;
}

function multiplyEach(backend: BackendWasm, a: TensorInfo, b: TensorInfo, n: number): TensorInfo {
  const [aMembers, I, K] = a.shape;
  const [bMembers, , J] = b.shape;
  const out = backend.makeOutput([n, I, J], 'float32');
  const [fromA, fromB, to] = [a, b, out].map(({ dataId }) => backend.getMemoryOffset(dataId));
  const { tfjs } = backend.wasm;
  new Int32Array(heapOf(backend).HEAPU8.buffer, shapes, 6).set([1, I, K, 1, K, J]);
  for (let m = 0; m < n; m++) {
    tfjs.registerTensor(VIEW_A, I * K, fromA + (aMembers === 1 ? 0 : 4 * m * I * K));
    tfjs.registerTensor(VIEW_B, K * J, fromB + (bMembers === 1 ? 0 : 4 * m * K * J));
    tfjs.registerTensor(VIEW_OUT, I * J, to + 4 * m * I * J);
    product(VIEW_A, shapes, 3, VIEW_B, shapes + SHAPE_BYTES, 3, 0, 0, VIEW_OUT);
    // The packed copy of b goes with its id; the memory stays the tensors' own.
    for (const view of [VIEW_A, VIEW_B, VIEW_OUT]) tfjs.disposeData(view);
  }
  return out;
}
