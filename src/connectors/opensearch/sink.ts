/** Writes documents: by primary key, where what is deleted goes; else all that come. */
import type { ConnectorTable, Sink } from '../connector.ts'
import { MessageTable } from '../message-table.ts'
import { MessageWriter } from '../message-writer.ts'
import { idPrinter } from './document-id.ts'
import { openSearchErrors } from './errors.ts'
import { BulkExchange } from './exchange.ts'
import { indexPattern } from './index-pattern.ts'
import { formatClause, openSearchTable, writersMax } from './options.ts'
import { OpenSearchWriter } from './writer.ts'

export function openSearchSink(table: ConnectorTable): Sink {
  const settings = openSearchTable(table)
  const messages = new MessageTable({ ...table, options: formatClause(table.options) }, settings.options, { mode: 'append', metadata: [] })
  // Tells at once what cannot be written.
  void new MessageWriter(messages, table.schema).close()
  idPrinter(settings, table.schema)
  const { hasNow } = indexPattern(settings, table.schema)
  const hasKey = table.primaryKey.length > 0
  const repeats = repeatsOf(hasKey, hasNow, writersMax(settings) > 1)
  return {
    takes: hasKey ? 'upsert' : 'append',
    isShareable: writersMax(settings) > 1,
    ...(repeats === null ? {} : { repeats }),
    open: async (request) => {
      if (request.overwrite) throw openSearchErrors.CONNECTORS_OPENSEARCH_OVERWRITE_UNSUPPORTED({ table: table.name })
      const exchange = new BulkExchange(settings, request)
      try {
        await exchange.open()
        return new OpenSearchWriter(settings, messages, exchange, request)
      } catch (error) {
        exchange.close()
        throw error
      }
    },
  }
}

function repeatsOf(hasKey: boolean, hasNow: boolean, isShared: boolean): string | null {
  if (hasKey) return null
  if (hasNow) return 'documents that are sent again after a crash may land in the index of another time'
  return isShared ? 'after a crash rows may come to other writers, which give their documents other ids' : null
}
