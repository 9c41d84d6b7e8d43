/** Streams as rows; hashes and strings are only looked up by key. */
import type { ConnectorTable, Source } from '../connector.ts'
import { MessageTable } from '../message-table.ts'
import { RedisConnection } from './connection.ts'
import { streamMetadata } from './entries.ts'
import { redisErrors } from './errors.ts'
import { redisLookup } from './lookup.ts'
import { mismatch, type RedisTable, redisTable } from './options.ts'
import { idBeforeAll, lastIdBefore, parseStreamId } from './stream-id.ts'
import { type Start, StreamReader } from './stream-reader.ts'

export function redisSource(table: ConnectorTable): Source {
  const settings = redisTable(table)
  const { structure } = settings
  if (structure === 'stream') return streamSource(settings)
  if (structure === 'hash' || structure === 'string') return lookedUp(settings)
  const detail = 'Hashes and strings can be looked up by key, and streams can be read.'
  throw redisErrors.CONNECTORS_REDIS_STRUCTURE_MISMATCH({ table: table.name, structure }, { detail })
}

function lookedUp(settings: RedisTable): Source {
  const { table, structure } = settings
  return {
    bounded: false,
    metadata: [],
    lookup: redisLookup(settings),
    open: () => {
      const detail = 'Its rows can be looked up by key, and not be read one after another.'
      const hint = 'Join it: JOIN … FOR SYSTEM_TIME AS OF o.proctime AS t ON o.k = t.k.'
      return Promise.reject(redisErrors.CONNECTORS_REDIS_STRUCTURE_MISMATCH({ table: table.name, structure }, { detail, hint }))
    },
  }
}

function streamSource(settings: RedisTable): Source {
  const { table, options, key, valueFormat } = settings
  if (key.columns.length > 0) throw mismatch(table, 'key.pattern', 'A stream that is read has one key, without columns.')
  const stream = key.print([])
  const start = startOf(settings)
  const bounded = options.text('scan.bounded.mode') === 'latest'
  const metadata =
    valueFormat === null ? streamMetadata : new MessageTable(table, options, { mode: 'append', metadata: streamMetadata }).metadata
  return {
    bounded,
    metadata,
    open: async (request) => {
      const connection = new RedisConnection(settings.server, { ...request, clock: table.clock })
      try {
        await connection.open()
        const reader = new StreamReader({ settings, stream, connection, bounded, group: options.text('scan.group') ?? null }, request)
        await reader.start(start)
        return reader
      } catch (error) {
        connection.close()
        throw error
      }
    },
  }
}

function startOf({ table, options }: RedisTable): Start {
  const mode = options.text('scan.startup.mode')
  const owners = { 'scan.startup.timestamp-millis': 'timestamp', 'scan.startup.specific-id': 'specific' }
  for (const [key, owner] of Object.entries(owners)) {
    if (options.isGiven(key) && mode !== owner) throw mismatch(table, key, `It is an option of 'scan.startup.mode' = '${owner}'.`)
    if (!options.isGiven(key) && mode === owner) throw mismatch(table, key, `'scan.startup.mode' = '${owner}' needs it.`)
  }
  if (mode === 'timestamp') return { after: lastIdBefore(options.number('scan.startup.timestamp-millis') ?? 0) }
  if (mode === 'latest') return { after: null }
  if (mode !== 'specific') return { after: idBeforeAll }
  const id = parseStreamId(options.text('scan.startup.specific-id') ?? '')
  if (id === null) throw mismatch(table, 'scan.startup.specific-id', 'Expected an id such as 1700000000000-0.')
  return { after: id }
}
