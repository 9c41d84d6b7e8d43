/** Polls, events and lookups: what a table can do follows from its address and its mode. */
import type { ConnectorTable, ReadRequest, Source, SourceReader } from '../connector.ts'
import { MessageTable } from '../message-table.ts'
import { messagesOf } from './answer-messages.ts'
import { type CursorColumn, cursorColumnOf } from './cursor.ts'
import { httpErrors } from './errors.ts'
import { EventReader, eventMetadata } from './event-reader.ts'
import { addressPattern, httpLookup } from './lookup.ts'
import { addressOf, type HttpSettings, httpTable, mismatch } from './options.ts'
import { PollReader, pollAddress, pollMetadata } from './poll-reader.ts'

export function httpSource(table: ConnectorTable): Source {
  const settings = httpTable(table)
  const isEvents = settings.options.text('mode') === 'sse'
  const metadata = isEvents ? eventMetadata : pollMetadata
  const messages = new MessageTable(table, settings.options, { mode: 'append', metadata })
  const cursor = cursorColumnOf(settings)
  if (isEvents) return eventSource(settings, messages, cursor)
  if (cursor === null) {
    const pattern = addressPattern(settings)
    if (pattern.columns.length > 0) return lookedUp(settings, messages, pattern)
  }
  return pollSource(settings, messages, cursor)
}

async function started<Reader extends SourceReader & { start(): Promise<void> }>(reader: Reader): Promise<Reader> {
  try {
    await reader.start()
    return reader
  } catch (error) {
    await reader.close()
    throw error
  }
}

function pollSource(settings: HttpSettings, messages: MessageTable, cursor: CursorColumn | null): Source {
  const { table, options } = settings
  addressOf(table, pollAddress(settings, ''))
  messagesOf(settings)
  return {
    bounded: options.text('scan.bounded.mode') === 'latest',
    metadata: messages.metadata,
    changes: messages.changes,
    open: (request: ReadRequest) => started(new PollReader(settings, messages, cursor, request)),
  }
}

function eventSource(settings: HttpSettings, messages: MessageTable, cursor: CursorColumn | null): Source {
  const { table, options } = settings
  const refused = ['method', 'body', 'poll.interval', 'scan.bounded.mode', 'pagination', 'response.rows'].find((key) =>
    options.isGiven(key),
  )
  if (refused !== undefined) throw mismatch(table, refused, "It says nothing of events: 'mode' is sse.")
  if (cursor !== null) throw mismatch(table, 'cursor.column', 'Events have ids of their own.')
  addressOf(table, table.options['url'] ?? '')
  return {
    bounded: false,
    metadata: messages.metadata,
    changes: messages.changes,
    open: (request: ReadRequest) => started(new EventReader(settings, messages, request)),
  }
}

function lookedUp(settings: HttpSettings, messages: MessageTable, pattern: ReturnType<typeof addressPattern>): Source {
  const { table } = settings
  return {
    bounded: false,
    metadata: messages.metadata,
    lookup: httpLookup(settings, messages, pattern),
    open: () => {
      const detail = 'Its address holds columns: its rows can be looked up, and not be read one after another.'
      return Promise.reject(httpErrors.CONNECTORS_HTTP_LOOKUP_KEY_MISSING({ table: table.name }, { detail }))
    },
  }
}
