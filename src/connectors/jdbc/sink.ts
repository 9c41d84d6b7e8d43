/** A table of a database as a sink: rows by key where it has a primary key, else all that come. */
import type { ConnectorTable, Sink, SinkWriter, WriteRequest } from '../connector.ts'
import { Database } from './database.ts'
import { jdbcError, jdbcErrors } from './errors.ts'
import { jdbcTable, targetName } from './options.ts'
import { openStagedWriter } from './staged-writer.ts'
import { JdbcWriter } from './writer.ts'
import { writerShape } from './writer-shape.ts'

export function jdbcSink(table: ConnectorTable): Sink {
  const settings = jdbcTable(table)
  const { options } = settings
  const database = new Database(settings)
  const isExact = options.flag('sink.exactly-once')
  const hasKey = table.primaryKey.length > 0
  const commits = targetName(options.text('sink.exactly-once.table') ?? '', table.name)
  const open = async (request: WriteRequest): Promise<SinkWriter> => {
    if (request.overwrite) throw jdbcErrors.CONNECTORS_JDBC_OVERWRITE_UNSUPPORTED({ table: table.name })
    const session = await database.openSession(request)
    try {
      const shape = await writerShape(database, session, request)
      return isExact ? await openStagedWriter(shape, session, commits) : new JdbcWriter(shape, session)
    } catch (error) {
      await session.abandon()
      throw jdbcError(error, database.place)
    }
  }
  return {
    takes: hasKey ? 'upsert' : 'append',
    isShareable: options.number('sink.parallelism') !== 1,
    ...(isExact || hasKey
      ? {}
      : { repeats: 'rows are sent before their checkpoint is complete, and have no primary key by which they could be found again' }),
    open,
  }
}
