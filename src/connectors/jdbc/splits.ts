/** The parts that a table is read in, and where a reader stands among them. */
import type { Options } from '#formats'
import { jdbcErrors } from './errors.ts'

/** A range of the partition column, both ends included; of a table that is read in one part neither is there. */
export interface Split {
  readonly from: string | null
  readonly to: string | null
  /** Rows of it that were read: those up to this key, or so many. Both left out: none. */
  readonly key?: readonly string[]
  readonly rows?: number
}

/** Where a reader stands: the parts it has not read to their ends, the first being read. */
export interface JdbcPosition {
  readonly splits: readonly Split[]
}

export interface Partitions {
  readonly column: string
  readonly count: number
  readonly lower: bigint
  readonly upper: bigint
}

const partitionKeys = ['scan.partition.column', 'scan.partition.num', 'scan.partition.lower-bound', 'scan.partition.upper-bound']

/** What the options say; null where the table is read in one part. */
export function partitionsOf(options: Options, table: string): Partitions | null {
  const given = partitionKeys.filter((key) => options.isGiven(key))
  if (given.length === 0) return null
  const refuse = (key: string, detail: string): never => {
    throw jdbcErrors.CONNECTORS_JDBC_OPTION_MISMATCH({ key, table }, { detail })
  }
  const missing = partitionKeys.find((key) => !options.isGiven(key))
  if (missing !== undefined) refuse(missing, `It is missing beside "${given[0]}": all four options of a partitioned scan are needed.`)
  const [lower, upper] = [options.number('scan.partition.lower-bound') ?? 0, options.number('scan.partition.upper-bound') ?? 0]
  const count = options.number('scan.partition.num') ?? 1
  if (count < 1) refuse('scan.partition.num', `Expected 1 or more, got ${count}.`)
  if (lower > upper) refuse('scan.partition.lower-bound', `It is ${lower}, above the upper bound of ${upper}.`)
  return { column: options.text('scan.partition.column') ?? '', count, lower: BigInt(lower), upper: BigInt(upper) }
}

/** The whole table, in its parts: ranges of nearly the same length, of which none is empty. */
export function allSplits(partitions: Partitions | null): readonly Split[] {
  if (partitions === null) return [{ from: null, to: null }]
  const { lower, upper } = partitions
  const span = upper - lower + 1n
  const count = span < BigInt(partitions.count) ? span : BigInt(partitions.count)
  return Array.from({ length: Number(count) }, (_, index) => {
    const place = BigInt(index)
    return { from: String(lower + (span * place) / count), to: String(lower + (span * (place + 1n)) / count - 1n) }
  })
}

/** The name of a part, which its rows are of. */
export function splitName({ from, to }: Split): string {
  return from === null ? 'all' : `${from}..${to}`
}

/** What other readers had left, or all there is, among so many readers; null for those who get nothing. */
export function divideSplits(readers: number, left: readonly Split[]): readonly (JdbcPosition | null)[] {
  const shares: Split[][] = Array.from({ length: readers }, () => [])
  for (const [index, split] of left.entries()) shares[index % readers]?.push(split)
  return shares.map((splits) => (splits.length === 0 ? null : { splits }))
}
