/** Numbers as charts print them: fixed digits, a true minus sign, tabular. */

/** `+0.83`, `−0.10`, `0.00`; "not a number" where there is none. */
export function signed(x: number, digits = 2): string {
  if (!Number.isFinite(x)) return 'not a number';
  const text = Math.abs(x).toFixed(digits);
  if (Number(text) === 0) return text;
  return (x < 0 ? '−' : '+') + text;
}

/** `0.83`, `−0.10`, `0.00`. */
export function plain(x: number, digits = 2): string {
  return signed(x, digits).replace('+', '');
}

/** `27 %` as charts set it: `27%`; a share that rounds to 0 or 100 without being it says so. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return 'not a number';
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return 'under 1%';
  if (rounded === 100 && share < 1) return 'over 99%';
  return `${rounded < 0 ? '−' : ''}${Math.abs(rounded)}%`;
}

/** `1,024`. */
export function count(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The symmetric range of a panel: `±1.03`; more digits where two would print zero. */
export function rangeLabel(range: number): string {
  if (range === 0) return 'all zero';
  if (!Number.isFinite(range)) return 'not a number';
  return `±${range >= 0.1 ? range.toFixed(2) : range.toPrecision(2)}`;
}

/** Two-digit number of a trajectory, as rows are labelled: 2 → `02`. */
export function rowNumber(trajectory: number): string {
  return String(trajectory + 1).padStart(2, '0');
}
