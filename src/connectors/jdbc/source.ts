/** A table of a database as a source: read whole once, in parts where it is told how, or looked up by key. */
import { assert, systemClock } from '#base'
import type { ConnectorTable, ReadRequest, Source } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { lookupCachePolicy, lookupRetriesMax } from '../lookup-options.ts'
import { Database } from './database.ts'
import { jdbcErrors } from './errors.ts'
import { openJdbcLookup } from './lookup.ts'
import { jdbcTable } from './options.ts'
import { JdbcReader } from './reader.ts'
import { allSplits, divideSplits, type JdbcPosition, partitionsOf } from './splits.ts'

/** Nobody wants to wait long for what only makes a better plan. */
const statisticsMsMax = 3000

export function jdbcSource(table: ConnectorTable): Source {
  const settings = jdbcTable(table)
  const { options } = settings
  const database = new Database(settings)
  const partitions = partitionsOf(options, table.name)
  if (partitions !== null) checkPartitionColumn(table, partitions.column)
  const fetchSize = options.number('scan.fetch-size') ?? 0
  if (fetchSize < 0) {
    throw jdbcErrors.CONNECTORS_JDBC_OPTION_MISMATCH(
      { key: 'scan.fetch-size', table: table.name },
      { detail: `Expected 0 or more, got ${fetchSize}.` },
    )
  }
  const shape = { database, partitions, fetchSize, inTransaction: !options.flag('scan.auto-commit') }
  return {
    bounded: true,
    metadata: [],
    countRows: () => countRows(database),
    open: async (request: ReadRequest) => {
      const reader = new JdbcReader(shape, request)
      await reader.open()
      return reader
    },
    ...(partitions === null
      ? {}
      : {
          divide: (readers: number, positions: readonly unknown[] | null) =>
            Promise.resolve(divideSplits(readers, positions === null ? allSplits(partitions) : splitsOf(positions))),
        }),
    lookup: {
      cache: lookupCachePolicy(options, table.name),
      retriesMax: lookupRetriesMax(options),
      open: (request) => openJdbcLookup(database, request),
    },
  }
}

function splitsOf(positions: readonly unknown[]): JdbcPosition['splits'] {
  return positions.flatMap((position) => (position === null ? [] : (position as JdbcPosition).splits))
}

const partitionKinds = ['tinyint', 'smallint', 'integer', 'bigint', 'decimal', 'float', 'double']

function checkPartitionColumn(table: ConnectorTable, name: string): void {
  const column = table.schema.find((each) => each.name === name)
  if (column !== undefined && partitionKinds.includes(column.type.kind)) return
  const detail =
    column === undefined ? `The table has no column "${name}".` : `Column "${name}" holds no numbers, by whose ranges parts could be made.`
  throw jdbcErrors.CONNECTORS_JDBC_OPTION_MISMATCH({ key: 'scan.partition.column', table: table.name }, { detail })
}

/** Null where the database does not say; what is wrong with it is said once it is read. */
async function countRows(database: Database): Promise<number | null> {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), statisticsMsMax)
  try {
    const session = await database.openSession({ signal: ended.signal, meter: new ConnectorMeter(systemClock) }, 0)
    const end = () => void session.abandon()
    ended.signal.addEventListener('abort', end)
    try {
      assert(!ended.signal.aborted, 'the statistics came in time')
      return await database.dialect.countRows(session, await database.describe(session))
    } finally {
      ended.signal.removeEventListener('abort', end)
      await session.close()
    }
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}
