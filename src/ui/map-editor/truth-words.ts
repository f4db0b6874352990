/** A value of the true objective in a few characters: a share as a percentage, small ones with the digits that tell them from zero. */
export function chance(value: number, unit: 'share' | 'count' | 'number' | undefined): string {
  if (unit !== 'share') return value.toFixed(2).replace('-', '−');
  const percent = 100 * value;
  if (percent === 0 || percent >= 99.95) return `${percent.toFixed(0)}%`;
  if (percent >= 0.1) return `${percent.toFixed(1)}%`;
  return percent >= 1e-6 ? `${percent.toPrecision(2).replace(/e-(\d+)/, ' · 10^−$1')}%` : `${percent.toExponential(1).replace(/e-(\d+)/, ' · 10^−$1')}%`;
}
