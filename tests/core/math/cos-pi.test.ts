import { expect, test } from 'vitest';
import { cosPi } from '../../../src/core/math/cos-pi';

test('cos(πx) agrees with the library’s cosine between 0 and 1', () => {
  for (let k = 0; k <= 1000; k++) expect(Math.abs(cosPi(k / 1000) - Math.cos((Math.PI * k) / 1000))).toBeLessThan(6e-16);
});
