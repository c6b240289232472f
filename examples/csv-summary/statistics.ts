/** Grouping and summarising; knows nothing of files or of what the numbers mean. */

export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * A function that gives the quantile for a probability from 0 to 1, interpolating between neighbours as
 * spreadsheets and NumPy do by default. Sorts once, however many quantiles are asked for.
 */
export function quantilesOf(numbers: readonly number[]): (probability: number) => number {
  if (numbers.length === 0) throw new RangeError("nothing has no quantiles");
  const sorted = [...numbers].sort((a, b) => a - b);
  return (probability) => {
    const rank = probability * (sorted.length - 1);
    const below = sorted[Math.floor(rank)]!;
    const above = sorted[Math.ceil(rank)]!;
    return below + (above - below) * (rank - Math.floor(rank));
  };
}

/** The `count` largest by `scoreOf`; items that are equal keep their order. */
export function top<T>(items: Iterable<T>, count: number, scoreOf: (item: T) => number): T[] {
  return [...items].sort((a, b) => scoreOf(b) - scoreOf(a)).slice(0, count);
}
