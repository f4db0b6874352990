/** cos(πx) for 0 ≤ x ≤ 1 from additions and multiplications alone, to about 1e-16: the language leaves Math.cos to the browser. */
export function cosPi(x: number): number {
  if (x > 0.5) return -cosPi(1 - x);
  const square = Math.PI * Math.PI * x * x;
  let sum = 0;
  for (let k = 24; k > 0; k -= 2) sum = (-square / (k * (k - 1))) * (1 + sum);
  return 1 + sum;
}
