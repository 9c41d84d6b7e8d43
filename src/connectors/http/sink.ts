/** Sends rows to an address, many at a time. */
import type { ConnectorTable, Sink } from '../connector.ts'
import { MessageTable } from '../message-table.ts'
import { MessageWriter } from '../message-writer.ts'
import { httpErrors } from './errors.ts'
import { addressPattern } from './lookup.ts'
import { addressOf, type HttpSettings, httpTable, mismatch } from './options.ts'
import { HttpWriter, type WriterParts } from './writer.ts'

export function httpSink(table: ConnectorTable): Sink {
  const settings = httpTable(table)
  const messages = new MessageTable(table, settings.options, { mode: 'append', metadata: [] })
  if (settings.options.text('method') === 'GET') throw mismatch(table, 'method', 'A GET sends no rows.')
  if (addressPattern(settings).columns.length > 0) throw mismatch(table, 'url', 'Rows are sent to one address, without columns in it.')
  const parts: WriterParts = { settings, messages, url: addressOf(table, table.options['url'] ?? ''), ...contentOf(settings, messages) }
  // Tells at once what cannot be written.
  void new MessageWriter(messages, table.schema).close()
  return {
    takes: messages.changes === 'all' ? 'all' : 'append',
    isShareable: settings.options.number('sink.parallelism') !== 1,
    repeats:
      'requests sent since the last checkpoint are sent again after a crash; one that holds the same rows has the same Idempotency-Key',
    open: (request) => {
      if (request.overwrite)
        return Promise.reject(
          httpErrors.CONNECTORS_HTTP_OPTION_MISMATCH(
            { key: 'url', table: table.name },
            { detail: 'Nothing can be overwritten over HTTP.', hint: 'Use INSERT INTO.' },
          ),
        )
      return Promise.resolve(new HttpWriter(parts, request))
    },
  }
}

function contentOf({ table, options }: HttpSettings, { value }: MessageTable): Pick<WriterParts, 'rows' | 'contentType'> {
  const isJson = value.format === 'json' || value.format.endsWith('-json')
  const rows = options.isGiven('sink.rows') || isJson ? (options.text('sink.rows') as WriterParts['rows']) : 'row'
  if (rows === 'array' && !isJson)
    throw mismatch(
      table,
      'sink.rows',
      `Rows of format "${value.format}" are no elements of an array.`,
      "Set 'sink.rows' = 'row' or 'lines'.",
    )
  if (!isJson) return { rows, contentType: value.format === 'csv' ? 'text/csv' : 'application/octet-stream' }
  return { rows, contentType: rows === 'lines' ? 'application/x-ndjson' : 'application/json' }
}
