/** Writes rows into keys: by primary key into hashes, strings and sorted sets; one after another into streams and lists. */
import type { ConnectorTable, Sink } from '../connector.ts'
import { RedisConnection } from './connection.ts'
import { redisErrors } from './errors.ts'
import { redisTable } from './options.ts'
import { isKeyed, rowMapping } from './row-commands.ts'
import { Staging } from './staging.ts'
import { RedisWriter } from './writer.ts'

export function redisSink(table: ConnectorTable): Sink {
  const settings = redisTable(table)
  // Tells at once what cannot be kept.
  rowMapping(settings, table.schema)
  const keyed = isKeyed(settings)
  const isRepeated = !keyed && settings.options.text('sink.delivery-guarantee') === 'at-least-once'
  return {
    takes: keyed ? 'upsert' : 'append',
    isShareable: settings.options.number('sink.parallelism') !== 1,
    ...(isRepeated ? { repeats: 'entries sent since the last checkpoint are sent again after a crash' } : {}),
    open: async (request) => {
      if (request.overwrite) {
        const detail = 'Keys of Redis cannot be overwritten as a whole.'
        throw redisErrors.CONNECTORS_REDIS_STRUCTURE_MISMATCH(
          { table: table.name, structure: settings.structure },
          { detail, hint: 'Use INSERT INTO.' },
        )
      }
      const connection = new RedisConnection(settings.server, { ...request, clock: table.clock })
      try {
        await connection.open()
        const staging = keyed || isRepeated ? null : new Staging(connection, settings, request.durable)
        await staging?.takeOver()
        return new RedisWriter({ settings, connection, mapping: rowMapping(settings, request.schema), staging }, request)
      } catch (error) {
        connection.close()
        throw error
      }
    },
  }
}
