/** Functions for examples/user-aggregates.sql. */

interface Weighted {
  total: number
  weight: number
}

/** The mean of prices, each as often as it was paid. Without `retract` it is for rows that only come. */
export const weighted_mean = {
  parameters: ['DOUBLE', 'INT'],
  returns: 'DOUBLE',
  createAccumulator: (): Weighted => ({ total: 0, weight: 0 }),
  accumulate(mean: Weighted, value: number | null, weight: number | null) {
    if (value === null || weight === null) return
    mean.total += value * weight
    mean.weight += weight
  },
  merge(mean: Weighted, other: Weighted) {
    mean.total += other.total
    mean.weight += other.weight
  },
  getValue: ({ total, weight }: Weighted) => (weight === 0 ? null : total / weight),
}

/** The value that is there most often, of several the least. Its accumulator is a value of a SQL type: a MAP of counts. */
export const most_frequent = {
  parameters: ['INT'],
  returns: 'INT',
  accumulator: 'MAP<INT, INT>',
  createAccumulator: () => new Map<number, number>(),
  accumulate: (counts: Map<number, number>, value: number | null) => change(counts, value, 1),
  retract: (counts: Map<number, number>, value: number | null) => change(counts, value, -1),
  getValue(counts: Map<number, number>) {
    const [first] = [...counts].sort(([a, times], [b, others]) => others - times || a - b)
    return first?.[0] ?? null
  },
}

function change(counts: Map<number, number>, value: number | null, by: number): void {
  if (value === null) return
  const count = (counts.get(value) ?? 0) + by
  if (count === 0) counts.delete(value)
  else counts.set(value, count)
}
