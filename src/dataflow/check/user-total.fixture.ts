/** A user's function that adds numbers up, in an accumulator that it changes in place. NULL counts as nothing. */
import { bigintType } from '#data'
import type { UserAggregate } from '../aggregates/user.ts'

interface Total {
  sum: bigint
  count: number
}

function change(accumulator: unknown, value: unknown, sign: 1 | -1): unknown {
  const total = accumulator as Total
  if (value === null) return total
  total.sum += BigInt(value as number | bigint) * BigInt(sign)
  total.count += sign
  return total
}

export const userTotal: UserAggregate = {
  createAccumulator: () => ({ sum: 0n, count: 0 }),
  accumulate: (total, value) => change(total, value, 1),
  retract: (total, value) => change(total, value, -1),
  merge(accumulator, other) {
    const [total, added] = [accumulator as Total, other as Total]
    total.sum += added.sum
    total.count += added.count
    return total
  },
  getValue(accumulator) {
    const { sum, count } = accumulator as Total
    const value = BigInt.asIntN(64, sum)
    if (count === 0) return null
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  },
  savedType: { kind: 'array', element: bigintType, nullable: true },
  save: (accumulator) => [(accumulator as Total).sum, BigInt((accumulator as Total).count)],
  load(saved) {
    const [sum, count] = saved as [number | bigint, number]
    return { sum: BigInt(sum), count: Number(count) }
  },
}
