/**
 * Moves labels apart: positions at least `gap` from one another and inside [low, high], in the order
 * they came from, each run of crowded labels centred on where its members wanted to be.
 */
export function spreadLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const runs: { members: number[]; centre: number }[] = [];
  const half = (size: number) => ((size - 1) * gap) / 2;
  for (const k of order) {
    runs.push({ members: [k], centre: clamp(wanted[k]!, low, high) });
    for (let last = runs.length - 1; last > 0; last--) {
      const [a, b] = [runs[last - 1]!, runs[last]!];
      if (a.centre + half(a.members.length) + gap <= b.centre - half(b.members.length)) break;
      const members = [...a.members, ...b.members];
      const mean = members.reduce((sum, m) => sum + wanted[m]!, 0) / members.length;
      runs.splice(last - 1, 2, { members, centre: clamp(mean, low + half(members.length), high - half(members.length)) });
    }
  }
  const placed = new Array<number>(wanted.length);
  for (const { members, centre } of runs) members.forEach((m, j) => (placed[m] = centre - half(members.length) + j * gap));
  return placed;
}

function clamp(x: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, x));
}
